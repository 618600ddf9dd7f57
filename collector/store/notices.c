#include <string.h>

#include "collector/store/internal.h"

static bool insert(struct session *session, const char *id, const char *json, struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_NOTICE_ADD);
    query_text(&query, ":id", id);
    query_integer(&query, ":added", session->now);
    query_text(&query, ":json", json);
    return query_run(&query, error);
}

static bool write_entry(struct session *session, const char *id, const char *json,
                        struct error *error)
{
    uint64_t number;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    entry->act = ACT_NOTICE;
    entry->by = BY_SERVER;
    entry->at = session->now;
    memcpy(entry->subject, id, strlen(id) + 1);
    sha256_bytes(json, strlen(json), entry->digest);
    return entry_write(session, entry, &number, error);
}

bool session_notice_add(struct session *session, const char *id, const char *json,
                        enum change_result *result_out, struct error *error)
{
    bool found;
    auto_query struct query query = query_begin(session, SQL_NOTICE_GET);
    query_text(&query, ":id", id);
    if (!query_step(&query, &found, error))
        return false;
    if (found || strlen(id) >= sizeof((struct entry *)NULL)->subject) {
        bool same = found && strcmp(query_column_text(&query, 0), json) == 0;
        *result_out = same ? CHANGE_SAME : CHANGE_CONFLICT;
        return true;
    }
    if (!insert(session, id, json, error) || !write_entry(session, id, json, error))
        return false;
    changes_add(&session->changes, -1, session->survey->station_count);
    published_add(session, -1, NULL);
    *result_out = CHANGE_DONE;
    return true;
}

bool session_notices(struct session *session, int64_t known_at,
                     void (*each)(void *context, const char *json, int64_t added), void *context,
                     struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_NOTICES);
    query_integer(&query, ":at", known_at);
    while (query_next(&query))
        each(context, query_column_text(&query, 0), query_column(&query, 1));
    return query_done(&query, error);
}
