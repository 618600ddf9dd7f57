#include "collector/store/engine.h"

enum {
    MOVE_BUSY = 512,        /* reports moved between two batches while jobs wait */
    MOVE_IDLE = 4096,       /* and while none do */
    STAGED_MAX = 1000000,   /* more than this are moved before their time: they take memory */
    FREE_PAGES_KEPT = 2048, /* for staging to grow into again */
    WAL_PAGES_MAX = 4096,   /* then the WAL is copied into the database */
    RETRY_SECONDS = 10,     /* after a full disk */
    PURGE_SECONDS = 3600,
};

void checkpoint(struct store *store, bool erase)
{
    int mode = erase ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int code = sqlite3_wal_checkpoint_v2(store->session.database, NULL, mode, NULL, NULL);
    atomic_fetch_add(&store->counters.checkpoints, 1);
    store_judge(store, code);
    if (erase)
        store->erase_wal = code != SQLITE_OK;
    if (erase)
        store->wal_size = 0;
    if (code == SQLITE_OK)
        store->wal_pages = 0;
    else
        store->retry_chores = store->session.now + RETRY_SECONDS;
}

/* Runs one chore as a transaction of its own. */
static bool transact(struct store *store, bool (*run)(struct store *, struct error *))
{
    struct error error = {0};
    struct session *session = &store->session;
    if (session_begin(session, &error) && run(store, &error) && session_commit(session, &error)) {
        store->erase_wal |= session->erased;
        return true;
    }
    batch_abandon(store);
    store->retry_chores = session->now + RETRY_SECONDS;
    return false;
}

static bool move_piece(struct store *store, struct error *error)
{
    size_t count = queue_count(&store->queue) > 0 ? MOVE_BUSY : MOVE_IDLE;
    return staging_move_some(&store->session, count, &store->piece, error);
}

static void begin_shrinking(struct store *store, int64_t free_pages_kept)
{
    store->shrinking = true;
    store->free_pages = -1;
    store->free_pages_kept = free_pages_kept;
}

static void move(struct store *store)
{
    struct staging *staging = &store->session.staging;
    size_t staged_before = map_size(staging->map);
    if (!transact(store, move_piece))
        return;
    atomic_fetch_add(&store->counters.moved, staged_before - map_size(staging->map));
    atomic_store(&store->counters.staged, map_size(staging->map));
    /* The order of arrival is in the WAL too. */
    if (staging_advance(staging, store->piece)) {
        store->erase_wal = true;
        begin_shrinking(store, FREE_PAGES_KEPT);
    }
}

static bool shrink_piece(struct store *store, struct error *error)
{
    bool row;
    auto_query struct query free_pages = query_begin(&store->session, SQL_FREE_PAGES);
    if (!query_step(&free_pages, &row, error))
        return false;
    int64_t count = query_column(&free_pages, 0);
    /* None are given back by a file that was made without auto_vacuum. */
    store->shrinking = count > store->free_pages_kept && count != store->free_pages;
    store->free_pages = count;
    auto_query struct query query = query_begin(&store->session, SQL_SHRINK);
    for (row = store->shrinking; row;)
        if (!query_step(&query, &row, error))
            return false;
    return true;
}

/* What staging took goes back to the disk, but for what it will need again. */
static void shrink(struct store *store)
{
    if (!transact(store, shrink_piece))
        store->shrinking = false;
    store->erase_wal |= store->shrinking;
}

static bool purge(struct store *store, struct error *error)
{
    return sealed_purge(&store->session, error);
}

/* Half of the time is for waiting, half for moving. */
static bool move_is_due(const struct store *store, int64_t now)
{
    const struct staging *staging = &store->session.staging;
    if (map_size(staging->map) == 0)
        return false;
    return map_size(staging->map) >= STAGED_MAX ||
           staging->oldest <= now - store->staging_seconds / 2 || staging->oldest > now;
}

bool chores_run(struct store *store)
{
    struct session *session = &store->session;
    int64_t now = clock_now(&session->clock);
    if (store->failed || now < store->retry_chores)
        return false;
    session->now = now;
    if (!staging_is_moving(&session->staging) &&
        (move_is_due(store, now) || backup_begins(&store->backup)))
        staging_begin_move(&session->staging, now);
    if (staging_is_moving(&session->staging))
        move(store);
    else if (store->shrinking)
        shrink(store);
    else if (now >= store->next_purge && transact(store, purge))
        store->next_purge = now + PURGE_SECONDS;
    if (store->wal_pages >= WAL_PAGES_MAX || store->erase_wal)
        checkpoint(store, store->erase_wal && !staging_is_moving(&session->staging));
    wal_run_ahead(store);
    if (!staging_is_moving(&session->staging))
        backup_work(&store->backup, session->database, store->path);
    return !store->failed && store->retry_chores <= now &&
           (staging_is_moving(&session->staging) || store->shrinking ||
            backup_is_running(&store->backup));
}

void chores_finish(struct store *store)
{
    struct staging *staging = &store->session.staging;
    int64_t now = clock_now(&store->session.clock);
    store->retry_chores = INT64_MIN;
    staging_begin_move(staging, now);
    while (staging_is_moving(staging) && !store->failed && store->retry_chores == INT64_MIN) {
        move(store);
        if (store->wal_pages >= WAL_PAGES_MAX)
            checkpoint(store, false);
        /* What arrived during a move that was going on already. */
        staging_begin_move(staging, now);
    }
    begin_shrinking(store, 0);
    while (store->shrinking && !store->failed)
        shrink(store);
    if (!store->failed)
        checkpoint(store, true);
}
