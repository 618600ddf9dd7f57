/* Views of what was published at the end of a day, built from the versions stored then. */
#include <string.h>

#include "collector/publish/work.h"

/* A kept view holds its own days: at midnight "today" is another and it is built again. */
static struct view *find_kept(struct publisher *publisher, int32_t known_at, int32_t today)
{
    for (int i = 0; i < PAST_KEPT && publisher->past[i] != NULL; i++) {
        struct view *view = publisher->past[i];
        if (view_known_day(view) != known_at || view_today(view) != today)
            continue;
        memmove(publisher->past + 1, publisher->past, (size_t)i * sizeof(struct view *));
        publisher->past[0] = view;
        return view_hold(view);
    }
    return NULL;
}

static void keep_view(struct publisher *publisher, struct view *view)
{
    pthread_mutex_lock(&publisher->mutex);
    struct view *oldest = publisher->past[PAST_KEPT - 1];
    memmove(publisher->past + 1, publisher->past, (PAST_KEPT - 1) * sizeof(struct view *));
    publisher->past[0] = view_hold(view);
    pthread_mutex_unlock(&publisher->mutex);
    view_drop(oldest);
}

static void past_deliver(struct store_job *job)
{
    struct past_task *task = (struct past_task *)(void *)job;
    task->request.done(task->request.context, task->view, &task->error);
    free(task);
}

static bool past_nothing(struct session *session, struct store_job *job, struct error *error)
{
    (void)session;
    (void)job;
    (void)error;
    return true;
}

/* With the mutex. False when too many wait. */
static bool past_wait(struct publisher *publisher, struct store_collector *collector,
                      const struct past_view *request)
{
    if (publisher->stopping || publisher->past_waiting >= PAST_WAITING)
        return false;
    struct past_task *task = memory_zeroed(1, sizeof *task);
    task->request = *request;
    task->collector = collector;
    if (publisher->past_first == NULL)
        publisher->past_first = task;
    else
        publisher->past_last->next = task;
    publisher->past_last = task;
    publisher->past_waiting++;
    pthread_cond_signal(&publisher->wake);
    return true;
}

bool publisher_past_view(struct publisher *publisher, struct store_collector *collector,
                         const struct past_view *request, struct view **view_out,
                         struct error *error)
{
    int32_t today = publisher_today(publisher);
    if (request->known_at >= today) {
        *view_out = publisher_view(publisher);
        return true;
    }
    pthread_mutex_lock(&publisher->mutex);
    struct view *kept = find_kept(publisher, request->known_at, today);
    bool waits = kept == NULL && past_wait(publisher, collector, request);
    pthread_mutex_unlock(&publisher->mutex);
    if (kept != NULL)
        *view_out = kept;
    else if (!waits)
        error_set(error, ERROR_BUSY, "too many ask for views of the past; try again");
    return kept != NULL;
}

static void fill_leaves(const struct stored *stored, const struct publisher *publisher,
                        struct place **places, struct view_parts *parts)
{
    const struct survey *survey = publisher->options.survey;
    size_t stations = (size_t)survey->station_count;
    auto_free uint32_t *pending = memory_zeroed(stations + 1, sizeof *pending);
    stored_counts(stored, &publisher->numbering, survey, pending, &parts->withheld);
    parts->leaves = memory_zeroed(stations + 1, sizeof *parts->leaves);
    auto_free struct sheet **sheets = memory_zeroed(stations + 1, sizeof(struct sheet *));
    sheets_create(places, survey->station_count, parts->days, sheets);
    for (size_t s = 0; s < stations; s++) {
        leaf_init_take(&parts->leaves[s], sheets[s], pending[s], NULL);
        parts->pending += pending[s];
        place_drop(places[s]);
    }
}

static struct view *build_past(struct publisher *publisher, struct stored *stored,
                               struct view_days days, struct error *error)
{
    const struct survey *survey = publisher->options.survey;
    auto_free struct place **places =
        memory_zeroed((size_t)survey->station_count + 1, sizeof(struct place *));
    struct rules *rules = stored_rules(stored, survey, days.today + 1, error);
    if (rules == NULL)
        return NULL;
    if (!stored_places(stored, &publisher->numbering, rules, places, error)) {
        rules_drop(rules);
        return NULL;
    }
    struct view_parts parts = {.rules = rules,
                               .days = days,
                               .at = day_last_second(survey, days.known),
                               .survey = blob_hold(publisher->survey),
                               .lines = blob_hold(publisher->lines)};
    fill_leaves(stored, publisher, places, &parts);
    parts.changes = stored_changes(stored, &publisher->numbering, survey, NULL);
    return view_create_take(&parts);
}

static struct view *read_past(struct publisher *publisher, int32_t known_at, struct error *error)
{
    const struct view_days days = {publisher_today(publisher), known_at};
    pthread_mutex_lock(&publisher->mutex);
    struct view *view = find_kept(publisher, days.known, days.today);
    pthread_mutex_unlock(&publisher->mutex);
    if (view != NULL)
        return view;
    struct stored stored;
    int64_t moment = day_last_second(publisher->options.survey, known_at);
    if (!load_stored(publisher, moment, &stored, error))
        return NULL;
    view = build_past(publisher, &stored, days, error);
    stored_finish(&stored);
    if (view != NULL)
        keep_view(publisher, view);
    atomic_fetch_add(&publisher->counters.past_views, 1);
    return view;
}

/* The queue is full while intake runs at its limit; it empties in milliseconds. */
bool publisher_deliver(struct publisher *publisher, struct store_job *job)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    struct error full = {0};
    job->run = past_nothing;
    while (!store_submit(publisher->options.store, job, &full)) {
        if (publisher_is_stopping(publisher))
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

void past_answer(struct publisher *publisher, struct past_task *task)
{
    task->view = read_past(publisher, task->request.known_at, &task->error);
    task->job = (struct store_job){.collector = task->collector, .finish = past_deliver};
    if (publisher_deliver(publisher, &task->job))
        return;
    view_drop(task->view);
    free(task);
}
