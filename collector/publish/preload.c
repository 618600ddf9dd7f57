/* Reading the published reports after the start, in the background: the view is restored from its
 * versions and needs none of them, a decision needs its station's. */
#include <sys/resource.h>
#include <unistd.h>

#include "collector/publish/load.h"
#include "collector/publish/work.h"

enum {
    LOW_PRIORITY = 10
};

/* What is demanded has the store for itself meanwhile. */
static bool take_turn(void *context)
{
    struct publisher *publisher = context;
    struct preload *preload = &publisher->preload;
    atomic_fetch_add(&publisher->counters.load_jobs, 1);
    /* A thread of low priority had better not hold what others wait for. */
    if (!atomic_load(&preload->is_held))
        return !atomic_load(&preload->is_cancelled);
    pthread_mutex_lock(&publisher->mutex);
    while (preload->is_held && !preload->is_cancelled)
        pthread_cond_wait(&preload->turn, &publisher->mutex);
    bool goes_on = !preload->is_cancelled;
    pthread_mutex_unlock(&publisher->mutex);
    return goes_on;
}

static void *preload_run(void *context)
{
    struct publisher *publisher = context;
    struct preload *preload = &publisher->preload;
    const struct load_turn turn = {take_turn, publisher};
    struct error error = {0};
    /* On Linux the priority is the thread's own. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), LOW_PRIORITY);
    /* What fails is read when it is needed. */
    if (!load_records(publisher->options.store, publisher->options.survey, preload->stations, &turn,
                      preload->records, &error))
        atomic_fetch_add(&publisher->counters.failures, 1);
    pthread_mutex_lock(&publisher->mutex);
    preload->has_ended = true;
    publisher->stale.any = true;
    pthread_cond_signal(&publisher->wake);
    pthread_mutex_unlock(&publisher->mutex);
    return NULL;
}

static void forget(struct publisher *publisher)
{
    struct preload *preload = &publisher->preload;
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        record_drop(preload->records[s]);
    free(TAKE(preload->records));
    free(TAKE(preload->stations));
    atomic_store(&publisher->counters.load_jobs_all, 0);
}

void preload_begin(struct publisher *publisher)
{
    struct preload *preload = &publisher->preload;
    size_t stations = (size_t)publisher->options.survey->station_count;
    bool is_any = false;
    preload->records = memory_zeroed(stations + 1, sizeof *preload->records);
    preload->stations = memory_zeroed(stations + 1, sizeof *preload->stations);
    pthread_mutex_lock(&publisher->mutex);
    for (size_t s = 0; s < stations; s++) {
        preload->stations[s] = publisher->records[s] == NULL && !publisher->stale.stations[s];
        is_any = is_any || preload->stations[s];
    }
    pthread_mutex_unlock(&publisher->mutex);
    atomic_store(&publisher->counters.load_jobs_all,
                 published_reports(publisher->view) / REPORTS_A_JOB + 1);
    if (!is_any || pthread_create(&preload->thread, NULL, preload_run, publisher) != 0)
        forget(publisher);
}

void preload_hold(struct publisher *publisher, bool is_held)
{
    pthread_mutex_lock(&publisher->mutex);
    publisher->preload.is_held = is_held;
    pthread_cond_signal(&publisher->preload.turn);
    pthread_mutex_unlock(&publisher->mutex);
}

double publisher_loaded(const struct publisher *publisher)
{
    const double most = 0.99;
    uint64_t all = atomic_load(&publisher->counters.load_jobs_all);
    double done = (double)atomic_load(&publisher->counters.load_jobs);
    if (all == 0)
        return 1;
    return done < most * (double)all ? done / (double)all : most;
}

bool preload_is_running(const struct publisher *publisher)
{
    return publisher->preload.records != NULL;
}

void preload_take(struct publisher *publisher)
{
    struct preload *preload = &publisher->preload;
    pthread_mutex_lock(&publisher->mutex);
    bool has_ended = preload->has_ended;
    preload->has_ended = false;
    pthread_mutex_unlock(&publisher->mutex);
    if (!has_ended)
        return;
    pthread_join(preload->thread, NULL);
    /* A station that was needed meanwhile has a record that is newer. */
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        if (publisher->records[s] == NULL)
            publisher->records[s] = TAKE(preload->records[s]);
    forget(publisher);
}

void preload_stop(struct publisher *publisher)
{
    if (!preload_is_running(publisher))
        return;
    pthread_mutex_lock(&publisher->mutex);
    publisher->preload.is_cancelled = true;
    pthread_cond_signal(&publisher->preload.turn);
    pthread_mutex_unlock(&publisher->mutex);
    pthread_join(publisher->preload.thread, NULL);
    forget(publisher);
}
