#ifndef ZHANJI_MODERATION_WORKER_H
#define ZHANJI_MODERATION_WORKER_H

#include "moderation/backlog.h"
#include "moderation/statistics.h"
#include "moderation/task.h"

/*
 * The desk's thread: keeps the backlog in memory and does what takes longer than the HTTP thread
 * may wait, such as weighing what an approval would change. Started with the first request that
 * needs it.
 */
struct worker;

/* What the thread keeps. */
struct desk {
    const struct app *app;
    struct backlog backlog;
    struct tally tally;
};

/* A request for it: the first member of what its handler needs to remember. */
struct errand {
    struct task task; /* the first member */
    struct errand *next;
    bool takes_old; /* only what is published need be fresh: the backlog may be as last read */
    /* On the desk's thread, the backlog is fresh. False: the error is the answer. */
    bool (*work)(struct errand *errand, struct desk *desk, struct error *error);
    /* In a store job after that; NULL for none. */
    bool (*run)(struct session *session, struct store_job *job, struct error *error);
    void (*answer)(struct errand *errand); /* on the HTTP thread */
    struct error error;
};

NODISCARD struct worker *worker_start(const struct app *app, struct error *error);
/* Answers what waits with 503 and ends the thread; NULL is fine. */
void worker_stop(struct worker *worker);

/* Somebody opens the desk: what waits is read again while the page loads. */
void worker_wake(struct worker *worker);

/* Zeroed, of `size` bytes. */
NODISCARD void *errand_create(size_t size, struct http_exchange *exchange, const struct app *app);
/* Hands it to the desk's thread, which belongs to app->moderation. What the handler returns. */
enum http_progress errand_send(struct errand *errand);

#endif
