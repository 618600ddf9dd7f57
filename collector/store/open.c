#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "collector/store/engine.h"

/* In this order: the lock before the WAL, so that there is no shared memory and no second opener
 * (sqlite.org/wal.html §8). Temporary files would be copies of texts that nobody erases. */
static const struct {
    const char *sql;
    const char *answer; /* what it must say; NULL: anything */
} pragmas[] = {
    {"PRAGMA locking_mode = EXCLUSIVE", "exclusive"},
    {"PRAGMA auto_vacuum = INCREMENTAL", NULL}, /* chores.c gives room back */
    {"PRAGMA journal_mode = WAL", "wal"},
    {"PRAGMA synchronous = FULL", NULL},
    {"PRAGMA secure_delete = ON", "1"},
    {"PRAGMA wal_autocheckpoint = 0", "0"},
    {"PRAGMA temp_store = MEMORY", NULL},
    {"PRAGMA automatic_index = OFF", NULL},
    {"PRAGMA cell_size_check = ON", NULL},
    {"PRAGMA mmap_size = 0", NULL},
    {"PRAGMA cache_size = -65536", NULL},
};

static bool explain(sqlite3 *database, int code, const char *path, struct error *error)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERROR_BUSY, "%s is in use by another process", path);
    case SQLITE_NOTADB:
        return error_set(error, ERROR_INVALID, "%s is not a database", path);
    case SQLITE_CORRUPT:
        return error_set(error, ERROR_INTERNAL, "%s is damaged: put a backup in its place", path);
    case SQLITE_FULL:
        return error_set(error, ERROR_INTERNAL, "%s: no room on the disk", path);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_set(error, ERROR_INVALID,
                         "%s cannot be opened for writing: this user needs the right to write it "
                         "and the folder it is in",
                         path);
    default:
        return error_set(error, ERROR_INTERNAL, "%s: %s", path, sqlite3_errmsg(database));
    }
}

/* SQLite would make it readable for all. O_EXCL: never a file that is open already, whose lock
 * closing would drop. */
static void create_private(const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static bool set_pragma(sqlite3 *database, size_t i, bool in_memory, const char *path,
                       struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, pragmas[i].sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    bool wrong = code == SQLITE_ROW && pragmas[i].answer != NULL && !in_memory &&
                 strcmp((const char *)sqlite3_column_text(statement, 0), pragmas[i].answer) != 0;
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        return explain(database, code, path, error);
    return !wrong || error_set(error, ERROR_INTERNAL, "%s: %s has no effect", path, pragmas[i].sql);
}

static int count_pages(void *context, sqlite3 *database, const char *name, int pages)
{
    (void)database;
    (void)name;
    ((struct store *)context)->wal_pages = pages;
    return SQLITE_OK;
}

static bool configure(struct store *store, bool in_memory, struct error *error)
{
    sqlite3 *database = store->session.database;
    int code = sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (code != SQLITE_OK)
        return explain(database, code, store->path, error);
    for (size_t i = 0; i < ARRAY_LENGTH(pragmas); i++)
        if (!set_pragma(database, i, in_memory, store->path, error))
            return false;
    sqlite3_wal_hook(database, count_pages, store);
    return true;
}

static bool read_page_size(struct store *store, struct error *error)
{
    bool row;
    auto_query struct query query = query_begin(&store->session, SQL_PAGE_SIZE);
    if (!query_step(&query, &row, error))
        return false;
    store->page_size = row ? query_column(&query, 0) : 0;
    return true;
}

static bool load(struct store *store, struct error *error)
{
    struct session *session = &store->session;
    if (!session_begin(session, error))
        return false;
    if (read_page_size(store, error) && session_load(session, error) &&
        session_commit(session, error))
        return true;
    session_rollback(session);
    return false;
}

/* The lock is held by now: whatever is wrong, the database is not in use. */
static bool prepare(struct store *store, const struct store_options *options, struct error *error)
{
    struct session *session = &store->session;
    if (migrate(session->database, options->source, error) && load(store, error))
        return true;
    return session->failure == SQLITE_OK
               ? error_prefix(error, "%s", store->path)
               : explain(session->database, session->failure, store->path, error);
}

bool database_open(struct store *store, const struct store_options *options, struct error *error)
{
    bool in_memory = strcmp(options->path, ":memory:") == 0;
    if (!in_memory)
        create_private(options->path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
    int code = sqlite3_open_v2(options->path, &store->session.database, flags, NULL);
    if (code != SQLITE_OK)
        return explain(store->session.database, code, options->path, error);
    /* SQLite opens for reading what it cannot write. */
    if (sqlite3_db_readonly(store->session.database, "main") == 1)
        return explain(store->session.database, SQLITE_READONLY, options->path, error);
    return configure(store, in_memory, error) && prepare(store, options, error);
}

void database_close(struct store *store)
{
    session_finish(&store->session);
    sqlite3_close(store->session.database);
    store->session.database = NULL;
}
