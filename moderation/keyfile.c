#include "moderation/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char type[] = "ed25519-seed ";

enum {
    SEED_TEXT_SIZE = 44, /* 32 bytes of base64 */
    KEYFILE_MAX = 512    /* bytes */
};

void keyfile_wipe(struct keyfile *keyfile)
{
    secret_wipe(keyfile, sizeof *keyfile);
}

static void print_keyfile(const struct keyfile *keyfile, struct buffer *text)
{
    /* Reserved at once, so that growing leaves no copy of the seed behind. */
    buffer_reserve(text, KEYFILE_MAX);
    buffer_text(text, type);
    buffer_base64(text, keyfile->secret.bytes, SIGN_SEED_SIZE);
    buffer_format(text, " %s\n", keyfile->name);
}

/* On disk: the file and its name in the folder. */
static bool write_all(int file, const struct buffer *text)
{
    size_t done = 0;

    while (done < text->length) {
        ssize_t written = write(file, text->data + done, text->length - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        done += (size_t)written;
    }
    return fsync(file) == 0;
}

static bool sync_folder(const char *path)
{
    auto_free char *folder = memory_text(path);
    char *slash = strrchr(folder, '/');
    int directory;
    bool is_synced;

    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    directory = open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return false;
    is_synced = fsync(directory) == 0;
    close(directory);
    return is_synced;
}

static bool write_keyfile(const char *path, const struct keyfile *keyfile, struct error *error)
{
    auto_buffer struct buffer text = {0};
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool is_written;

    if (file < 0)
        return error_set(error, errno == EEXIST ? ERROR_CONFLICT : ERROR_INTERNAL,
                         errno == EEXIST ? "%s is there already: a key is never overwritten"
                                         : "%s cannot be made: %s",
                         path, strerrordesc_np(errno));
    print_keyfile(keyfile, &text);
    is_written = write_all(file, &text);
    secret_wipe(text.data, text.length);
    if (close(file) != 0 || !is_written || !sync_folder(path)) {
        error_set(error, ERROR_INTERNAL, "%s cannot be written: %s", path, strerrordesc_np(errno));
        unlink(path);
        return false;
    }
    return true;
}

bool keyfile_make(const char *path, const char *name, struct keyfile *keyfile_out,
                  struct error *error)
{
    struct keyfile keyfile = {0};
    bool is_written;

    if (!keyline_name_valid(name))
        return error_set(error, ERROR_INVALID,
                         "a name has 1 to %d bytes, no control characters, and no space around it",
                         KEYLINE_NAME_MAX);
    memcpy(keyfile.name, name, strlen(name) + 1);
    sign_keypair(keyfile.key, &keyfile.secret);
    is_written = write_keyfile(path, &keyfile, error);
    if (is_written)
        *keyfile_out = keyfile;
    keyfile_wipe(&keyfile);
    return is_written;
}

static bool parse_keyfile(char *text, struct keyfile *keyfile)
{
    const char *name = text + sizeof type + SEED_TEXT_SIZE;
    uint8_t seed[SIGN_SEED_SIZE];

    text[strcspn(text, "\r\n")] = '\0';
    if (strlen(text) <= sizeof type + SEED_TEXT_SIZE || memcmp(text, type, sizeof type - 1) != 0 ||
        name[-1] != ' ' || !keyline_name_valid(name) ||
        !base64_parse(text + sizeof type - 1, SEED_TEXT_SIZE, seed, sizeof seed))
        return false;
    memcpy(keyfile->name, name, strlen(name) + 1);
    sign_from_seed(seed, keyfile->key, &keyfile->secret);
    secret_wipe(seed, sizeof seed);
    return true;
}

/* At most KEYFILE_MAX bytes, with a NUL. */
static bool read_text(const char *path, char text[KEYFILE_MAX + 1], struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    ssize_t length;

    if (file < 0)
        return error_set(error, ERROR_NOT_FOUND,
                         "the key file %s cannot be read: %s (zhanji-moderate key new makes one)",
                         path, strerrordesc_np(errno));
    length = fstat(file, &status) == 0 ? read(file, text, KEYFILE_MAX) : -1;
    close(file);
    if (length < 0)
        return error_set(error, ERROR_INTERNAL, "the key file %s cannot be read", path);
    text[length] = '\0';
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return error_set(error, ERROR_DENIED, "others may read the key file %s: chmod 600 %s", path,
                         path);
    return true;
}

bool keyfile_load(const char *path, struct keyfile *keyfile_out, struct error *error)
{
    char text[KEYFILE_MAX + 1];
    struct keyfile keyfile = {0};
    bool is_good = read_text(path, text, error);

    if (is_good && !parse_keyfile(text, &keyfile))
        is_good = error_set(error, ERROR_INVALID, "%s is not a key file of zhanji-moderate", path);
    if (is_good)
        *keyfile_out = keyfile;
    secret_wipe(text, sizeof text);
    keyfile_wipe(&keyfile);
    return is_good;
}
