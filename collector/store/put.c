#include <string.h>

#include "collector/store/row.h"

static uint64_t flags_of(const struct stored_report *report, const struct row *row)
{
    uint64_t flags = 0;
    if (report->note != NULL || row->visited != NULL)
        flags |= STAGED_WORDS;
    if (report->sealed_note != NULL)
        flags |= STAGED_BOX;
    if (report->has_reporter)
        flags |= STAGED_REPORTER;
    return flags;
}

static bool put_new(struct session *session, const struct stored_report *report,
                    struct error *error)
{
    struct row row;
    uint64_t seq = session->staging.next;
    if (!row_pack(session, report, &row, error))
        return false;
    auto_query struct query query = query_begin(session, SQL_ARRIVAL_ADD);
    query_integer(&query, ":seq", (int64_t)seq);
    row_bind(&query, report, &row);
    query_blob(&query, ":pseudonym", report->has_reporter ? report->reporter : NULL,
               PSEUDONYM_SIZE);
    if (!query_run(&query, error))
        return false;
    staging_add(session, report->uuid, seq << STAGED_BITS | flags_of(report, &row));
    pending_change(session, report->station, 1);
    changes_add(&session->changes, report->station, session->survey->station_count);
    return true;
}

static enum put_result compare(const struct brief *brief, const struct stored_report *report)
{
    if (brief->state == STATE_WITHDRAWN)
        return PUT_WITHDRAWN;
    bool same = memcmp(brief->content_hash, report->content_hash, CONTENT_HASH_SIZE) == 0;
    return same ? PUT_SAME : PUT_DIFFERENT;
}

bool session_put(struct session *session, const struct stored_report *report,
                 enum put_result *result_out, enum report_state *state_out, struct error *error)
{
    struct brief brief;
    if (!brief_find(session, report->uuid, &brief, error))
        return false;
    if (!brief.found && !put_new(session, report, error))
        return false;
    *result_out = brief.found ? compare(&brief, report) : PUT_CREATED;
    *state_out = brief.found ? brief.state : STATE_PENDING;
    return true;
}
