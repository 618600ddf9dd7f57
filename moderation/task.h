#ifndef ZHANJI_MODERATION_TASK_H
#define ZHANJI_MODERATION_TASK_H

#include "collector/http/http.h"
#include "collector/publish/app.h"
#include "collector/store/session.h"

/* A request that waits for one store job: the first member of what a handler needs to remember. */
struct task {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    const struct app *app;
    void (*answer)(struct task *task);  /* on the HTTP thread, once the commit is on disk */
    void (*destroy)(struct task *task); /* frees what it holds, not the task; NULL for nothing */
};

/* A zeroed task of `size` bytes. */
NODISCARD void *task_create(size_t size, struct http_exchange *exchange, const struct app *app);
/* Sends the job; answers with the error, and frees the task, when the store does not take it or
 * fails. What the handler returns. */
enum http_progress task_send(struct task *task,
                             bool (*run)(struct session *session, struct store_job *job,
                                         struct error *error));
/* What task_send does before it sends: for a task that another thread hands to the store. */
void task_prepare(struct task *task,
                  bool (*run)(struct session *session, struct store_job *job, struct error *error));
/* Frees a task that was not sent. */
void task_drop(struct task *task);

#endif
