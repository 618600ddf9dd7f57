/* The consensus thread: waits until something is due, and does it. */
#include <time.h>

#include "collector/publish/work.h"

enum {
    RETRY_MS = 1000, /* after the store refused */
    LOOK_MS = 20000, /* at least so often it is asked whether a new day has begun */
    SECOND_MS = 1000
};

int64_t monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

/* The clock may be set meanwhile, so nobody sleeps longer than LOOK_MS. */
static int64_t until_midnight(const struct publisher *publisher)
{
    int64_t now = clock_now(&publisher->options.clock);
    int32_t offset = publisher->options.survey->offset_seconds;
    int64_t seconds = day_begin(day_of_instant(now, offset) + 1, offset) - now;
    return seconds * SECOND_MS < LOOK_MS ? seconds * SECOND_MS : LOOK_MS;
}

/* Milliseconds until something is due; 0: now. With the mutex. Who waits for a view that is exact
 * would wait for ever if every publication left time for the next decision. */
static int64_t until_due(const struct publisher *publisher, int64_t not_before)
{
    bool is_asked = publisher->tickets != publisher->settled_ticket;
    int32_t shown = view_today(publisher->view);
    if (publisher->exact != NULL && !publisher->is_failing)
        return 0;
    if (!publisher->stale.any && !is_asked && publisher->exact == NULL &&
        dawn_day(publisher) == shown)
        return until_midnight(publisher);
    int64_t wait = not_before - monotonic_ms();
    return wait > 0 ? wait : 0;
}

static void wait_ms(struct publisher *publisher, int64_t milliseconds)
{
    int64_t until = monotonic_ms() + milliseconds;
    const struct timespec deadline = {.tv_sec = until / SECOND_MS,
                                      .tv_nsec = (long)(until % SECOND_MS) * 1000000};
    pthread_cond_timedwait(&publisher->wake, &publisher->mutex, &deadline);
}

static void run_cycle(struct publisher *publisher, struct stale *stale, int64_t *not_before)
{
    pthread_mutex_lock(&publisher->mutex);
    uint64_t ticket = publisher->tickets;
    uint64_t refit_ticket = publisher->refit.tickets;
    publisher->dawn.is_hurried = ticket != publisher->settled_ticket;
    pthread_mutex_unlock(&publisher->mutex);
    struct error error = {0};
    struct timespec begin;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    bool is_done = cycle_run(publisher, stale, &error);
    publisher->dawn.is_hurried = false;
    clock_gettime(CLOCK_MONOTONIC, &end);
    *not_before = monotonic_ms() + (is_done ? publisher->options.interval_ms : RETRY_MS);
    atomic_store(&publisher->counters.last_microseconds,
                 (end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000);
    if (!is_done)
        atomic_fetch_add(&publisher->counters.failures, 1);
    pthread_mutex_lock(&publisher->mutex);
    publisher->stale.any = publisher->stale.any || !is_done;
    publisher->settled_ticket = ticket;
    publisher->failed_ticket = is_done ? 0 : ticket;
    publisher->failure = error;
    publisher->is_failing = !is_done;
    if (is_done) {
        publisher->refit.settled = publisher->refit.taken;
        publisher->refit.ripe = refit_ticket;
        atomic_store(&publisher->refit.counters.is_owed,
                     publisher->refit.settled < publisher->refit.tickets);
    }
    pthread_cond_broadcast(&publisher->settled);
    pthread_mutex_unlock(&publisher->mutex);
}

/* One at a time: whoever asks for many days of the past does not hold up the present. */
static struct past_task *take_past(struct publisher *publisher)
{
    struct past_task *task = publisher->past_first;
    if (task == NULL)
        return NULL;
    publisher->past_first = task->next;
    publisher->past_waiting--;
    return task;
}

void *publisher_loop(void *context)
{
    struct publisher *publisher = context;
    struct stale stale;
    stale_init(&stale, publisher->options.survey);
    int64_t not_before = 0;
    pthread_mutex_lock(&publisher->mutex);
    while (!publisher->stopping) {
        refitting_begin(publisher);
        int64_t due = until_due(publisher, not_before);
        struct past_task *past = take_past(publisher);
        bool owes = publisher->owing.left > 0;
        bool can_pay = owes && monotonic_ms() >= publisher->owing.not_before;
        bool dawns = dawn_is_due(publisher);
        if (past == NULL && due > 0 && !can_pay && !dawns) {
            wait_ms(publisher, owes && due > RETRY_MS ? RETRY_MS : due);
            continue;
        }
        pthread_mutex_unlock(&publisher->mutex);
        if (past != NULL) {
            owing_pay(publisher);
            past_answer(publisher, past);
        }
        if (due == 0) {
            run_cycle(publisher, &stale, &not_before);
            exact_answer(publisher);
        }
        owing_pay_some(publisher);
        if (dawns)
            dawn_make_one(publisher);
        pthread_mutex_lock(&publisher->mutex);
    }
    pthread_mutex_unlock(&publisher->mutex);
    stale_finish(&stale);
    return NULL;
}
