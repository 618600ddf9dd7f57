#include "collector/store/query.h"

#include <string.h>

#include "collector/store/internal.h"

struct query query_begin_text(struct session *session, sqlite3_stmt **slot, const char *sql)
{
    struct query query = {.session = session, .code = SQLITE_OK};
    if (*slot == NULL)
        query.code =
            sqlite3_prepare_v3(session->database, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL);
    query.statement = *slot;
    return query;
}

struct query query_begin(struct session *session, enum statement statement)
{
    struct query query =
        query_begin_text(session, &session->statements[statement], statement_sql(statement));
    query.known = &session->parameters[statement];
    return query;
}

void query_end(struct query *query)
{
    if (query->statement == NULL)
        return;
    sqlite3_reset(query->statement);
    sqlite3_clear_bindings(query->statement);
}

/* Most are bound in the order of the SQL: SQLite compares a name with all of them. */
static int find_parameter(const struct query *query, const char *name)
{
    int index = query->bound + 1;
    const char *next = sqlite3_bind_parameter_name(query->statement, index);
    if (next != NULL && strcmp(next, name) == 0)
        return index;
    return sqlite3_bind_parameter_index(query->statement, name);
}

static int parameter(struct query *query, const char *name)
{
    int next = query->bound + 1;
    if (query->code != SQLITE_OK)
        return 0;
    if (query->known != NULL && next <= PARAMETERS_MAX && query->known->names[next] == name)
        return query->bound = next;
    int index = find_parameter(query, name);
    if (index == 0)
        query->code = SQLITE_RANGE;
    else if (query->known != NULL && index <= PARAMETERS_MAX)
        query->known->names[index] = name;
    return query->bound = index;
}

void query_integer(struct query *query, const char *name, int64_t value)
{
    int index = parameter(query, name);
    if (index > 0)
        query->code = sqlite3_bind_int64(query->statement, index, value);
}

void query_text(struct query *query, const char *name, const char *text)
{
    int index = parameter(query, name);
    if (index > 0)
        query->code = sqlite3_bind_text(query->statement, index, text, -1, SQLITE_STATIC);
}

void query_blob(struct query *query, const char *name, const void *bytes, size_t length)
{
    int index = parameter(query, name);
    if (index > 0)
        query->code = sqlite3_bind_blob64(query->statement, index, bytes, length, SQLITE_STATIC);
}

bool session_failed(struct session *session, int code, struct error *error)
{
    if (session->failure == SQLITE_OK)
        session->failure = code == SQLITE_OK ? SQLITE_ERROR : code;
    return error_set(error, ERROR_BUSY, "database: %s (%d)", sqlite3_errstr(session->failure),
                     session->failure);
}

bool query_next(struct query *query)
{
    if (query->code == SQLITE_OK)
        query->code = query->session->failure;
    if (query->code == SQLITE_OK)
        query->code = sqlite3_step(query->statement);
    bool row = query->code == SQLITE_ROW;
    if (row || query->code == SQLITE_DONE)
        query->code = SQLITE_OK;
    return row;
}

bool query_done(const struct query *query, struct error *error)
{
    return query->code == SQLITE_OK || session_failed(query->session, query->code, error);
}

bool query_step(struct query *query, bool *row_out, struct error *error)
{
    bool row = query_next(query);
    if (!query_done(query, error))
        return false;
    *row_out = row;
    return true;
}

bool query_run(struct query *query, struct error *error)
{
    bool row;
    return query_step(query, &row, error);
}

int64_t query_column(const struct query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

bool query_is_null(const struct query *query, int column)
{
    return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

const char *query_column_text(const struct query *query, int column)
{
    const unsigned char *text = sqlite3_column_text(query->statement, column);
    return text == NULL ? "" : (const char *)text;
}
