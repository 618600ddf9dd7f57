#include <string.h>

#include "collector/store/engine.h"

enum {
    TICK_MS = 5000 /* how often it looks for what is due while nobody asks */
};

static void *store_thread(void *context)
{
    struct store *store = context;
    bool closing = false;
    bool more = true;
    while (true) {
        struct store_job *jobs = queue_take(&store->queue, more ? 0 : TICK_MS, &closing);
        if (jobs != NULL)
            batch_run(store, jobs);
        else if (closing)
            break;
        more = chores_run(store);
    }
    backup_abandon(&store->backup);
    chores_finish(store);
    return NULL;
}

static void store_free(struct store *store)
{
    database_close(store);
    queue_finish(&store->queue);
    backup_finish(&store->backup);
    free(store->path);
    free(store);
}

bool store_open(const struct store_options *options, struct store **store_out, struct error *error)
{
    struct store *store = memory_zeroed(1, sizeof *store);
    store->path = memory_text(options->path);
    store->staging_seconds = options->staging_seconds;
    store->retry_chores = INT64_MIN;
    queue_init(&store->queue);
    backup_init(&store->backup);
    session_init(&store->session, options->survey, options->clock);
    if (!database_open(store, options, error)) {
        store_free(store);
        return false;
    }
    int code = pthread_create(&store->thread, NULL, store_thread, store);
    if (code != 0) {
        store_free(store);
        return error_set(error, ERROR_INTERNAL, "no thread for the store: errno %d", code);
    }
    *store_out = store;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    queue_close(&store->queue);
    pthread_join(store->thread, NULL);
    store_free(store);
}

bool store_has_failed(struct store *store)
{
    return queue_has_failed(&store->queue);
}

bool store_submit(struct store *store, struct store_job *job, struct error *error)
{
    return queue_push(&store->queue, job, false, error);
}

bool store_submit_held(struct store *store, struct store_job *job, struct error *error)
{
    return queue_push(&store->queue, job, true, error);
}

void store_release(struct store *store)
{
    queue_release(&store->queue);
}

bool store_call(struct store *store, struct store_job *job, struct error *error)
{
    struct store_collector collector;
    collector_init(&collector, -1);
    job->collector = &collector;
    bool queued = queue_push(&store->queue, job, false, error);
    if (queued)
        (void)collector_wait(&collector);
    job->collector = NULL;
    collector_finish(&collector);
    if (queued && job->error.kind != ERROR_NONE)
        *error = job->error;
    return queued && job->error.kind == ERROR_NONE;
}

bool store_backup(struct store *store, struct store_backup *backup, struct error *error)
{
    backup->fd = -1;
    backup->size = 0;
    if (strcmp(store->path, ":memory:") == 0)
        return error_set(error, ERROR_INVALID, "a database in memory has no backup");
    if (!backup_ask(&store->backup, backup))
        return error_set(error, ERROR_BUSY, "another backup is being made");
    queue_urge(&store->queue);
    return true;
}

void store_on_change(struct store *store,
                     void (*changed)(void *context, const int *stations, size_t count),
                     void *context)
{
    store->on_change = (struct listener){changed, context};
}

void store_on_published(struct store *store,
                        void (*changed)(void *context, const struct published_change *changes,
                                        size_t count),
                        void *context)
{
    store->on_published = changed;
    store->on_published_context = context;
}

void store_metrics(const struct store *store, struct buffer *buffer)
{
    const struct store_counters *counters = &store->counters;

    const struct {
        const char *name, *type, *help;
        uint64_t value;
    } rows[] = {
        {"jobs_total", "counter", "Jobs done or refused.", atomic_load(&counters->jobs)},
        {"batches_total", "counter", "Transactions for jobs.", atomic_load(&counters->batches)},
        {"batches_refused_total", "counter", "Transactions that were rolled back.",
         atomic_load(&counters->refused_batches)},
        {"checkpoints_total", "counter", "Copies of the WAL into the database.",
         atomic_load(&counters->checkpoints)},
        {"moved_total", "counter", "Reports moved from staging.", atomic_load(&counters->moved)},
        {"staged", "gauge", "Reports in staging.", atomic_load(&counters->staged)},
        {"pending", "gauge", "Reports that wait for a moderator.", atomic_load(&counters->pending)},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        buffer_format(
            buffer, "# HELP zhanji_store_%s %s\n# TYPE zhanji_store_%s %s\nzhanji_store_%s %llu\n",
            rows[i].name, rows[i].help, rows[i].name, rows[i].type, rows[i].name,
            (unsigned long long)rows[i].value);
}
