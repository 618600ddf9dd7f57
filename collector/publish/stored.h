#ifndef ZHANJI_PUBLISH_STORED_H
#define ZHANJI_PUBLISH_STORED_H

#include "collector/figures/build.h"
#include "collector/publish/versions.h"

/* Rows that were read, in the order they came. */
struct stored_row {
    int64_t major, minor, at;
    size_t offset, length; /* in the bytes */
};

struct stored_rows {
    struct stored_row *rows;
    size_t count, capacity;
};

enum stored_kind {
    STORED_MODEL,
    STORED_NOTICES,
    STORED_KNOTS,
    STORED_VISITS,
    STORED_PENDING,
    STORED_WITHHELD,
    STORED_STATE,
    STORED_KINDS
};

/* Everything that was published at some moment, as it lies in the database. */
struct stored {
    struct stored_rows kinds[STORED_KINDS];
    struct buffer bytes;
};

void stored_finish(struct stored *stored);
/* Reads what held at the end of a moment; in a job of the store. */
NODISCARD bool stored_read(struct session *session, int64_t known_at, struct stored *stored_out,
                           struct error *error);
/* The bytes of a row. */
const char *stored_bytes(const struct stored *stored, const struct stored_row *row);

/* The rules that were in force; what was never published is the survey's first model and no
 * notice at all. */
NODISCARD struct rules *stored_rules(const struct stored *stored, const struct survey *survey,
                                     int32_t horizon, struct error *error);
/* One place a station: places_out has room for all. Sorts the rows. */
NODISCARD bool stored_places(struct stored *stored, const struct numbering *numbering,
                             struct rules *rules, struct place **places_out, struct error *error);
/* What waited, by station, and how many were withheld. */
void stored_counts(const struct stored *stored, const struct numbering *numbering,
                   const struct survey *survey, uint32_t *pending_out, uint64_t *withheld_out);
/* All changes of status; `current_out` (by station, or NULL) gets the last status, -1 if none. */
NODISCARD struct change_list *stored_changes(struct stored *stored,
                                             const struct numbering *numbering,
                                             const struct survey *survey, int *current_out);

/* The body of a state row: ids of the status before ("" for the first) and after, standing,
 * confidence. */
void state_encode(const struct survey *survey, const struct status_change *change,
                  struct buffer *buffer);
NODISCARD bool state_decode(const struct survey *survey, const char *text, size_t length,
                            struct status_change *change_out);
void count_encode(uint64_t count, struct buffer *buffer);

#endif
