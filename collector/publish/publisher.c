#include "collector/publish/publisher.h"

#include "collector/figures/print.h"
#include "collector/publish/work.h"

int32_t publisher_today(const struct publisher *publisher)
{
    return day_of_instant(clock_now(&publisher->options.clock),
                          publisher->options.survey->offset_seconds);
}

bool publisher_is_stopping(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->mutex);
    bool is_stopping = publisher->stopping;
    pthread_mutex_unlock(&publisher->mutex);
    return is_stopping;
}

struct view *publisher_view(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->view_mutex);
    struct view *view = publisher->view == NULL ? NULL : view_hold(publisher->view);
    pthread_mutex_unlock(&publisher->view_mutex);
    return view;
}

void publisher_swap_take(struct publisher *publisher, struct view *view)
{
    pthread_mutex_lock(&publisher->view_mutex);
    struct view *before = publisher->view;
    publisher->view = view;
    pthread_mutex_unlock(&publisher->view_mutex);
    view_drop(before);
}

/* Every batch of reports comes by: who knows already that something is stale sleeps on until it is
 * due. */
static void wake(struct publisher *publisher)
{
    if (!publisher->stale.any)
        pthread_cond_signal(&publisher->wake);
    publisher->stale.any = true;
}

static void on_published(void *context, const struct published_change *changes, size_t count)
{
    struct publisher *publisher = context;
    pthread_mutex_lock(&publisher->mutex);
    wake(publisher); /* before it is stale */
    stale_add(&publisher->stale, changes, count);
    pthread_mutex_unlock(&publisher->mutex);
}

/* What waits is counted anew, and no more. */
static void on_change(void *context, const int *stations, size_t count)
{
    struct publisher *publisher = context;
    (void)stations;
    (void)count;
    pthread_mutex_lock(&publisher->mutex);
    wake(publisher);
    pthread_mutex_unlock(&publisher->mutex);
}

static struct blob *survey_blob(const struct survey *survey,
                                void (*print)(const struct survey *, struct buffer *))
{
    struct buffer json = {0};
    print(survey, &json);
    return blob_create_take(&json, "application/json");
}

static struct publisher *publisher_create(const struct publisher_options *options)
{
    struct publisher *publisher = memory_zeroed(1, sizeof *publisher);
    size_t stations = (size_t)options->survey->station_count + 1;
    pthread_condattr_t monotonic;
    publisher->options = *options;
    pthread_mutex_init(&publisher->view_mutex, NULL);
    pthread_mutex_init(&publisher->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&publisher->wake, &monotonic);
    pthread_cond_init(&publisher->settled, &monotonic);
    pthread_cond_init(&publisher->preload.turn, &monotonic);
    pthread_condattr_destroy(&monotonic);
    stale_init(&publisher->stale, options->survey);
    owing_init(&publisher->owing, options->survey);
    dawn_init(&publisher->dawn, options->survey);
    publisher->records = memory_zeroed(stations, sizeof(struct record *));
    publisher->status = memory_zeroed(stations, sizeof(int));
    publisher->survey = survey_blob(options->survey, print_survey);
    publisher->lines = survey_blob(options->survey, print_lines);
    return publisher;
}

static void publisher_destroy(struct publisher *publisher)
{
    for (int s = 0; s < publisher->options.survey->station_count; s++)
        record_drop(publisher->records[s]);
    for (int i = 0; i < PAST_KEPT; i++)
        view_drop(publisher->past[i]);
    view_drop(publisher->view);
    rules_drop(publisher->rules);
    numbering_finish(&publisher->numbering);
    buffer_finish(&publisher->model_text);
    buffer_finish(&publisher->notices_text);
    blob_drop(publisher->survey);
    blob_drop(publisher->lines);
    stale_finish(&publisher->stale);
    free(publisher->owing.stations);
    dawn_finish(&publisher->dawn, publisher->options.survey);
    free(publisher->records);
    free(publisher->status);
    pthread_cond_destroy(&publisher->wake);
    pthread_cond_destroy(&publisher->settled);
    pthread_cond_destroy(&publisher->preload.turn);
    pthread_mutex_destroy(&publisher->mutex);
    pthread_mutex_destroy(&publisher->view_mutex);
    free(publisher);
}

/* A database that has never published anything does so before anybody can ask. */
static bool publish_first(struct publisher *publisher, struct error *error)
{
    if (publisher->view != NULL)
        return true;
    struct stale stale;
    stale_init(&stale, publisher->options.survey);
    bool is_published = cycle_run(publisher, &stale, error);
    stale_finish(&stale);
    return is_published;
}

struct listen_job {
    struct store_job job;
    struct publisher *publisher;
    bool listens;
};

static void set_listeners(struct publisher *publisher, bool listens)
{
    struct store *store = publisher->options.store;
    store_on_change(store, listens ? on_change : NULL, publisher);
    store_on_published(store, listens ? on_published : NULL, publisher);
}

static bool listen_run(struct session *session, struct store_job *job, struct error *error)
{
    const struct listen_job *own = (const struct listen_job *)(const void *)job;
    (void)session;
    (void)error;
    set_listeners(own->publisher, own->listens);
    return true;
}

/* On the store's own thread, so that it is never in the middle of telling. */
static bool listen_to_store(struct publisher *publisher, bool listens, struct error *error)
{
    struct listen_job job = {{.run = listen_run}, publisher, listens};
    return store_call(publisher->options.store, &job.job, error);
}

static void stop_listening(struct publisher *publisher)
{
    struct error error = {0};
    /* A store that takes no jobs any more tells nothing any more. */
    if (!listen_to_store(publisher, false, &error))
        set_listeners(publisher, false);
}

bool publisher_start(const struct publisher_options *options, struct publisher **publisher_out,
                     struct error *error)
{
    struct publisher *publisher = publisher_create(options);
    if (!listen_to_store(publisher, true, error) || !publisher_restore(publisher, error) ||
        !publish_first(publisher, error)) {
        stop_listening(publisher);
        publisher_destroy(publisher);
        return false;
    }
    preload_begin(publisher);
    if (pthread_create(&publisher->thread, NULL, publisher_loop, publisher) != 0) {
        preload_stop(publisher);
        stop_listening(publisher);
        publisher_destroy(publisher);
        return error_set(error, ERROR_INTERNAL, "cannot start the consensus thread");
    }
    *publisher_out = publisher;
    return true;
}

void publisher_stop(struct publisher *publisher)
{
    if (publisher == NULL)
        return;
    pthread_mutex_lock(&publisher->mutex);
    publisher->stopping = true;
    pthread_cond_broadcast(&publisher->wake);
    pthread_cond_broadcast(&publisher->settled);
    pthread_mutex_unlock(&publisher->mutex);
    pthread_join(publisher->thread, NULL);
    preload_stop(publisher);
    refitting_stop(publisher);
    owing_pay(publisher);
    while (publisher->past_first != NULL) {
        struct past_task *task = publisher->past_first;
        publisher->past_first = task->next;
        free(task);
    }
    exact_forget(publisher);
    stop_listening(publisher);
    publisher_destroy(publisher);
}

/* With the mutex. */
static bool is_shown(const struct publisher *publisher, uint64_t ticket, uint64_t refit)
{
    return publisher->settled_ticket >= ticket && publisher->refit.settled >= refit;
}

bool publisher_wait(struct publisher *publisher, struct error *error)
{
    pthread_mutex_lock(&publisher->mutex);
    uint64_t ticket = ++publisher->tickets;
    uint64_t refit = publisher->refit.tickets;
    pthread_cond_signal(&publisher->wake);
    while (publisher->failed_ticket < ticket && !is_shown(publisher, ticket, refit) &&
           !publisher->stopping)
        pthread_cond_wait(&publisher->settled, &publisher->mutex);
    bool is_failed = publisher->failed_ticket >= ticket;
    bool is_done = !is_failed && is_shown(publisher, ticket, refit);
    if (is_failed)
        *error = publisher->failure;
    else if (!is_done)
        error_set(error, ERROR_BUSY, "the publisher is stopping");
    pthread_mutex_unlock(&publisher->mutex);
    return is_done;
}

void publisher_look(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->mutex);
    wake(publisher);
    pthread_mutex_unlock(&publisher->mutex);
}

void publisher_refit(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->mutex);
    publisher->refit.tickets++;
    atomic_store(&publisher->refit.counters.is_owed, 1);
    wake(publisher);
    pthread_mutex_unlock(&publisher->mutex);
}
