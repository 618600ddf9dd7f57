/* Copying a server's log into a folder. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/day.h"
#include "collector/base/file.h"
#include "collector/log/entry.h"
#include "moderation/mirror.h"

enum {
    ATTEMPTS = 40,
    PAUSE_MS = 50
};

struct fetching {
    const struct mirroring *mirroring;
    struct mirror before; /* what the folder held; without a head if nothing */
    struct mirror mirror; /* the server's */
    struct buffer vkey;   /* of it, verbatim */
    struct buffer sums;
    struct buffer received; /* days, a line each */
    struct buffer covered;  /* numbers of entries on many reports, a line each */
    char view[40];          /* of what is published, that the last answer told of; "" if none */
};

/* Makes the folders above a path. */
static bool make_folders(const char *path, struct error *error)
{
    auto_free char *folder = memory_text(path);

    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return error_set(error, ERROR_INTERNAL, "%s cannot be made: %s", folder,
                             strerrordesc_np(errno));
        *slash = '/';
    }
    return true;
}

static bool write_file(const struct fetching *fetching, const char *path,
                       const struct buffer *bytes, struct error *error)
{
    auto_buffer struct buffer name = {0};

    buffer_format(&name, "%s/%s", fetching->mirroring->folder, path);
    return make_folders(name.data, error) &&
           file_replace(name.data, bytes->length == 0 ? "" : bytes->data, bytes->length, 0644,
                        error);
}

static void add_sum(struct fetching *fetching, const char *path, const struct buffer *bytes)
{
    uint8_t digest[SECRET_KEY_SIZE];

    sha256_bytes(bytes->length == 0 ? "" : bytes->data, bytes->length, digest);
    buffer_hex(&fetching->sums, digest, sizeof digest);
    buffer_format(&fetching->sums, "  %s\n", path);
}

static bool get(struct client *client, const char *prefix, const char *path,
                struct client_reply *reply, struct error *error)
{
    auto_buffer struct buffer where = {0};
    struct client_request request = {.method = "GET"};

    buffer_format(&where, "%s%s", prefix, path);
    request.path = where.data;
    return client_send(client, &request, reply, error) &&
           (reply->status == 200 || client_refused(reply, error) ||
            error_prefix(error, "%s", path));
}

static bool fetch(struct fetching *fetching, const char *prefix, const char *path, const char *file,
                  struct error *error)
{
    auto_reply struct client_reply reply = {0};

    if (!get(fetching->mirroring->client, prefix, path, &reply, error) ||
        !write_file(fetching, file, &reply.body, error))
        return false;
    add_sum(fetching, file, &reply.body);
    snprintf(fetching->view, sizeof fetching->view, "%s", reply.view);
    return true;
}

/* A full tile never changes, so one that is there is not fetched again. */
static bool fetch_tile(struct fetching *fetching, int level, uint64_t index, struct error *error)
{
    const struct tile tile = {level, index, tile_width(level, index, fetching->mirror.head.size)};
    auto_buffer struct buffer path = {0};
    auto_buffer struct buffer bytes = {0};
    struct error ignored = {0};

    tile_path(&tile, &path);
    if (tile.width != TILE_WIDTH ||
        !mirror_read(fetching->mirroring->folder, path.data, MIRROR_FILE_MAX, &bytes, &ignored))
        return fetch(fetching, "/log/", path.data, path.data, error);
    add_sum(fetching, path.data, &bytes);
    return true;
}

static bool fetch_tiles(struct fetching *fetching, struct error *error)
{
    uint64_t size = fetching->mirror.head.size;

    for (int level = TILE_ENTRIES; level < TILE_LEVELS; level++) {
        for (uint64_t index = 0; tile_width(level, index, size) != 0; index++) {
            if (!fetch_tile(fetching, level, index, error))
                return false;
            if (level == TILE_ENTRIES && fetching->mirroring->progress != NULL)
                fetching->mirroring->progress(fetching->mirroring->context, index * TILE_WIDTH,
                                              size);
        }
    }
    return true;
}

static bool note_list(void *context, uint64_t number, const char *line, size_t length,
                      struct error *error)
{
    struct fetching *fetching = context;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    struct error ignored = {0};
    int32_t day;

    (void)error;
    if (!entry_parse(line, length, entry, &ignored))
        return true; /* verifying will tell */
    if (entry->act == ACT_RECEIVED && day_parse(entry->subject, strlen(entry->subject), &day))
        buffer_format(&fetching->received, "received/%s\n", entry->subject);
    else if (entry->reports != 0 && (entry_act_is_decision(entry->act) || entry->act == ACT_PURGE))
        buffer_format(&fetching->covered, "reports/%" PRIu64 "\n", number);
    return true;
}

static bool fetch_each(struct fetching *fetching, struct buffer *paths, struct error *error)
{
    char *at = paths->data;

    while (at != NULL && *at != '\0') {
        char *end = strchr(at, '\n');
        *end = '\0';
        if (!fetch(fetching, "/log/", at, at, error))
            return false;
        at = end + 1;
    }
    return true;
}

static bool fetch_lists(struct fetching *fetching, struct error *error)
{
    return mirror_walk(&fetching->mirror, note_list, fetching, error) &&
           fetch_each(fetching, &fetching->received, error) &&
           fetch_each(fetching, &fetching->covered, error);
}

static bool read_server(void *context, const char *path, struct buffer *bytes, struct error *error)
{
    const struct fetching *fetching = context;
    auto_reply struct client_reply reply = {0};

    if (!get(fetching->mirroring->client, "/log/", path, &reply, error))
        return false;
    buffer_bytes(bytes, reply.body.data, reply.body.length);
    buffer_reserve(bytes, 1)[0] = '\0';
    return true;
}

static bool fetch_head(struct fetching *fetching, struct error *error)
{
    auto_buffer struct buffer note = {0};

    mirror_finish(&fetching->mirror);
    buffer_clear(&fetching->vkey);
    if (!read_server(fetching, "vkey", &fetching->vkey, error) ||
        !read_server(fetching, "checkpoint", &note, error) ||
        !mirror_open_texts(&fetching->vkey, &note, NULL, &fetching->mirror, error))
        return false;
    fetching->mirror.folder = fetching->mirroring->folder;
    return true;
}

static void pause_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = PAUSE_MS * 1000000L};

    nanosleep(&moment, NULL);
}

/* The head may be a moment behind what is published; and its key may change between two answers. */
static bool fetch_head_of(struct fetching *fetching, uint64_t entries, struct error *error)
{
    bool is_there = false;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        is_there = fetch_head(fetching, error);
        if (is_there && fetching->mirror.head.size >= entries)
            return true;
        if (!is_there && error->kind != ERROR_INVALID)
            return false;
        pause_a_moment();
    }
    return is_there ? error_set(error, ERROR_BUSY,
                                "the log is signed to entry %" PRIu64 " only, and what is "
                                "published follows from %" PRIu64 ": try again in a moment",
                                fetching->mirror.head.size, entries)
                    : false;
}

static bool fetch_exports(struct fetching *fetching, bool *together_out, struct error *error)
{
    char view[sizeof fetching->view];

    buffer_clear(&fetching->sums);
    if (!fetch(fetching, "/api/v1/", "export/reports.ndjson", "export/reports.ndjson", error))
        return false;
    memcpy(view, fetching->view, sizeof view);
    if (!fetch(fetching, "/api/v1/", "export/status.csv", "export/status.csv", error))
        return false;
    *together_out = strcmp(view, fetching->view) == 0;
    return true;
}

/* First what is published, and then a head that has at least the entries that this follows from. */
static bool fetch_in_step(struct fetching *fetching, struct error *error)
{
    bool together = false;

    for (int attempt = 0; attempt < ATTEMPTS && !together; attempt++)
        if (!fetch_exports(fetching, &together, error))
            return false;
    if (!together)
        return error_set(error, ERROR_BUSY,
                         "decisions are being made meanwhile: try again in a moment");
    return fetch_head_of(fetching, mirror_export_entries(fetching->mirroring->folder), error);
}

static bool follows(struct fetching *fetching, struct error *error)
{
    return mirror_follows(&fetching->before, &fetching->mirror, read_server, fetching, error);
}

/* Nothing of the folder is touched, the exports included, by a log that is not the one there: the
 * folder may be the last witness of what was signed and published. */
static bool fetch_first_head(struct fetching *fetching, struct error *error)
{
    const char *folder = fetching->mirroring->folder;
    struct error reason = {0};

    if (!mirror_open(folder, NULL, &fetching->before, &reason) && reason.kind != ERROR_NOT_FOUND) {
        *error = reason;
        return error_prefix(error, "%s", folder);
    }
    return fetch_head_of(fetching, 0, error) && follows(fetching, error);
}

static bool write_head(struct fetching *fetching, struct error *error)
{
    const struct buffer *note = &fetching->mirror.note;

    if (!write_file(fetching, "vkey", &fetching->vkey, error) ||
        !write_file(fetching, "checkpoint", note, error))
        return false;
    add_sum(fetching, "vkey", &fetching->vkey);
    add_sum(fetching, "checkpoint", note);
    return true;
}

bool mirror_fetch(const struct mirroring *mirroring, struct error *error)
{
    struct fetching fetching = {.mirroring = mirroring};
    bool is_done = fetch_first_head(&fetching, error) &&
                   (!mirroring->with_export || fetch_in_step(&fetching, error)) &&
                   follows(&fetching, error) && write_head(&fetching, error) &&
                   fetch_tiles(&fetching, error) && fetch_lists(&fetching, error) &&
                   write_file(&fetching, "SHA256SUMS", &fetching.sums, error);

    mirror_finish(&fetching.before);
    mirror_finish(&fetching.mirror);
    buffer_finish(&fetching.vkey);
    buffer_finish(&fetching.sums);
    buffer_finish(&fetching.received);
    buffer_finish(&fetching.covered);
    return is_done;
}
