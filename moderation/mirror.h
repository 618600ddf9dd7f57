#ifndef ZHANJI_MODERATION_MIRROR_H
#define ZHANJI_MODERATION_MIRROR_H

#include "collector/log/checkpoint.h"
#include "collector/log/tile.h"
#include "moderation/client.h"

/*
 * A copy of a server's log in a folder, with the paths that the server has below /log/:
 * checkpoint, vkey, tile/…, received/YYYY-MM-DD, reports/N; beside them export/reports.ndjson and
 * export/status.csv, and SHA256SUMS over all of them (sha256sum -c).
 */
enum {
    MIRROR_FILE_MAX = 1 << 30, /* bytes of a file that is still read */
    MIRROR_NOTE_MAX = 1 << 16
};

struct mirror {
    const char *folder;
    struct note_key key;
    struct checkpoint head; /* opened with the key */
    struct buffer note;     /* the signed head, verbatim */
};

void mirror_finish(struct mirror *mirror);
/* Reads the key and the head, and checks that the one signed the other. With `verifier`, the key
 * must be that one. */
NODISCARD bool mirror_open(const char *folder, const char *verifier, struct mirror *mirror_out,
                           struct error *error);
/* The same of a key and a head that are at hand, which it takes from `note`. */
NODISCARD bool mirror_open_texts(const struct buffer *vkey, struct buffer *note_take,
                                 const char *verifier, struct mirror *mirror_out,
                                 struct error *error);
/* Appends a file; ERROR_NOT_FOUND when there is none. */
NODISCARD bool mirror_read(const char *folder, const char *path, size_t limit,
                           struct buffer *buffer, struct error *error);
/* Appends the tile of the head's tree. */
NODISCARD bool mirror_tile(const struct mirror *mirror, int level, uint64_t index,
                           struct buffer *buffer, struct error *error);
/* Calls `each` for the entries of a bundle; false from it, or a bundle that is not one, ends it. */
NODISCARD bool mirror_entries(const struct mirror *mirror, uint64_t bundle,
                              bool (*each)(void *context, uint64_t number, const char *line,
                                           size_t length, struct error *error),
                              void *context, struct error *error);

/* The same for the entries of all bundles. */
NODISCARD bool mirror_walk(const struct mirror *mirror,
                           bool (*each)(void *context, uint64_t number, const char *line,
                                        size_t length, struct error *error),
                           void *context, struct error *error);
/* Whether the entries are those that the head signs. */
NODISCARD bool mirror_check_root(const struct mirror *mirror, struct error *error);

/* How many entries of the log the folder's export follows from, as its first line says: 0 when it
 * does not say or there is none. */
uint64_t mirror_export_entries(const char *folder);

/* Whether the head of `now` continues the tree of the mirror `before`: the same log, and the first
 * entries of it those that were signed then (RFC 9162 §2.1.4, told from tiles). `tile` appends what
 * the server has below /log/. False, with what the mirror is then worth, when it does not. */
NODISCARD bool mirror_follows(const struct mirror *before, const struct mirror *now,
                              bool (*tile)(void *context, const char *path, struct buffer *bytes,
                                           struct error *error),
                              void *context, struct error *error);

/* Copies a server's log into the folder (made if need be); full tiles that are there are kept. A
 * folder that holds a head already is left as it is unless the log continues that one. */
struct mirroring {
    struct client *client;
    const char *folder;
    bool with_export;
    void (*progress)(void *context, uint64_t done, uint64_t total); /* NULL for none */
    void *context;
};

NODISCARD bool mirror_fetch(const struct mirroring *mirroring, struct error *error);
/* Checks the folder against its SHA256SUMS: `each` is told of what is not as it was fetched. False
 * with ERROR_NOT_FOUND when it has none. */
NODISCARD bool mirror_check_sums(const char *folder, void (*each)(void *context, const char *fault),
                                 void *context, size_t *files_out, struct error *error);
/* Removes the folder with all that is in it. */
void mirror_remove(const char *folder);

#endif
