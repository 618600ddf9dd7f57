#include "moderation/worker.h"

#include <pthread.h>
#include <time.h>

#include "moderation/guard.h"

enum {
    FIRST_BUDGET_MS = 300, /* for looking at stations before a request is answered */
    IDLE_BUDGET_MS = 50,   /* and at a time while nobody waits */
    SEND_TRIES = 10000     /* to give a store whose queue is full an answer, a millisecond each */
};

struct worker {
    struct desk desk;
    pthread_t thread;
    pthread_mutex_t mutex; /* the rest */
    pthread_cond_t wake;
    struct errand *first, *last;
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

static void serve(struct worker *worker, struct errand *errand)
{
    struct desk *desk = &worker->desk;

    if (backlog_refresh(&desk->backlog, desk->app, FIRST_BUDGET_MS, &errand->error) &&
        !errand->work(errand, desk, &errand->error) && errand->error.kind == ERROR_NONE)
        error_set(&errand->error, ERROR_INTERNAL, "the desk could not answer");
    send_back(errand);
}

/* NULL: the thread ends, or there is time for looking. */
static struct errand *next_errand(struct worker *worker, bool is_idle, bool *is_stopping_out)
{
    struct errand *errand;

    pthread_mutex_lock(&worker->mutex);
    while (is_idle && worker->first == NULL && !worker->is_stopping)
        pthread_cond_wait(&worker->wake, &worker->mutex);
    *is_stopping_out = worker->is_stopping;
    errand = worker->is_stopping ? NULL : worker->first;
    if (errand != NULL)
        worker->first = errand->next;
    pthread_mutex_unlock(&worker->mutex);
    return errand;
}

static void *loop(void *context)
{
    struct worker *worker = context;
    bool is_idle = false;
    bool is_stopping = false;
    struct error ignored = {0};

    /* Whoever asks first finds it read; what fails here fails again when it is asked for. */
    if (!backlog_refresh(&worker->desk.backlog, worker->desk.app, 0, &ignored))
        is_idle = true;
    while (!is_stopping) {
        struct errand *errand = next_errand(worker, is_idle, &is_stopping);
        struct error error = {0};
        if (errand != NULL) {
            serve(worker, errand);
            is_idle = false;
        } else if (!is_stopping && !backlog_look(&worker->desk.backlog, worker->desk.app,
                                                 IDLE_BUDGET_MS, &is_idle, &error))
            is_idle = true;
    }
    return NULL;
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
