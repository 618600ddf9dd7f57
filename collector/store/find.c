#include <string.h>

#include "collector/store/row.h"

static int station_of(const struct session *session, int64_t code)
{
    const struct vocabulary *vocabulary = &session->vocabulary;
    return code < 1 || code > vocabulary->station_last ? -1 : vocabulary->stations[code];
}

static void copy_hash(const struct query *query, int column, uint8_t hash[CONTENT_HASH_SIZE])
{
    const void *bytes = sqlite3_column_blob(query->statement, column);
    if (bytes != NULL && sqlite3_column_bytes(query->statement, column) == CONTENT_HASH_SIZE)
        memcpy(hash, bytes, CONTENT_HASH_SIZE);
}

static bool find_staged(struct session *session, uint64_t value, struct brief *brief,
                        struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(session, SQL_ARRIVAL_HASH);
    query_integer(&query, ":seq", (int64_t)(value >> STAGED_BITS));
    if (!query_step(&query, &row, error))
        return false;
    if (!row)
        return session_failed(session, SQLITE_CORRUPT, error);
    brief->found = true;
    brief->staged = value;
    brief->version = 1;
    copy_hash(&query, 0, brief->content_hash);
    brief->station = station_of(session, query_column(&query, 1));
    return true;
}

static bool find_amended(struct session *session, const uint8_t uuid[UUID_SIZE],
                         struct brief *brief, struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(session, SQL_BRIEF_AMENDED);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    if (!query_step(&query, &row, error))
        return false;
    if (!row)
        return true;
    brief->amended = true;
    brief->state = STATE_PENDING;
    brief->station = station_of(session, query_column(&query, 0));
    brief->version = (uint32_t)query_column(&query, 1);
    copy_hash(&query, 2, brief->content_hash);
    brief->reporter = query_column(&query, 3);
    return true;
}

bool brief_find(struct session *session, const uint8_t uuid[UUID_SIZE], struct brief *brief_out,
                struct error *error)
{
    bool row;
    uint64_t value;
    *brief_out = (struct brief){.station = -1, .main_station = -1};
    if (map_get(session->staging.map, uuid, UUID_SIZE, &value))
        return find_staged(session, value, brief_out, error);
    auto_query struct query query = query_begin(session, SQL_BRIEF);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    if (!query_step(&query, &row, error))
        return false;
    if (!row)
        return true;
    brief_out->found = true;
    brief_out->state = brief_out->main_state = (enum report_state)query_column(&query, 0);
    brief_out->station = brief_out->main_station = station_of(session, query_column(&query, 1));
    brief_out->version = (uint32_t)query_column(&query, 2);
    copy_hash(&query, 3, brief_out->content_hash);
    brief_out->reporter = brief_out->main_reporter = query_column(&query, 4);
    return brief_out->state != STATE_APPROVED || find_amended(session, uuid, brief_out, error);
}

bool brief_settle(struct session *session, const uint8_t uuid[UUID_SIZE], struct brief *brief,
                  struct error *error)
{
    if (brief->staged == 0)
        return staging_erase(session, uuid, error);
    struct staged staged = {.value = brief->staged};
    memcpy(staged.uuid, uuid, UUID_SIZE);
    return staging_move(session, &staged, error) && brief_find(session, uuid, brief, error);
}

static bool read_one(struct query *query, struct stored_report *report_out, bool *found_out,
                     struct error *error)
{
    return query_step(query, found_out, error) &&
           (!*found_out || row_read(query, report_out, error));
}

static bool get_by_id(struct session *session, enum statement statement,
                      const uint8_t uuid[UUID_SIZE], struct stored_report *report_out,
                      bool *found_out, struct error *error)
{
    auto_query struct query query = query_begin(session, statement);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    return read_one(&query, report_out, found_out, error);
}

bool session_get(struct session *session, const uint8_t uuid[UUID_SIZE],
                 struct stored_report *report_out, bool *found_out, struct error *error)
{
    uint64_t value;
    *found_out = false;
    if (map_get(session->staging.map, uuid, UUID_SIZE, &value)) {
        auto_query struct query query = query_begin(session, SQL_ARRIVAL_GET);
        query_integer(&query, ":seq", (int64_t)(value >> STAGED_BITS));
        return read_one(&query, report_out, found_out, error);
    }
    if (!get_by_id(session, SQL_AMENDED_GET, uuid, report_out, found_out, error))
        return false;
    return *found_out || get_by_id(session, SQL_KEPT_GET, uuid, report_out, found_out, error);
}

bool session_get_published(struct session *session, const uint8_t uuid[UUID_SIZE],
                           struct stored_report *report_out, bool *found_out, struct error *error)
{
    struct stored_report report;
    *found_out = false;
    bool found;
    if (!get_by_id(session, SQL_KEPT_GET, uuid, &report, &found, error))
        return false;
    if (!found || report.state != STATE_APPROVED)
        return true;
    *report_out = report;
    *found_out = true;
    return true;
}
