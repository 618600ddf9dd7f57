#include "collector/store/engine.h"

enum {
    MOVE_BUSY = 512,      /* reports moved between two batches while jobs wait */
    MOVE_IDLE = 4096,     /* and while none do */
    STAGED_MAX = 1000000, /* more than this are moved before their time: they take memory */
    WAL_PAGES_MAX = 4096, /* then the WAL is copied into the database */
    RETRY_SECONDS = 10,   /* after a full disk */
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

static void move(struct store *store)
{
    struct staging *staging = &store->session.staging;
    if (!transact(store, move_piece))
        return;
    atomic_fetch_add(&store->counters.moved, store->piece);
    atomic_store(&store->counters.staged, map_size(staging->map));
    /* The order of arrival is in the WAL too. */
    if (staging_advance(staging, store->piece))
        store->erase_wal = true;
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
    else if (now >= store->next_purge && transact(store, purge))
        store->next_purge = now + PURGE_SECONDS;
    if (store->wal_pages >= WAL_PAGES_MAX || store->erase_wal)
        checkpoint(store, store->erase_wal && !staging_is_moving(&session->staging));
    if (!staging_is_moving(&session->staging))
        backup_work(&store->backup, session->database, store->path);
    return !store->failed && store->retry_chores <= now &&
           (staging_is_moving(&session->staging) || backup_is_running(&store->backup));
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
    if (!store->failed)
        checkpoint(store, true);
}
