#include "collector/store/record.h"

#include <string.h>

#include "collector/store/decide.h"
#include "collector/store/engine.h"
#include "collector/store/records.h"

/* Refused before :before, with something of its reporter left: words, a note sealed or not, a
 * pseudonym, the time of day. */
#define PURGEABLE                                                                \
    " FROM report JOIN entry ON entry.number = report.entry"                     \
    " WHERE report.state IN (2, 3) AND report.state <> 1 AND entry.at < :before" \
    " AND (report.reporter IS NOT NULL OR report.moment IS NOT NULL"             \
    " OR EXISTS (SELECT 1 FROM words WHERE words.id = report.id)"                \
    " OR EXISTS (SELECT 1 FROM sealed WHERE sealed.id = report.id))"

static const char *const texts[RECORD_COUNT] = {
    [RECORD_NODE_PUT] = "INSERT OR REPLACE INTO node (level, number, hash)"
                        " VALUES (:level, :number, :hash)",
    [RECORD_NODES] = "SELECT hash FROM node WHERE level = :level AND number >= :first"
                     " AND number < :end ORDER BY number",
    [RECORD_COVERED_PUT] = "INSERT INTO covered (entry, ids) VALUES (:entry, :ids)",
    [RECORD_COVERED] = "SELECT ids FROM covered WHERE entry = :entry",
    [RECORD_ARRIVED_STAGED] = "SELECT arrived, content_hash FROM arrival"
                              " UNION ALL SELECT arrived, content_hash FROM amendment",
    [RECORD_ARRIVED_KEPT] = "SELECT arrived, content_hash, id FROM report WHERE id > :id"
                            " ORDER BY id LIMIT :limit",
    [RECORD_RECEIVED_PUT] = "INSERT INTO received (day, hashes) VALUES (:day, :hashes)",
    [RECORD_RECEIVED] = "SELECT hashes FROM received WHERE day = :day",
    [RECORD_RECEIVED_LAST] = "SELECT max(day) FROM received",
    [RECORD_PURGE_COUNT] = "SELECT count(*)" PURGEABLE,
    /* The + keeps the order from being a reason to walk through all approved reports. */
    [RECORD_PURGE_FIND] =
        "SELECT report.id, report.reporter" PURGEABLE " ORDER BY +report.id LIMIT :limit",
    [RECORD_PURGE_ROW] = "UPDATE report SET reporter = NULL, moment = NULL WHERE id = :id",
};

_Static_assert((int)RECORD_COUNT <= (int)RECORD_STATEMENTS, "a slot for each statement");

struct query record_query(struct session *session, enum record_statement statement)
{
    return query_begin_text(session, &session->records[statement], texts[statement]);
}

const uint8_t *record_blob(const struct query *query, int column, size_t *length_out)
{
    const void *bytes = sqlite3_column_blob(query->statement, column);
    *length_out = (size_t)sqlite3_column_bytes(query->statement, column);
    return bytes;
}

void store_on_entries(struct store *store, void (*appended)(void *context), void *context)
{
    store->session.on_entries_context = context;
    store->session.on_entries = appended;
}

bool session_node_put(struct session *session, unsigned level, uint64_t number,
                      const uint8_t hash[SECRET_KEY_SIZE], struct error *error)
{
    auto_query struct query query = record_query(session, RECORD_NODE_PUT);
    query_integer(&query, ":level", level);
    query_integer(&query, ":number", (int64_t)number);
    query_blob(&query, ":hash", hash, SECRET_KEY_SIZE);
    return query_run(&query, error);
}

bool session_nodes(struct session *session, unsigned level, uint64_t first, uint32_t count,
                   uint8_t (*hashes_out)[SECRET_KEY_SIZE], uint32_t *found_out, struct error *error)
{
    uint32_t found = 0;
    auto_query struct query query = record_query(session, RECORD_NODES);
    query_integer(&query, ":level", level);
    query_integer(&query, ":first", (int64_t)first);
    query_integer(&query, ":end", (int64_t)(first + count));
    while (query_next(&query)) {
        size_t length;
        const uint8_t *hash = record_blob(&query, 0, &length);
        if (found == count || length != SECRET_KEY_SIZE)
            return session_failed(session, SQLITE_CORRUPT, error);
        memcpy(hashes_out[found++], hash, SECRET_KEY_SIZE);
    }
    if (!query_done(&query, error))
        return false;
    *found_out = found;
    return true;
}

bool covered_put(struct session *session, uint64_t entry, const struct covered_report *reports,
                 uint32_t count, struct error *error)
{
    auto_buffer struct buffer ids = {0};
    for (uint32_t i = 0; i < count; i++)
        buffer_bytes(&ids, reports[i].uuid, UUID_SIZE);
    auto_query struct query query = record_query(session, RECORD_COVERED_PUT);
    query_integer(&query, ":entry", (int64_t)entry);
    query_blob(&query, ":ids", ids.data, ids.length);
    return query_run(&query, error);
}

bool session_covered(struct session *session, uint64_t entry, struct buffer *ids, bool *found_out,
                     struct error *error)
{
    size_t length;
    auto_query struct query query = record_query(session, RECORD_COVERED);
    query_integer(&query, ":entry", (int64_t)entry);
    if (!query_step(&query, found_out, error))
        return false;
    if (!*found_out)
        return true;
    const uint8_t *bytes = record_blob(&query, 0, &length);
    buffer_bytes(ids, bytes, length);
    return true;
}

bool session_log_key(struct session *session, const char *verifier, const uint8_t *digest,
                     struct error *error)
{
    uint64_t number;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    entry->act = ACT_LOG_KEY;
    entry->by = BY_SERVER;
    entry->at = session->now;
    snprintf(entry->subject, sizeof entry->subject, "%s", verifier);
    if (digest != NULL)
        memcpy(entry->digest, digest, SECRET_KEY_SIZE);
    return entry_write(session, entry, &number, error);
}
