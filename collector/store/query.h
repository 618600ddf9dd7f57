#ifndef ZHANJI_STORE_QUERY_H
#define ZHANJI_STORE_QUERY_H

#include <sqlite3.h>

#include "collector/base/error.h"
#include "collector/store/statements.h"

struct session;

/* One use of a prepared statement. Its first failure is kept, so binds need no checks of their
 * own; at the end of the scope it is reset and its bindings are cleared. */
struct query {
    struct session *session;
    sqlite3_stmt *statement;  /* NULL if it could not be prepared */
    int code;                 /* SQLITE_OK or the first failure */
    int bound;                /* the parameter bound last, from 1 */
    struct parameters *known; /* NULL: none */
};

enum {
    PARAMETERS_MAX = 16 /* of which a statement's are known again */
};

/* Under which name each parameter of a statement was bound before, compared as a pointer. */
struct parameters {
    const char *names[PARAMETERS_MAX + 1]; /* from 1 */
};

#define auto_query __attribute__((cleanup(query_end)))

struct query query_begin(struct session *session, enum statement statement);
/* The same for text that is made by the program; prepared into *slot at its first use. */
struct query query_begin_text(struct session *session, sqlite3_stmt **slot, const char *sql);
void query_end(struct query *query);

/* What is not bound is NULL. Names are literals. NULL texts and blobs are NULL. Bytes must last until the end. */
void query_integer(struct query *query, const char *name, int64_t value);
void query_text(struct query *query, const char *name, const char *text);
void query_blob(struct query *query, const char *name, const void *bytes, size_t length);

/* False when the database failed, and ever after in this transaction: what follows a failure
 * must not be committed alone. */
NODISCARD bool query_step(struct query *query, bool *row_out, struct error *error);
/* Walks the rows: `while (query_next(&query)) …; return query_done(&query, error);` – the walk ends
 * at the last row or when the database failed, and only query_done tells which. */
NODISCARD bool query_next(struct query *query);
NODISCARD bool query_done(const struct query *query, struct error *error);
/* For statements without rows. */
NODISCARD bool query_run(struct query *query, struct error *error);

int64_t query_column(const struct query *query, int column);
bool query_is_null(const struct query *query, int column);
/* "" for NULL; lasts until the next step. */
const char *query_column_text(const struct query *query, int column);

/* Keeps the failure for the thread to judge and sets the error; returns false. */
bool session_failed(struct session *session, int code, struct error *error);

#endif
