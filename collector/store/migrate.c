#include <stdio.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/store/engine.h"

/* "Zhji", so that a foreign database is not taken for ours (sqlite.org/fileformat.html §1.3.10). */
#define APPLICATION_ID 0x5a686a69

enum {
    MIGRATION_DIGITS = 4, /* sql/NNNN-*.sql */
    MIGRATION_SIZE_MAX = 1 << 20
};

static bool execute(sqlite3 *database, const char *sql, const char *where, struct error *error)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    return error_set(error, ERROR_INTERNAL, "%s: %s", where, sqlite3_errmsg(database));
}

static bool read_number(sqlite3 *database, const char *sql, int64_t *number_out,
                        struct error *error)
{
    sqlite3_stmt *statement = NULL;
    bool row = sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
               sqlite3_step(statement) == SQLITE_ROW;
    if (row)
        *number_out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return row || error_set(error, ERROR_INTERNAL, "%s: %s", sql, sqlite3_errmsg(database));
}

/* The number that a migration's name begins with; 0 if it has none. */
static int64_t number_of(const char *path)
{
    uint64_t number;
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    if (strlen(name) <= MIGRATION_DIGITS || name[MIGRATION_DIGITS] != '-' ||
        !number_unsigned(name, MIGRATION_DIGITS, 9999, &number))
        return 0;
    return (int64_t)number;
}

/* Each is one transaction with the new user_version in it. */
static bool apply(sqlite3 *database, const struct source *source, const char *path,
                  struct error *error)
{
    char end[80];
    auto_buffer struct buffer sql = {0};
    buffer_text(&sql, "BEGIN IMMEDIATE;\n");
    if (!source_read(source, path, &sql, error))
        return false;
    snprintf(end, sizeof end, "\nPRAGMA user_version = %d;\nCOMMIT;", (int)number_of(path));
    buffer_text(&sql, end);
    if (execute(database, sql.data, path, error))
        return true;
    (void)sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

/* The SQL belongs to this program: a folder with another survey need not repeat it. */
static bool list_migrations(const struct source *source, struct source *from,
                            struct source_list *list, struct error *error)
{
    struct error missing = {0};
    *from = *source;
    if (source_list(from, "sql", list, &missing) && list->count > 0)
        return true;
    source_list_finish(list);
    from->directory = NULL;
    *list = (struct source_list){0};
    return source_list(from, "sql", list, error);
}

static bool apply_all(sqlite3 *database, const struct source *source,
                      const struct source_list *list, int64_t version, struct error *error)
{
    int64_t newest = list->count == 0 ? 0 : number_of(list->paths[list->count - 1]);
    if (newest == 0)
        return error_set(error, ERROR_INVALID, "sql: no migrations named NNNN-….sql");
    if (version > newest)
        return error_set(error, ERROR_INVALID,
                         "the database is of version %d, this program knows %d: use a newer one",
                         (int)version, (int)newest);
    for (size_t i = 0; i < list->count; i++)
        if (number_of(list->paths[i]) > version && !apply(database, source, list->paths[i], error))
            return false;
    return true;
}

static bool check_identity(sqlite3 *database, int64_t version, struct error *error)
{
    int64_t id = 0;
    int64_t tables = 0;
    char mark[64];
    if (!read_number(database, "PRAGMA application_id", &id, error) ||
        !read_number(database, "SELECT count(*) FROM sqlite_schema", &tables, error))
        return false;
    if (id == APPLICATION_ID)
        return true;
    if (version != 0 || tables != 0)
        return error_set(error, ERROR_INVALID, "this is a database of another program");
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d", APPLICATION_ID);
    return execute(database, mark, "application_id", error);
}

bool migrate(sqlite3 *database, const struct source *source, struct error *error)
{
    int64_t version = 0;
    struct source from = *source;
    struct source_list list = {0};
    if (!read_number(database, "PRAGMA user_version", &version, error) ||
        !check_identity(database, version, error) || !list_migrations(source, &from, &list, error))
        return false;
    bool done = apply_all(database, &from, &list, version, error);
    source_list_finish(&list);
    return done;
}
