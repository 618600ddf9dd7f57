/* The log's key: two lines, its name and its seed in hex, in a file that nobody else may read. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/base/file.h"
#include "collector/intake/record_internal.h"

enum {
    STATE_FILE_MAX = 64 * 1024
};

static char *path_of(const struct record *record, const char *file)
{
    struct buffer path = {0};
    buffer_format(&path, "%s/%s", record->folder, file);
    return buffer_take(&path);
}

bool record_file_read(const struct record *record, const char *file, struct buffer *text,
                      struct error *error)
{
    auto_free char *path = path_of(record, file);
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_INTERNAL, "%s: %s", path,
                         strerrordesc_np(errno));
    if ((status.st_mode & 077) != 0)
        return error_set(error, ERROR_INVALID, "%s: open to others; chmod 600 %s", path, path);
    return file_read(path, STATE_FILE_MAX, text, error);
}

bool record_file_write(const struct record *record, const char *file, const struct buffer *text,
                       struct error *error)
{
    auto_free char *path = path_of(record, file);
    return file_replace(path, text->data, text->length, 0600, error);
}

bool record_file_rename(const struct record *record, const char *from, const char *to,
                        struct error *error)
{
    auto_free char *old_path = path_of(record, from);
    auto_free char *new_path = path_of(record, to);
    return rename(old_path, new_path) == 0 ||
           error_set(error, ERROR_INTERNAL, "%s: cannot be renamed: %s", old_path,
                     strerrordesc_np(errno));
}

static void buffer_wipe(struct buffer *buffer)
{
    if (buffer->data != NULL)
        secret_wipe(buffer->data, buffer->capacity);
    buffer_finish(buffer);
}

#define auto_wiped __attribute__((cleanup(buffer_wipe)))

static bool key_from_seed(const char *name, const uint8_t seed[SIGN_SEED_SIZE],
                          struct record_key *key_out, struct error *error)
{
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    sign_from_seed(seed, public_key, &key_out->secret);
    return note_key_make(name, public_key, &key_out->public, error);
}

bool record_key_make(const struct record *record, const char *file, const char *name,
                     struct record_key *key_out, struct error *error)
{
    uint8_t seed[SIGN_SEED_SIZE];
    auto_wiped struct buffer text = {0};
    secret_random(seed, sizeof seed);
    buffer_format(&text, "%s\n", name);
    buffer_hex(&text, seed, sizeof seed);
    buffer_char(&text, '\n');
    bool made =
        key_from_seed(name, seed, key_out, error) && record_file_write(record, file, &text, error);
    secret_wipe(seed, sizeof seed);
    return made;
}

bool record_key_read(const struct record *record, const char *file, struct record_key *key_out,
                     struct error *error)
{
    uint8_t seed[SIGN_SEED_SIZE];
    auto_wiped struct buffer text = {0};
    if (!record_file_read(record, file, &text, error))
        return false;
    char *end = text.data == NULL ? NULL : strchr(text.data, '\n');
    size_t left = end == NULL ? 0 : strlen(end + 1);
    bool read = left == 2 * SIGN_SEED_SIZE + 1 && end[left] == '\n' &&
                hex_parse(end + 1, 2 * SIGN_SEED_SIZE, seed, sizeof seed);
    if (!read)
        return error_set(error, ERROR_INVALID,
                         "%s/%s: not a name and 64 hex digits; restore it from a backup of this "
                         "folder",
                         record->folder, file);
    *end = '\0';
    read = key_from_seed(text.data, seed, key_out, error);
    secret_wipe(seed, sizeof seed);
    return read;
}
