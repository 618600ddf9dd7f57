#ifndef ZHANJI_STORE_RECORD_H
#define ZHANJI_STORE_RECORD_H

#include "collector/store/session.h"

/* What the log needs of the store beside its entries (trust §2, §3). */

/* After each commit that appended entries: called on the store thread. Set before use. */
void store_on_entries(struct store *store, void (*appended)(void *context), void *context);

/* Roots of complete subtrees of 256^level leaves, level ≥ 1. Writing one again replaces it. */
NODISCARD bool session_node_put(struct session *session, unsigned level, uint64_t number,
                                const uint8_t hash[SECRET_KEY_SIZE], struct error *error);
/* `count` of them from `first` on into hashes_out; *found_out is how many there are. */
NODISCARD bool session_nodes(struct session *session, unsigned level, uint64_t first,
                             uint32_t count, uint8_t (*hashes_out)[SECRET_KEY_SIZE],
                             uint32_t *found_out, struct error *error);

/* One report of a decision on many. */
struct covered_report {
    uint8_t uuid[UUID_SIZE];
    uint32_t version; /* 0: whichever it is at */
    bool refused;     /* set by session_decide_many, with the reason */
    struct error reason;
};

/* A moderator's signed decision on `entry->reports` reports, given in id order; all of them or
 * none: a CONFLICT marks those that were in the way. Otherwise as session_decide. That the root is
 * theirs is for the caller to check. */
NODISCARD bool session_decide_many(struct session *session, const struct entry *entry,
                                   const char *line, size_t length, struct covered_report *reports,
                                   enum change_result *result_out, enum report_state *state_out,
                                   struct error *reason_out, struct error *error);
/* The ids of such an entry, 16 bytes each in id order, appended; *found_out says whether there are
 * any. */
NODISCARD bool session_covered(struct session *session, uint64_t entry, struct buffer *ids,
                               bool *found_out, struct error *error);

/* Reports that were rejected or withheld before an instant, and still have something to purge. */
NODISCARD bool session_purgeable(struct session *session, int64_t before, uint64_t *count_out,
                                 struct error *error);
/* Erases notes (the sealed ones too), pseudonyms and times of day of up to `limit` of them, and
 * appends the server's `purge` entry about them: `subject` is the day (UTC) before which they were
 * decided, `digest` is of their ids in order, a line each. What waits or is published is never
 * purged. *count_out 0: there were none, and no entry. */
NODISCARD bool session_purge(struct session *session, int64_t before, uint32_t limit,
                             uint32_t *count_out, struct error *error);

/* What arrived: the day in the survey's offset, and the content hash. */
struct arrival {
    int32_t day;
    uint8_t content_hash[SECRET_KEY_SIZE];
};

/* Everything that waits in staging or as an amendment. */
NODISCARD bool session_arrivals_waiting(struct session *session,
                                        void (*each)(void *context, const struct arrival *arrival),
                                        void *context, struct error *error);

/* Where a walk through the reports is; zero is before the first. */
struct arrival_cursor {
    bool begun;
    uint8_t uuid[UUID_SIZE]; /* of the last one */
};

/* The next reports of the main table, up to `limit`; *count_out is how many there were. */
NODISCARD bool session_arrivals_kept(struct session *session, struct arrival_cursor *cursor,
                                     uint32_t limit,
                                     void (*each)(void *context, const struct arrival *arrival),
                                     void *context, uint32_t *count_out, struct error *error);

/* Writes the list of a day (`count` hashes in order of value) and its `received` entry. Again for
 * the same day: nothing. */
NODISCARD bool session_received_put(struct session *session, int32_t day, const uint8_t *hashes,
                                    size_t count, struct error *error);
/* The list as it is published: a line of hex a hash. Appended. */
NODISCARD bool session_received(struct session *session, int32_t day, struct buffer *text,
                                bool *found_out, struct error *error);
/* The last day that has a list; DAY_NONE if none has. */
NODISCARD bool session_received_last(struct session *session, int32_t *day_out,
                                     struct error *error);

/* Appends the server's entry that the log changes its key: the new verifier key, and the digest of
 * the last note that the old key signed (NULL: none). */
NODISCARD bool session_log_key(struct session *session, const char *verifier, const uint8_t *digest,
                               struct error *error);

#endif
