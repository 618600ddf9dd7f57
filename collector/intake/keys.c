#include "collector/intake/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/file.h"

enum {
    PATH_SIZE = 4096,
    KEY_FILE_MAX = 128,
    REPORTER_ID_SIZE = 16
};

/* A key is one line of hex in a file of its own: easy to back up and to compare by eye. */
struct key_file {
    const char *name;
    size_t offset;
};

struct key_set {
    uint8_t pseudonym[SECRET_KEY_SIZE];
    uint8_t tracking[SECRET_KEY_SIZE];
    uint8_t commitment[SECRET_KEY_SIZE];
    uint8_t box_seed[SECRET_KEY_SIZE];
};

static const struct key_file key_files[] = {
    {"pseudonym.key", offsetof(struct key_set, pseudonym)},
    {"tracking.key", offsetof(struct key_set, tracking)},
    {"commitment.key", offsetof(struct key_set, commitment)},
    {"box.key", offsetof(struct key_set, box_seed)},
};

static void key_set_wipe(struct key_set *set)
{
    secret_wipe(set, sizeof *set);
}

static void buffer_wipe(struct buffer *buffer)
{
    if (buffer->data != NULL)
        secret_wipe(buffer->data, buffer->capacity);
    buffer_finish(buffer);
}

static bool join(const char *folder, const char *name, char *path_out, struct error *error)
{
    int length = snprintf(path_out, PATH_SIZE, "%s/%s", folder, name);
    if (length < 0 || length >= PATH_SIZE)
        return error_set(error, ERROR_INVALID, "%s: the path is too long", folder);
    return true;
}

static bool folder_sync(const char *path, struct error *error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int reason = errno;
    if (fd >= 0)
        close(fd);
    return synced || error_set(error, ERROR_INTERNAL, "%s: cannot be made durable: %s", path,
                               strerrordesc_np(reason));
}

/* The entry of a new folder is durable once the folder above it is synced. */
static bool parent_sync(const char *path, struct error *error)
{
    auto_free char *parent = memory_text(path);
    char *slash = strrchr(parent, '/');
    if (slash == NULL)
        return folder_sync(".", error);
    slash[slash == parent ? 1 : 0] = '\0';
    return folder_sync(parent, error);
}

static bool folder_make(const char *folder, struct error *error)
{
    if (mkdir(folder, 0700) == 0)
        return parent_sync(folder, error);
    if (errno != EEXIST)
        return error_set(error, ERROR_INTERNAL, "%s: cannot be made: %s", folder,
                         strerrordesc_np(errno));
    struct stat status;
    if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INVALID, "%s: not a folder; the server's keys belong there",
                         folder);
    if ((status.st_mode & 077) != 0)
        return error_set(error, ERROR_INVALID, "%s: open to others; chmod 700 %s", folder, folder);
    return true;
}

static bool key_make(const char *path, uint8_t key_out[SECRET_KEY_SIZE], struct error *error)
{
    uint8_t key[SECRET_KEY_SIZE];
    struct buffer line = {0};
    secret_random(key, sizeof key);
    buffer_hex(&line, key, sizeof key);
    buffer_char(&line, '\n');
    bool made = file_replace(path, line.data, line.length, 0600, error);
    if (made)
        memcpy(key_out, key, sizeof key);
    buffer_wipe(&line);
    secret_wipe(key, sizeof key);
    return made;
}

static bool key_read(const char *path, uint8_t key_out[SECRET_KEY_SIZE], struct error *error)
{
    struct buffer line = {0};
    bool done = file_read(path, KEY_FILE_MAX, &line, error);
    if (done && line.length > 0 && line.data[line.length - 1] == '\n')
        line.length--;
    if (done && !hex_parse(line.data, line.length, key_out, SECRET_KEY_SIZE))
        done = error_set(error, ERROR_INVALID,
                         "%s: not 64 hex digits; restore it from a backup of this folder", path);
    buffer_wipe(&line);
    return done;
}

static bool key_load(const char *path, uint8_t key_out[SECRET_KEY_SIZE], struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        if (errno == ENOENT)
            return key_make(path, key_out, error);
        return error_set(error, ERROR_INTERNAL, "%s: %s", path, strerrordesc_np(errno));
    }
    if ((status.st_mode & 077) != 0)
        return error_set(error, ERROR_INVALID, "%s: open to others; chmod 600 %s", path, path);
    return key_read(path, key_out, error);
}

static void keys_from_set(const struct key_set *set, struct server_keys *keys_out)
{
    memcpy(keys_out->pseudonym, set->pseudonym, SECRET_KEY_SIZE);
    memcpy(keys_out->tracking, set->tracking, SECRET_KEY_SIZE);
    memcpy(keys_out->commitment, set->commitment, SECRET_KEY_SIZE);
    sign_from_seed(set->box_seed, keys_out->box_public, &keys_out->box_secret);
}

bool keys_load(const char *state_folder, struct server_keys *keys_out, struct error *error)
{
    __attribute__((cleanup(key_set_wipe))) struct key_set set = {0};
    if (!folder_make(state_folder, error))
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(key_files); i++) {
        char path[PATH_SIZE];
        if (!join(state_folder, key_files[i].name, path, error) ||
            !key_load(path, (uint8_t *)&set + key_files[i].offset, error))
            return false;
    }
    keys_from_set(&set, keys_out);
    return true;
}

bool keys_present(const char *state_folder)
{
    for (size_t i = 0; i < ARRAY_LENGTH(key_files); i++) {
        char path[PATH_SIZE];
        if (!join(state_folder, key_files[i].name, path, NULL))
            return false;
        if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
            return false;
    }
    return true;
}

void keys_fingerprint(const struct server_keys *keys, char text_out[KEYS_FINGERPRINT_TEXT_SIZE])
{
    static const char label[] = "zhanji-keys/v1";
    uint8_t parts[4][SECRET_KEY_SIZE];
    uint8_t digest[KEYS_FINGERPRINT_TEXT_SIZE / 2];
    blake2b(keys->pseudonym, label, sizeof label - 1, parts[0], SECRET_KEY_SIZE);
    blake2b(keys->tracking, label, sizeof label - 1, parts[1], SECRET_KEY_SIZE);
    blake2b(keys->commitment, label, sizeof label - 1, parts[2], SECRET_KEY_SIZE);
    memcpy(parts[3], keys->box_public, SECRET_KEY_SIZE);
    blake2b(NULL, parts, sizeof parts, digest, sizeof digest);
    auto_buffer struct buffer hex = {0};
    buffer_hex(&hex, digest, sizeof digest);
    memcpy(text_out, hex.data, KEYS_FINGERPRINT_TEXT_SIZE);
}

void keys_wipe(struct server_keys *keys)
{
    secret_wipe(keys, sizeof *keys);
}

void keys_tracking(const struct server_keys *keys, const uint8_t uuid[UUID_SIZE],
                   char text_out[TRACKING_TEXT_SIZE])
{
    uint8_t token[TRACKING_SIZE];
    auto_buffer struct buffer text = {0};
    blake2b(keys->tracking, uuid, UUID_SIZE, token, sizeof token);
    buffer_base64url(&text, token, sizeof token);
    memcpy(text_out, text.data, TRACKING_TEXT_SIZE);
}

bool keys_tracking_matches(const struct server_keys *keys, const uint8_t uuid[UUID_SIZE],
                           const char *text, size_t length)
{
    char expected[TRACKING_TEXT_SIZE];
    keys_tracking(keys, uuid, expected);
    return length == TRACKING_TEXT_SIZE - 1 && secret_equal(expected, text, length);
}

void keys_reporter(const struct server_keys *keys, const char *survey_id, const char *reporter,
                   uint8_t id_out[16])
{
    struct buffer text = {0};
    buffer_text(&text, survey_id);
    buffer_char(&text, '\0'); /* no survey id and secret can be shifted into each other */
    buffer_text(&text, reporter);
    blake2b(keys->pseudonym, text.data, text.length, id_out, REPORTER_ID_SIZE);
    buffer_wipe(&text);
}

void keys_pseudonym(const struct server_keys *keys, const uint8_t reporter_id[16],
                    const char *station_id, char text_out[PSEUDONYM_TEXT_SIZE])
{
    uint8_t digest[REPORTER_ID_SIZE];
    auto_buffer struct buffer text = {0};
    buffer_bytes(&text, reporter_id, REPORTER_ID_SIZE);
    buffer_text(&text, station_id);
    blake2b(keys->pseudonym, text.data, text.length, digest, sizeof digest);
    buffer_clear(&text);
    buffer_base64url(&text, digest, sizeof digest);
    memcpy(text_out, text.data, PSEUDONYM_TEXT_SIZE);
}
