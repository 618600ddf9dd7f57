#include <string.h>

#include "collector/store/internal.h"

bool session_setting(struct session *session, const char *name, char **value_out,
                     struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(session, SQL_SETTING);
    query_text(&query, ":name", name);
    if (!query_step(&query, &row, error))
        return false;
    *value_out = row ? memory_text(query_column_text(&query, 0)) : NULL;
    return true;
}

bool session_set_setting(struct session *session, const char *name, const char *value,
                         struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_SETTING_PUT);
    query_text(&query, ":name", name);
    query_text(&query, ":value", value);
    return query_run(&query, error);
}

static bool settle(struct session *session, const char *name, const char *value,
                   struct error *error)
{
    auto_free char *held = NULL;
    if (!session_setting(session, name, &held, error))
        return false;
    if (held == NULL)
        return session_set_setting(session, name, value, error);
    return strcmp(held, value) == 0 ||
           error_set(error, ERROR_INVALID, "the database is of %s %s, the survey says %s", name,
                     held, value);
}

bool settings_check(struct session *session, struct error *error)
{
    return settle(session, "survey", session->survey->id, error) &&
           settle(session, "utc_offset", session->survey->offset_text, error);
}
