#include "moderation/worker.h"

#include <pthread.h>
#include <time.h>

#include "moderation/guard.h"

enum {
    FIRST_BUDGET_MS = 200, /* for looking at stations before a request is answered */
    IDLE_BUDGET_MS = 50,   /* and at a time while nobody waits */
    WAKE_PAUSE_MS = 1000,  /* a page that anybody may open makes it read no more often than this */
    SEND_TRIES = 10000     /* to give a store whose queue is full an answer, a millisecond each */
};

struct worker {
    struct desk desk;
    pthread_t thread;
    int64_t read_at_ms;    /* when the backlog was made fresh last; the thread's own */
    pthread_mutex_t mutex; /* the rest */
    pthread_cond_t wake;
    struct errand *first, *last;
    bool is_woken; /* worker_wake */
    bool is_stopping;
};

static bool run_nothing(struct session *session, struct store_job *job, struct error *error)
{
    (void)session;
    (void)job;
    (void)error;
    return true;
}

static bool run(struct session *session, struct store_job *job, struct error *error)
{
    struct errand *errand = (struct errand *)job;

    if (errand->error.kind != ERROR_NONE || errand->run == NULL)
        return run_nothing(session, job, error);
    return errand->run(session, job, error);
}

/* The store brings it back to the HTTP thread. A full queue is tried again: an exchange that waits
 * must not be forgotten, and only its own thread may answer it. */
static void send_back(struct errand *errand)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    struct error error = {0};

    for (int i = 0; i < SEND_TRIES; i++) {
        if (store_submit(errand->task.app->store, &errand->task.job, &error))
            return;
        nanosleep(&pause, NULL);
    }
    /* The store has failed for good: the HTTP part's own deadline answers. */
    task_drop(&errand->task);
}

static int64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static bool refresh(struct worker *worker, int64_t budget_ms, struct error *error)
{
    struct desk *desk = &worker->desk;

    if (!backlog_refresh(&desk->backlog, desk->app, budget_ms, error))
        return false;
    worker->read_at_ms = milliseconds();
    return true;
}

static bool prepare(struct worker *worker, struct errand *errand)
{
    struct desk *desk = &worker->desk;

    if (errand->takes_old && desk->backlog.is_read) {
        backlog_follow(&desk->backlog, desk->app);
        return true;
    }
    return refresh(worker, FIRST_BUDGET_MS, &errand->error);
}

static void serve(struct worker *worker, struct errand *errand)
{
    if (prepare(worker, errand) && !errand->work(errand, &worker->desk, &errand->error) &&
        errand->error.kind == ERROR_NONE)
        error_set(&errand->error, ERROR_INTERNAL, "the desk could not answer");
    send_back(errand);
}

/* NULL: the thread ends, is woken, or there is time for looking. */
static struct errand *next_errand(struct worker *worker, bool is_idle, bool *is_woken_out,
                                  bool *is_stopping_out)
{
    struct errand *errand;

    pthread_mutex_lock(&worker->mutex);
    while (is_idle && worker->first == NULL && !worker->is_woken && !worker->is_stopping)
        pthread_cond_wait(&worker->wake, &worker->mutex);
    *is_stopping_out = worker->is_stopping;
    *is_woken_out = worker->is_woken;
    worker->is_woken = false;
    errand = worker->is_stopping ? NULL : worker->first;
    if (errand != NULL)
        worker->first = errand->next;
    pthread_mutex_unlock(&worker->mutex);
    return errand;
}

/* What nobody waits for. True when there is nothing left to do; what fails here fails again when
 * it is asked for. */
static bool use_time(struct worker *worker, bool is_woken)
{
    struct desk *desk = &worker->desk;
    struct error ignored = {0};
    bool is_done = true;

    if (is_woken && milliseconds() - worker->read_at_ms >= WAKE_PAUSE_MS &&
        !refresh(worker, 0, &ignored))
        return true;
    return !backlog_look(&desk->backlog, desk->app, IDLE_BUDGET_MS, &is_done, &ignored) || is_done;
}

static void *loop(void *context)
{
    struct worker *worker = context;
    struct error ignored = {0};
    /* Whoever asks first finds it read. */
    bool is_idle = !refresh(worker, 0, &ignored);
    bool is_stopping = false;

    while (!is_stopping) {
        bool is_woken;
        struct errand *errand = next_errand(worker, is_idle, &is_woken, &is_stopping);
        if (errand != NULL)
            serve(worker, errand);
        is_idle = errand == NULL && !is_stopping && use_time(worker, is_woken);
    }
    return NULL;
}

void worker_wake(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    worker->is_woken = true;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->mutex);
}

struct worker *worker_start(const struct app *app, struct error *error)
{
    struct worker *worker = memory_zeroed(1, sizeof *worker);

    worker->desk.app = app;
    pthread_mutex_init(&worker->mutex, NULL);
    pthread_cond_init(&worker->wake, NULL);
    if (pthread_create(&worker->thread, NULL, loop, worker) == 0)
        return worker;
    pthread_mutex_destroy(&worker->mutex);
    pthread_cond_destroy(&worker->wake);
    free(worker);
    error_set(error, ERROR_INTERNAL, "cannot start the desk's thread");
    return NULL;
}

static void turn_away(struct worker *worker)
{
    while (worker->first != NULL) {
        struct errand *errand = worker->first;
        worker->first = errand->next;
        error_set(&errand->error, ERROR_BUSY, "the server is stopping");
        send_back(errand);
    }
}

void worker_stop(struct worker *worker)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->mutex);
    worker->is_stopping = true;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->mutex);
    pthread_join(worker->thread, NULL);
    turn_away(worker);
    backlog_finish(&worker->desk.backlog);
    pthread_mutex_destroy(&worker->mutex);
    pthread_cond_destroy(&worker->wake);
    free(worker);
}

void *errand_create(size_t size, struct http_exchange *exchange, const struct app *app)
{
    struct errand *errand = task_create(size, exchange, app);

    return errand;
}

static void answer(struct task *task)
{
    struct errand *errand = (struct errand *)task;

    if (errand->error.kind != ERROR_NONE)
        http_error(task->exchange, &errand->error);
    else
        errand->answer(errand);
}

enum http_progress errand_send(struct errand *errand)
{
    struct http_exchange *exchange = errand->task.exchange;
    struct error error = {0};
    struct worker *worker = guard_worker(errand->task.app, &error);

    if (worker == NULL) {
        task_drop(&errand->task);
        return http_error(exchange, &error);
    }
    errand->task.answer = answer;
    task_prepare(&errand->task, run);
    pthread_mutex_lock(&worker->mutex);
    errand->next = NULL;
    if (worker->first == NULL)
        worker->first = errand;
    else
        worker->last->next = errand;
    worker->last = errand;
    pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&worker->mutex);
    return HTTP_WAIT;
}
