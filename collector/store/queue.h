#ifndef ZHANJI_STORE_QUEUE_H
#define ZHANJI_STORE_QUEUE_H

#include <pthread.h>

#include "collector/store/store.h"

enum {
    QUEUE_MAX = 65536 /* jobs that may wait */
};

/* Jobs that wait for the store thread, in order; taken all at once. */
struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t ready;
    struct store_job *first, **last;
    size_t count;
    bool idle;    /* the thread sleeps */
    bool urged;   /* something other than a job waits for it */
    bool closing; /* no more jobs */
    bool failed;  /* for good: no more jobs */
};

void queue_init(struct queue *queue);
void queue_finish(struct queue *queue);
/* Held: does not wake the thread by itself. */
NODISCARD bool queue_push(struct queue *queue, struct store_job *job, bool held,
                          struct error *error);
/* Wakes the thread if jobs wait. */
void queue_release(struct queue *queue);
/* Wakes the thread without a job. */
void queue_urge(struct queue *queue);
void queue_close(struct queue *queue);
void queue_fail(struct queue *queue);
bool queue_has_failed(struct queue *queue);
size_t queue_count(struct queue *queue);
/* Takes all that waits; waits itself up to timeout_ms for it. NULL when there is none;
 * *closing_out says whether there will ever be more. */
struct store_job *queue_take(struct queue *queue, int timeout_ms, bool *closing_out);

#endif
