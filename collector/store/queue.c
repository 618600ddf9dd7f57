#include "collector/store/queue.h"

#include <time.h>

void queue_init(struct queue *queue)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->ready, &attributes);
    pthread_condattr_destroy(&attributes);
    queue->first = NULL;
    queue->last = &queue->first;
}

void queue_finish(struct queue *queue)
{
    pthread_cond_destroy(&queue->ready);
    pthread_mutex_destroy(&queue->mutex);
}

/* Called with the mutex held. */
static void wake(struct queue *queue)
{
    if (queue->idle)
        pthread_cond_signal(&queue->ready);
    queue->idle = false;
}

bool queue_push(struct queue *queue, struct store_job *job, bool held, struct error *error)
{
    const char *why = NULL;
    pthread_mutex_lock(&queue->mutex);
    if (queue->failed)
        why = "the database cannot be written";
    else if (queue->closing)
        why = "the server is stopping";
    else if (queue->count >= QUEUE_MAX)
        why = "too much is waiting to be written";
    if (why == NULL) {
        job->next = NULL;
        *queue->last = job;
        queue->last = &job->next;
        queue->count++;
        if (!held)
            wake(queue);
    }
    pthread_mutex_unlock(&queue->mutex);
    return why == NULL || error_set(error, ERROR_BUSY, "%s", why);
}

void queue_release(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    if (queue->first != NULL)
        wake(queue);
    pthread_mutex_unlock(&queue->mutex);
}

void queue_urge(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->urged = true;
    wake(queue);
    pthread_mutex_unlock(&queue->mutex);
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closing = true;
    wake(queue);
    pthread_mutex_unlock(&queue->mutex);
}

void queue_fail(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->failed = true;
    pthread_mutex_unlock(&queue->mutex);
}

bool queue_has_failed(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool failed = queue->failed;
    pthread_mutex_unlock(&queue->mutex);
    return failed;
}

size_t queue_count(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    size_t count = queue->count;
    pthread_mutex_unlock(&queue->mutex);
    return count;
}

static struct timespec deadline(int timeout_ms)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += timeout_ms / 1000;
    time.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

struct store_job *queue_take(struct queue *queue, int timeout_ms, bool *closing_out)
{
    struct timespec until = deadline(timeout_ms);
    int waited = 0;
    pthread_mutex_lock(&queue->mutex);
    while (queue->first == NULL && !queue->closing && !queue->urged && waited == 0 &&
           timeout_ms > 0) {
        queue->idle = true;
        waited = pthread_cond_timedwait(&queue->ready, &queue->mutex, &until);
    }
    struct store_job *first = queue->first;
    queue->first = NULL;
    queue->last = &queue->first;
    queue->count = 0;
    queue->idle = false;
    queue->urged = false;
    *closing_out = queue->closing;
    pthread_mutex_unlock(&queue->mutex);
    return first;
}
