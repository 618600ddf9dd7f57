/* The consensus thread's side of refits: when one begins, and what becomes of its result. */
#include <malloc.h>
#include <string.h>

#include "collector/publish/work.h"

static bool is_due(const struct refitting *refit)
{
    if (refit->ripe > refit->begun)
        return true;
    return refit->moved >= REFIT_LEAST_REPORTS && refit->moved * REFIT_SHARE >= refit->reports &&
           monotonic_ms() >= refit->not_before;
}

static void has_ended(void *context)
{
    struct publisher *publisher = context;
    pthread_mutex_lock(&publisher->mutex);
    publisher->refit.has_ended = true;
    publisher->stale.any = true;
    pthread_cond_signal(&publisher->wake);
    pthread_mutex_unlock(&publisher->mutex);
}

uint64_t published_reports(const struct view *view)
{
    uint64_t reports = 0;
    for (int s = 0; s < view_survey(view)->station_count; s++)
        reports += view->parts.leaves[s].sheet->place->reports;
    return reports;
}

static bool start_thread(struct publisher *publisher, struct refit_task *task)
{
    task->today = view_today(publisher->view);
    task->horizon = publisher->rules->horizon;
    if (pthread_create(&publisher->refit.thread, NULL, refit_run, task) != 0)
        return false;
    publisher->refit.task = task;
    return true;
}

void refitting_begin(struct publisher *publisher)
{
    struct refitting *refit = &publisher->refit;
    if (preload_is_running(publisher) || refit->task != NULL || refit->made != NULL ||
        !is_due(refit))
        return;
    struct refit_task *task = refit_task_create(publisher->options.survey, publisher->records);
    task->store = publisher->options.store;
    task->span = publisher->rules->model->span;
    task->had_learned = refit->learned != NULL;
    task->reports = published_reports(publisher->view);
    task->ticket = refit->ripe;
    task->counters = &refit->counters;
    task->done = has_ended;
    task->context = publisher;
    buffer_bytes(&task->notices, publisher->notices_text.data, publisher->notices_text.length);
    if (!start_thread(publisher, task)) {
        refit->not_before = monotonic_ms() + REFIT_RETRY_MS;
        refit_task_destroy(task);
        return;
    }
    refit->begun = task->ticket;
    refit->reports = task->reports;
    refit->moved = 0;
}

/* What it has read and nobody else has. It may hold what is not published yet, so that everything
 * must be computed anew with it. */
static void take_records(struct publisher *publisher, struct refit_task *task)
{
    for (int s = 0; s < publisher->options.survey->station_count; s++) {
        if (publisher->records[s] != NULL || task->records[s] == NULL)
            continue;
        publisher->records[s] = record_hold(task->records[s]);
    }
}

/* While more stations have changed than can be made in passing, its thread makes them again. */
static bool goes_on(struct publisher *publisher, struct refit_task *task)
{
    if (task->rules == NULL || task->round >= REFIT_ROUNDS ||
        refit_task_outdated(task, publisher->records) <= REFIT_LEFT)
        return false;
    refit_task_renew(task, publisher->records);
    return start_thread(publisher, task);
}

static void take_result(struct publisher *publisher, struct refit_task *task)
{
    struct refitting *refit = &publisher->refit;
    int64_t lasted_ms = atomic_load(&refit->counters.last_microseconds) / 1000;
    refit->taken = task->ticket;
    refit->not_before = monotonic_ms() + REFIT_PAUSE * lasted_ms;
    if (task->learned.model == NULL) {
        refit_task_destroy(task);
        return;
    }
    refit->is_new = refit->is_new || refit->learned != NULL || task->learned.questions > 0;
    if (refit->is_new)
        take_records(publisher, task);
    model_drop(refit->learned);
    refit->learned = task->learned.questions > 0 ? TAKE(task->learned.model) : NULL;
    refit->made = task;
}

void refitting_take(struct publisher *publisher)
{
    struct refitting *refit = &publisher->refit;
    pthread_mutex_lock(&publisher->mutex);
    bool has_result = refit->has_ended;
    refit->has_ended = false;
    pthread_mutex_unlock(&publisher->mutex);
    if (!has_result)
        return;
    pthread_join(refit->thread, NULL);
    struct refit_task *task = TAKE(refit->task);
    if (!goes_on(publisher, task))
        take_result(publisher, task);
}

void refitting_settle(struct publisher *publisher)
{
    struct refitting *refit = &publisher->refit;
    refit->is_new = false;
    if (refit->made == NULL)
        return;
    refit_task_destroy(TAKE(refit->made));
    atomic_fetch_add(&refit->counters.fits, 1);
    malloc_trim(0);
}

void refitting_stop(struct publisher *publisher)
{
    struct refitting *refit = &publisher->refit;
    if (refit->task != NULL) {
        atomic_store(&refit->task->is_cancelled, true);
        pthread_join(refit->thread, NULL);
        refit_task_destroy(refit->task);
    }
    refit_task_destroy(refit->made);
    model_drop(refit->learned);
}
