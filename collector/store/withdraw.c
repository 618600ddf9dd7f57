#include <string.h>

#include "collector/store/row.h"

static bool run_on(struct session *session, enum statement statement, const uint8_t uuid[UUID_SIZE],
                   struct error *error)
{
    auto_query struct query query = query_begin(session, statement);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    return query_run(&query, error);
}

static bool write_entry(struct session *session, const uint8_t uuid[UUID_SIZE], uint32_t version,
                        uint64_t *number_out, struct error *error)
{
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    entry->act = ACT_WITHDRAW;
    entry->by = BY_REPORTER;
    entry->at = session->now - session->now % HOUR_SECONDS;
    entry->version = version;
    memcpy(entry->report, uuid, UUID_SIZE);
    return entry_write(session, entry, number_out, error);
}

static bool erase_row(struct session *session, const uint8_t uuid[UUID_SIZE],
                      const struct brief *brief, uint64_t entry, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_REPORT_WITHDRAW);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    query_integer(&query, ":entry", (int64_t)entry);
    query_integer(&query, ":version", brief->version);
    query_blob(&query, ":content_hash", brief->content_hash, CONTENT_HASH_SIZE);
    return query_run(&query, error);
}

static bool erase(struct session *session, const uint8_t uuid[UUID_SIZE], const struct brief *brief,
                  struct error *error)
{
    uint64_t entry;
    session->erased = true;
    return write_entry(session, uuid, brief->version, &entry, error) &&
           erase_row(session, uuid, brief, entry, error) &&
           run_on(session, SQL_WORDS_DROP, uuid, error) &&
           run_on(session, SQL_BOX_DROP, uuid, error) &&
           run_on(session, SQL_AMENDMENT_DROP, uuid, error) &&
           reporter_release(session, brief->main_reporter, error) &&
           (!brief->amended || reporter_release(session, brief->reporter, error));
}

static void count_withdrawn(struct session *session, const struct brief *before)
{
    int stations = session->survey->station_count;
    if (before->state == STATE_PENDING)
        pending_change(session, before->station, -1);
    changes_add(&session->changes, before->station, stations);
    if (before->main_state != STATE_APPROVED)
        return;
    changes_add(&session->changes, before->main_station, stations);
    published_add(session, before->main_station, NULL);
}

bool session_withdraw(struct session *session, const uint8_t uuid[UUID_SIZE],
                      enum change_result *result_out, struct error *error)
{
    struct brief brief;
    if (!brief_find(session, uuid, &brief, error))
        return false;
    if (!brief.found || brief.state == STATE_WITHDRAWN) {
        *result_out = brief.found ? CHANGE_SAME : CHANGE_NOT_FOUND;
        return true;
    }
    if (brief.main_state == STATE_APPROVED && !holds_keep(session, uuid, error))
        return false;
    if (!brief_settle(session, uuid, &brief, error) || !erase(session, uuid, &brief, error))
        return false;
    count_withdrawn(session, &brief);
    *result_out = CHANGE_DONE;
    return true;
}
