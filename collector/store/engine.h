#ifndef ZHANJI_STORE_ENGINE_H
#define ZHANJI_STORE_ENGINE_H

#include <stdatomic.h>

#include "collector/store/backup.h"
#include "collector/store/collector.h"
#include "collector/store/internal.h"
#include "collector/store/queue.h"

/* Read by any thread for /metrics; written by the store thread. */
struct store_counters {
    _Atomic uint64_t jobs, batches, refused_batches, staged, moved, checkpoints, pending;
};

struct listener {
    void (*changed)(void *context, const int *stations, size_t count);
    void *context;
};

/* The store: the connection, its thread, and what waits for it. */
struct store {
    struct session session;
    struct queue queue;
    pthread_t thread;
    char *path;
    int64_t staging_seconds;
    struct listener on_change;
    void (*on_published)(void *context, const struct published_change *changes, size_t count);
    void *on_published_context;
    struct store_counters counters;
    struct backup backup;
    int wal_pages;                       /* in the log file since it was begun again */
    int64_t wal_size;                    /* bytes of that file as known; see wal.c */
    int64_t page_size;                   /* bytes */
    bool failed;                         /* for good */
    bool erase_wal;                      /* what was erased may still be in the WAL */
    size_t piece;                        /* of a move: reports in the transaction that goes on */
    bool shrinking;                      /* free pages are given back */
    int64_t free_pages, free_pages_kept; /* when last looked; not to be given back */
    int64_t retry_chores;                /* after a full disk: not before this instant */
    int64_t next_purge;                  /* Unix seconds */
};

/* open.c */
NODISCARD bool database_open(struct store *store, const struct store_options *options,
                             struct error *error);
void database_close(struct store *store);

/* migrate.c */
NODISCARD bool migrate(sqlite3 *database, const struct source *source, struct error *error);

/* batch.c: runs every job of the list in one transaction and delivers them. */
void batch_run(struct store *store, struct store_job *first);
/* After a failed transaction: rolls back, and stops the store when the file cannot be trusted. */
void batch_abandon(struct store *store);
/* The store stops for good when `code` says that the file cannot be trusted. */
void store_judge(struct store *store, int code);

/* chores.c: what is to be done between batches. True if there is more of it at once. */
bool chores_run(struct store *store);
/* At the end: empties staging and the WAL. */
void chores_finish(struct store *store);
/* Copies the WAL into the database; `erase` leaves nothing of it. */
void checkpoint(struct store *store, bool erase);

/* wal.c: between batches, so that commits find room in the log file. */
void wal_run_ahead(struct store *store);

#endif
