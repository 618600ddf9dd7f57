#ifndef ZHANJI_STORE_ROW_H
#define ZHANJI_STORE_ROW_H

#include "collector/store/internal.h"
#include "collector/store/visit.h"

/* A report as rows hold it, ready to be bound. */
struct row {
    int64_t station, basis; /* codes */
    struct packed_visit visit;
    const char *visited; /* NULL where the integers give it back */
    uint8_t answers[ANSWERS_SIZE_MAX];
    size_t answers_length;
};

NODISCARD bool row_pack(struct session *session, const struct stored_report *report,
                        struct row *row_out, struct error *error);
/* Binds the columns that arrival, report and amendment have in common, the texts and the box. */
void row_bind(struct query *query, const struct stored_report *report, const struct row *row);
/* Reads the current row of a statement that selects REPORT_COLUMNS (statements.c); texts go to the
 * session's buffers. */
NODISCARD bool row_read(struct query *query, struct stored_report *report_out, struct error *error);

/* One row more that refers to this reporter, and one less. */
NODISCARD bool reporter_count(struct session *session, const uint8_t *pseudonym,
                              int64_t *number_out, struct error *error);
NODISCARD bool reporter_release(struct session *session, int64_t number, struct error *error);

#endif
