#ifndef ZHANJI_STORE_RECORDS_H
#define ZHANJI_STORE_RECORDS_H

#include "collector/store/internal.h"

/* The statements of record.c, received.c and purge.c. */
enum record_statement {
    RECORD_NODE_PUT,
    RECORD_NODES,
    RECORD_COVERED_PUT,
    RECORD_COVERED,
    RECORD_ARRIVED_STAGED,
    RECORD_ARRIVED_KEPT,
    RECORD_RECEIVED_PUT,
    RECORD_RECEIVED,
    RECORD_RECEIVED_LAST,
    RECORD_PURGE_COUNT,
    RECORD_PURGE_FIND,
    RECORD_PURGE_ROW,
    RECORD_COUNT
};

struct query record_query(struct session *session, enum record_statement statement);
/* The bytes of a column, which last until the next step. */
const uint8_t *record_blob(const struct query *query, int column, size_t *length_out);

#endif
