#include <string.h>

#include "collector/store/internal.h"

/* What must hold between the tables. Each gives the faulty rows, and what to say of their number
 * (%s). */
static const struct {
    const char *sql, *says;
} rules[] = {
    {"SELECT count(*) FROM words WHERE id NOT IN (SELECT id FROM report)",
     "%s texts belong to no report"},
    {"SELECT count(*) FROM sealed WHERE id NOT IN (SELECT id FROM report)",
     "%s sealed notes belong to no report"},
    {"SELECT count(*) FROM amendment WHERE id NOT IN (SELECT id FROM report WHERE state = 1)",
     "%s amendments belong to no approved report"},
    {"SELECT count(*) FROM arrival WHERE id IN (SELECT id FROM report) AND NOT EXISTS"
     " (SELECT 1 FROM move WHERE arrival.seq <= move.last AND arrival.id <= move.until)",
     "%s reports are both in staging and in the main table"},
    {"SELECT count(*) - count(DISTINCT id) FROM arrival", "%s reports are in staging twice"},
    {"SELECT count(*) FROM report WHERE (state IN (1, 2, 3, 4)"
     " AND coalesce(entry, -1) NOT IN (SELECT number FROM entry))",
     "%s decided reports have no entry in the log"},
    {"SELECT count(*) FROM (SELECT reporter FROM report WHERE reporter IS NOT NULL"
     " UNION ALL SELECT reporter FROM amendment WHERE reporter IS NOT NULL)"
     " WHERE reporter NOT IN (SELECT number FROM reporter)",
     "%s reports refer to a reporter that is not there"},
    {"SELECT (SELECT coalesce(sum(reports), 0) FROM reporter)"
     " - (SELECT count(reporter) FROM report) - (SELECT count(reporter) FROM amendment)",
     "the reporters' numbers of reports are off by %s"},
    {"SELECT coalesce(max(number) + 1 - count(*), 0) FROM entry",
     "%s entries of the log are missing"},
    {"SELECT count(*) FROM version WHERE key NOT IN (SELECT key FROM version_key)",
     "%s published versions have no key"},
    {"SELECT count(*) FROM report WHERE state <> 4"
     " AND station NOT IN (SELECT code FROM station_code)",
     "%s reports are of an unknown station"},
};

static bool check_rule(struct session *session, size_t i,
                       void (*each)(void *context, const char *fault), void *context,
                       struct error *error)
{
    bool row;
    sqlite3_stmt *statement = NULL;
    struct query query = query_begin_text(session, &statement, rules[i].sql);
    bool done = query_step(&query, &row, error);
    if (done && query_column(&query, 0) != 0) {
        auto_buffer struct buffer fault = {0};
        const char *place = strstr(rules[i].says, "%s");
        buffer_bytes(&fault, rules[i].says, (size_t)(place - rules[i].says));
        buffer_text(&fault, query_column_text(&query, 0));
        buffer_text(&fault, place + strlen("%s"));
        each(context, fault.data);
    }
    sqlite3_finalize(statement);
    return done;
}

static bool check_pages(struct session *session, void (*each)(void *context, const char *fault),
                        void *context, struct error *error)
{
    bool row = true;
    bool done = true;
    sqlite3_stmt *statement = NULL;
    struct query query = query_begin_text(session, &statement, "PRAGMA integrity_check(20)");
    while (done && row) {
        done = query_step(&query, &row, error);
        if (done && row && strcmp(query_column_text(&query, 0), "ok") != 0)
            each(context, query_column_text(&query, 0));
    }
    sqlite3_finalize(statement);
    return done;
}

bool session_check(struct session *session, void (*each)(void *context, const char *fault),
                   void *context, struct error *error)
{
    if (!check_pages(session, each, context, error))
        return false;
    for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
        if (!check_rule(session, i, each, context, error))
            return false;
    return true;
}
