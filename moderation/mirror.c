#include "moderation/mirror.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/file.h"

enum {
    BUNDLE_MAX = TILE_WIDTH * (4096 + 2),
    DESCRIPTORS = 16
};

void mirror_finish(struct mirror *mirror)
{
    buffer_finish(&mirror->note);
}

bool mirror_read(const char *folder, const char *path, size_t limit, struct buffer *buffer,
                 struct error *error)
{
    auto_buffer struct buffer name = {0};
    struct stat status;

    buffer_format(&name, "%s/%s", folder, path);
    if (stat(name.data, &status) != 0)
        return error_set(error,
                         errno == ENOENT || errno == ENOTDIR ? ERROR_NOT_FOUND : ERROR_INVALID,
                         "%s: %s", name.data, strerrordesc_np(errno));
    buffer_reserve(buffer, 1)[0] = '\0';
    return file_read(name.data, limit, buffer, error);
}

static bool open_key(const struct buffer *text, const char *verifier, struct note_key *key,
                     struct error *error)
{
    auto_buffer struct buffer line = {0};

    if (text->length == 0 || text->data[text->length - 1] != '\n')
        return error_set(error, ERROR_INVALID, "vkey: it does not end with a line feed");
    buffer_bytes(&line, text->data, text->length - 1);
    buffer_reserve(&line, 1)[0] = '\0';
    if (!note_key_parse(line.data, line.length, key, error))
        return error_prefix(error, "vkey");
    return verifier == NULL || strcmp(line.data, verifier) == 0 ||
           error_set(error, ERROR_INVALID, "the log has another key than the one you gave");
}

bool mirror_open_texts(const struct buffer *vkey, struct buffer *note_take, const char *verifier,
                       struct mirror *mirror_out, struct error *error)
{
    struct mirror mirror = {0};
    const struct note_verifiers verifiers = {&mirror.key, 1};

    if (!open_key(vkey, verifier, &mirror.key, error))
        return false;
    if (!checkpoint_open(note_take->data, note_take->length, mirror.key.name, &verifiers,
                         &mirror.head, error))
        return error_prefix(error, "checkpoint");
    mirror.note = *note_take;
    *note_take = (struct buffer){0};
    *mirror_out = mirror;
    return true;
}

bool mirror_open(const char *folder, const char *verifier, struct mirror *mirror_out,
                 struct error *error)
{
    auto_buffer struct buffer vkey = {0};
    auto_buffer struct buffer note = {0};

    if (!mirror_read(folder, "vkey", MIRROR_NOTE_MAX, &vkey, error) ||
        !mirror_read(folder, "checkpoint", MIRROR_NOTE_MAX, &note, error) ||
        !mirror_open_texts(&vkey, &note, verifier, mirror_out, error))
        return false;
    mirror_out->folder = folder;
    return true;
}

bool mirror_tile(const struct mirror *mirror, int level, uint64_t index, struct buffer *buffer,
                 struct error *error)
{
    const struct tile tile = {level, index, tile_width(level, index, mirror->head.size)};
    auto_buffer struct buffer path = {0};

    tile_path(&tile, &path);
    return mirror_read(mirror->folder, path.data, BUNDLE_MAX, buffer, error);
}

bool mirror_entries(const struct mirror *mirror, uint64_t bundle,
                    bool (*each)(void *context, uint64_t number, const char *line, size_t length,
                                 struct error *error),
                    void *context, struct error *error)
{
    uint64_t number = bundle * TILE_WIDTH;
    uint64_t end = number + tile_width(TILE_ENTRIES, bundle, mirror->head.size);
    auto_buffer struct buffer bytes = {0};
    size_t position = 0;
    const char *line;
    size_t length;

    if (!mirror_tile(mirror, TILE_ENTRIES, bundle, &bytes, error))
        return false;
    for (; tile_bundle_next(bytes.data, bytes.length, &position, &line, &length); number++)
        if (number == end || !each(context, number, line, length, error))
            break;
    return (number == end && position == bytes.length) ||
           (error->kind == ERROR_NONE &&
            error_set(error, ERROR_INVALID, "bundle %llu is not %u entries",
                      (unsigned long long)bundle,
                      tile_width(TILE_ENTRIES, bundle, mirror->head.size)));
}

bool mirror_walk(const struct mirror *mirror,
                 bool (*each)(void *context, uint64_t number, const char *line, size_t length,
                              struct error *error),
                 void *context, struct error *error)
{
    for (uint64_t bundle = 0; tile_width(TILE_ENTRIES, bundle, mirror->head.size) != 0; bundle++)
        if (!mirror_entries(mirror, bundle, each, context, error))
            return false;
    return true;
}

static bool hash_entry(void *context, uint64_t number, const char *line, size_t length,
                       struct error *error)
{
    struct hash leaf = merkle_leaf(line, length);

    (void)number;
    (void)error;
    merkle_append(context, &leaf);
    return true;
}

bool mirror_check_root(const struct mirror *mirror, struct error *error)
{
    struct merkle_frontier frontier = {0};
    struct hash root;

    if (!mirror_walk(mirror, hash_entry, &frontier, error))
        return false;
    root = merkle_frontier_root(&frontier);
    return memcmp(root.bytes, mirror->head.root.bytes, sizeof root.bytes) == 0 ||
           error_set(error, ERROR_INVALID,
                     "%.80s: the entries do not hash to the root that is signed", mirror->folder);
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void mirror_remove(const char *folder)
{
    nftw(folder, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

uint64_t mirror_export_entries(const char *folder)
{
    auto_buffer struct buffer path = {0};
    auto_free char *line = NULL;
    size_t room = 0;
    json_int_t entries = 0;

    buffer_format(&path, "%s/export/reports.ndjson", folder);
    FILE *file = fopen(path.data, "re");
    if (file == NULL)
        return 0;
    if (getline(&line, &room, file) > 0) {
        json_t *header = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
        entries = json_integer_value(json_object_get(header, "entries"));
        json_decref(header);
    }
    fclose(file);
    return entries > 0 ? (uint64_t)entries : 0;
}
