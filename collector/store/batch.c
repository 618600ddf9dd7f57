#include <stdio.h>

#include "collector/store/engine.h"

/* After these nothing that SQLite says of the file can be relied on (design §6: 503). */
static bool is_fatal(int code)
{
    switch (code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_MISUSE:
        return true;
    default:
        return false;
    }
}

void store_judge(struct store *store, int code)
{
    if (store->failed || !is_fatal(code))
        return;
    store->failed = true;
    queue_fail(&store->queue);
    bool damaged = (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
    fprintf(stderr, "zhanji-collector: %s: %s (%d): nothing more is stored; %s\n", store->path,
            sqlite3_errstr(code), code,
            damaged ? "put a backup in its place" : "restart when the disk is well");
}

void batch_abandon(struct store *store)
{
    session_rollback(&store->session);
    store_judge(store, store->session.failure);
}

static bool run_jobs(struct session *session, struct store_job *first, struct error *error)
{
    if (!session_begin(session, error))
        return false;
    for (struct store_job *job = first; job != NULL; job = job->next) {
        if (!job->run(session, job, error))
            return false;
        /* Even if the job did not care. */
        if (session->failure != SQLITE_OK)
            return session_failed(session, session->failure, error);
    }
    return session_commit(session, error);
}

static void tell(const struct listener *listener, const struct changes *changes)
{
    if (listener->changed != NULL && changes->count > 0)
        listener->changed(listener->context, changes->stations, changes->count);
}

static void announce(struct store *store)
{
    struct session *session = &store->session;
    tell(&store->on_change, &session->changes);
    if (store->on_published != NULL && session->published.count > 0)
        store->on_published(store->on_published_context, session->published.at,
                            session->published.count);
    if (session->on_entries != NULL && session->entry_next != session->entry_before)
        session->on_entries(session->on_entries_context);
    changes_clear(&session->changes, session->survey->station_count);
    session->published.count = 0;
    atomic_store(&store->counters.staged, map_size(session->staging.map));
    atomic_store(&store->counters.pending, session->pending.all);
}

static void set_errors(struct store_job *first, const struct error *error)
{
    for (struct store_job *job = first; job != NULL; job = job->next)
        job->error = *error;
}

void batch_run(struct store *store, struct store_job *first)
{
    struct session *session = &store->session;
    struct error error = {0};
    size_t count = 0;
    for (const struct store_job *job = first; job != NULL; job = job->next)
        count++;
    bool done = !store->failed && run_jobs(session, first, &error);
    if (done) {
        if (session->erased)
            checkpoint(store, true);
        error = (struct error){0};
        announce(store);
    } else {
        if (!store->failed)
            batch_abandon(store);
        atomic_fetch_add(&store->counters.refused_batches, 1);
        error_set(&error, ERROR_BUSY, "nothing was stored; try again later");
    }
    atomic_fetch_add(&store->counters.jobs, count);
    atomic_fetch_add(&store->counters.batches, 1);
    set_errors(first, &error);
    collectors_deliver(first);
}
