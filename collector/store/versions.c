#include <string.h>

#include "collector/store/internal.h"

static bool find_key(struct session *session, const struct version_row *row, int64_t *key_out,
                     struct error *error)
{
    bool found;
    auto_query struct query query = query_begin(session, SQL_VERSION_KEY);
    query_text(&query, ":kind", row->kind);
    query_integer(&query, ":major", row->major);
    query_integer(&query, ":minor", row->minor);
    if (!query_step(&query, &found, error))
        return false;
    *key_out = found ? query_column(&query, 0) : 0;
    return true;
}

static bool make_key(struct session *session, const struct version_row *row, int64_t *key_out,
                     struct error *error)
{
    auto_query struct query query = query_begin(session, SQL_VERSION_KEY_ADD);
    query_text(&query, ":kind", row->kind);
    query_integer(&query, ":major", row->major);
    query_integer(&query, ":minor", row->minor);
    if (!query_run(&query, error))
        return false;
    *key_out = sqlite3_last_insert_rowid(session->database);
    return true;
}

/* Whether the row says nothing new; *at_out is its time, never before the last one's, so that a
 * clock that was set back cannot change what was published when. */
static bool compare_last(struct session *session, const struct version_row *row, int64_t key,
                         bool *same_out, int64_t *at_out, struct error *error)
{
    bool found;
    *same_out = row->length == 0;
    *at_out = row->at;
    auto_query struct query query = query_begin(session, SQL_VERSION_LAST);
    query_integer(&query, ":key", key);
    if (!query_step(&query, &found, error))
        return false;
    if (!found)
        return true;
    int64_t last = query_column(&query, 0);
    const void *body = sqlite3_column_blob(query.statement, 1);
    size_t length = (size_t)sqlite3_column_bytes(query.statement, 1);
    *same_out = length == row->length && (length == 0 || memcmp(body, row->body, length) == 0);
    *at_out = row->at < last ? last : row->at;
    return true;
}

bool session_version_put(struct session *session, const struct version_row *row,
                         struct error *error)
{
    int64_t key;
    int64_t at;
    bool same;
    if (!find_key(session, row, &key, error) || !compare_last(session, row, key, &same, &at, error))
        return false;
    if (same)
        return true;
    if (key == 0 && !make_key(session, row, &key, error))
        return false;
    auto_query struct query query = query_begin(session, SQL_VERSION_PUT);
    query_integer(&query, ":key", key);
    query_integer(&query, ":at", at);
    query_blob(&query, ":body", row->length == 0 ? "" : row->body, row->length);
    return query_run(&query, error);
}

/* NOLINTNEXTLINE(readability-function-size): one question, asked whole. */
bool session_versions(struct session *session, const char *kind, int64_t major, int64_t known_at,
                      void (*each)(void *context, const struct version_row *row), void *context,
                      struct error *error)
{
    auto_query struct query query =
        query_begin(session, major < 0 ? SQL_VERSIONS : SQL_VERSIONS_MAJOR);
    query_text(&query, ":kind", kind);
    query_integer(&query, ":at", known_at);
    if (major >= 0)
        query_integer(&query, ":major", major);
    while (query_next(&query)) {
        struct version_row row = {
            .kind = kind,
            .major = query_column(&query, 1),
            .minor = query_column(&query, 2),
            .at = query_column(&query, 3),
            .body = sqlite3_column_blob(query.statement, 4),
            .length = (size_t)sqlite3_column_bytes(query.statement, 4),
        };
        each(context, &row);
    }
    return query_done(&query, error);
}
