#include <string.h>

#include "collector/store/row.h"

static bool run_on(struct session *session, enum statement statement, const uint8_t uuid[UUID_SIZE],
                   struct error *error)
{
    auto_query struct query query = query_begin(session, statement);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    return query_run(&query, error);
}

static bool settle_row(struct session *session, const uint8_t uuid[UUID_SIZE],
                       enum report_state state, const uint64_t *entry, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_AMENDMENT_SETTLE);
    query_blob(&query, ":id", uuid, UUID_SIZE);
    query_integer(&query, ":state", state);
    if (entry != NULL)
        query_integer(&query, ":entry", (int64_t)*entry);
    return query_run(&query, error);
}

bool amendment_settle(struct session *session, const uint8_t uuid[UUID_SIZE],
                      const struct brief *brief, enum report_state state, const uint64_t *entry,
                      struct error *error)
{
    session->erased = true;
    return run_on(session, SQL_WORDS_DROP, uuid, error) &&
           run_on(session, SQL_BOX_DROP, uuid, error) &&
           settle_row(session, uuid, state, entry, error) &&
           run_on(session, SQL_AMENDMENT_SETTLE_WORDS, uuid, error) &&
           run_on(session, SQL_AMENDMENT_SETTLE_BOX, uuid, error) &&
           run_on(session, SQL_AMENDMENT_DROP, uuid, error) &&
           reporter_release(session, brief->main_reporter, error);
}

static bool add_amendment(struct session *session, const struct stored_report *report,
                          uint32_t version, struct error *error)
{
    struct row row;
    int64_t reporter = 0;
    if (!row_pack(session, report, &row, error))
        return false;
    if (report->has_reporter && !reporter_count(session, report->reporter, &reporter, error))
        return false;
    auto_query struct query query = query_begin(session, SQL_AMENDMENT_ADD);
    row_bind(&query, report, &row);
    query_integer(&query, ":version", version);
    if (reporter != 0)
        query_integer(&query, ":reporter", reporter);
    return query_run(&query, error);
}

static bool write_entry(struct session *session, const uint8_t uuid[UUID_SIZE], uint32_t version,
                        struct error *error)
{
    uint64_t number;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    entry->act = ACT_AMEND;
    entry->by = BY_REPORTER;
    entry->at = session->now - session->now % HOUR_SECONDS;
    entry->version = version;
    memcpy(entry->report, uuid, UUID_SIZE);
    return entry_write(session, entry, &number, error);
}

/* The new version waits beside an approved one and takes the place of any other. */
static bool amend(struct session *session, const struct stored_report *report,
                  const struct brief *brief, struct error *error)
{
    uint32_t version = brief->version + 1;
    if (!write_entry(session, report->uuid, version, error) ||
        !add_amendment(session, report, version, error))
        return false;
    session->erased = true;
    if (brief->amended)
        return reporter_release(session, brief->reporter, error);
    return brief->main_state == STATE_APPROVED ||
           amendment_settle(session, report->uuid, brief, STATE_PENDING, NULL, error);
}

static void count_amended(struct session *session, const struct brief *before, int station)
{
    int stations = session->survey->station_count;
    if (before->state == STATE_PENDING)
        pending_change(session, before->station, -1);
    pending_change(session, station, 1);
    changes_add(&session->changes, before->station, stations);
    changes_add(&session->changes, station, stations);
}

bool session_amend(struct session *session, const struct stored_report *report,
                   enum change_result *result_out, uint32_t *version_out, struct error *error)
{
    struct brief brief;
    if (!brief_find(session, report->uuid, &brief, error))
        return false;
    *version_out = brief.version;
    if (!brief.found || brief.state == STATE_WITHDRAWN) {
        *result_out = brief.found ? CHANGE_CONFLICT : CHANGE_NOT_FOUND;
        return true;
    }
    if (memcmp(brief.content_hash, report->content_hash, CONTENT_HASH_SIZE) == 0) {
        *result_out = CHANGE_SAME;
        return true;
    }
    if (!brief_settle(session, report->uuid, &brief, error) ||
        !amend(session, report, &brief, error))
        return false;
    count_amended(session, &brief, report->station);
    *version_out = brief.version + 1;
    *result_out = CHANGE_DONE;
    return true;
}
