#include "moderation/task.h"

void *task_create(size_t size, struct http_exchange *exchange, const struct app *app)
{
    struct task *task = memory_zeroed(1, size);

    task->exchange = exchange;
    task->app = app;
    return task;
}

void task_drop(struct task *task)
{
    if (task->destroy != NULL)
        task->destroy(task);
    free(task);
}

static void finish(struct store_job *job)
{
    struct task *task = (struct task *)job;
    struct http_exchange *exchange = task->exchange;

    if (job->error.kind != ERROR_NONE)
        http_error(exchange, &job->error);
    else
        task->answer(task);
    task_drop(task);
    http_resume(exchange);
}

void task_prepare(struct task *task,
                  bool (*run)(struct session *session, struct store_job *job, struct error *error))
{
    task->job.collector = task->app->collector;
    task->job.run = run;
    task->job.finish = finish;
}

enum http_progress task_send(struct task *task,
                             bool (*run)(struct session *session, struct store_job *job,
                                         struct error *error))
{
    struct http_exchange *exchange = task->exchange;
    struct error error = {0};

    task_prepare(task, run);
    if (store_submit(task->app->store, &task->job, &error))
        return HTTP_WAIT;
    task_drop(task);
    return http_error(exchange, &error);
}
