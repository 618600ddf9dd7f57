/* A view and a hold of the store that are of one moment, for who asks for both. */
#include "collector/publish/work.h"

enum {
    EXACT_WAITING = 64, /* more than these are told to come again */
    PATIENCE_MS = 10000
};

static void deliver(struct store_job *job)
{
    struct exact_task *task = (struct exact_task *)(void *)job;
    task->request.done(task->request.context, task->view, task->hold, &task->error);
    free(task);
}

static void give_up(struct exact_task *task)
{
    view_drop(task->view);
    hold_release(task->hold);
    free(task);
}

bool publisher_exact_view(struct publisher *publisher, struct store_collector *collector,
                          const struct exact_view *request, struct error *error)
{
    int64_t patience_ms = publisher->options.patience_ms;
    pthread_mutex_lock(&publisher->mutex);
    bool is_taken = !publisher->stopping && publisher->exact_waiting < EXACT_WAITING;
    if (is_taken) {
        struct exact_task *task = memory_zeroed(1, sizeof *task);
        task->request = *request;
        task->collector = collector;
        task->deadline_ms = monotonic_ms() + (patience_ms > 0 ? patience_ms : PATIENCE_MS);
        task->next = publisher->exact;
        publisher->exact = task;
        publisher->exact_waiting++;
        pthread_cond_signal(&publisher->wake);
    }
    pthread_mutex_unlock(&publisher->mutex);
    return is_taken ||
           error_set(error, ERROR_BUSY, "too many ask for what is published; try again");
}

struct hold_job {
    struct store_job job;
    uint64_t entries; /* of the view */
    struct hold *hold;
};

/* The view tells what the store has, exactly, as long as the log has no more entries. */
static bool hold_run(struct session *session, struct store_job *job, struct error *error)
{
    struct hold_job *own = (struct hold_job *)(void *)job;
    uint64_t entries = 0;
    hold_release(TAKE(own->hold));
    if (!session_entry_count(session, &entries, error))
        return false;
    if (entries == own->entries)
        own->hold = session_hold(session);
    return true;
}

/* False: it waits on. */
static bool try_one(struct publisher *publisher, struct exact_task *task)
{
    struct view *view = publisher_view(publisher);
    struct hold_job job = {.job = {.run = hold_run}, .entries = view_entries(view)};
    struct error error = {0};
    bool is_asked = store_call(publisher->options.store, &job.job, &error);
    if (job.hold != NULL) {
        task->hold = job.hold;
        task->view = view;
        return true;
    }
    view_drop(view);
    if (monotonic_ms() < task->deadline_ms)
        return false;
    task->error = error;
    if (is_asked)
        error_set(&task->error, ERROR_BUSY,
                  "reports are being decided faster than they are published; try again");
    return true;
}

static void keep_waiting(struct publisher *publisher, struct exact_task *task)
{
    pthread_mutex_lock(&publisher->mutex);
    task->next = publisher->exact;
    publisher->exact = task;
    publisher->exact_waiting++;
    pthread_mutex_unlock(&publisher->mutex);
}

void exact_answer(struct publisher *publisher)
{
    pthread_mutex_lock(&publisher->mutex);
    struct exact_task *task = TAKE(publisher->exact);
    publisher->exact_waiting = 0;
    pthread_mutex_unlock(&publisher->mutex);
    while (task != NULL) {
        struct exact_task *next = task->next;
        task->job = (struct store_job){.collector = task->collector, .finish = deliver};
        if (!try_one(publisher, task))
            keep_waiting(publisher, task);
        else if (!publisher_deliver(publisher, &task->job))
            give_up(task);
        task = next;
    }
}

void exact_forget(struct publisher *publisher)
{
    while (publisher->exact != NULL) {
        struct exact_task *task = publisher->exact;
        publisher->exact = task->next;
        give_up(task);
    }
}
