#include "collector/store/collector.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

void collector_init(struct store_collector *collector, int fd)
{
    pthread_mutex_init(&collector->mutex, NULL);
    pthread_cond_init(&collector->done, NULL);
    collector->first = NULL;
    collector->last = &collector->first;
    collector->fd = fd;
}

void collector_finish(struct store_collector *collector)
{
    pthread_cond_destroy(&collector->done);
    pthread_mutex_destroy(&collector->mutex);
    if (collector->fd >= 0)
        close(collector->fd);
}

struct store_collector *store_collector_create(struct error *error)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) {
        error_set(error, ERROR_INTERNAL, "eventfd: errno %d", errno);
        return NULL;
    }
    struct store_collector *collector = memory_zeroed(1, sizeof *collector);
    collector_init(collector, fd);
    return collector;
}

void store_collector_destroy(struct store_collector *collector)
{
    if (collector == NULL)
        return;
    collector_finish(collector);
    free(collector);
}

int store_collector_fd(const struct store_collector *collector)
{
    return collector->fd;
}

/* Called with the mutex held. */
static struct store_job *take_all(struct store_collector *collector)
{
    struct store_job *first = collector->first;
    collector->first = NULL;
    collector->last = &collector->first;
    return first;
}

size_t store_collect(struct store_collector *collector)
{
    uint64_t wakes;
    size_t count = 0;
    /* EAGAIN only says that nobody called. */
    ssize_t got = read(collector->fd, &wakes, sizeof wakes);
    (void)got;
    pthread_mutex_lock(&collector->mutex);
    struct store_job *job = take_all(collector);
    pthread_mutex_unlock(&collector->mutex);
    while (job != NULL) {
        struct store_job *next = job->next;
        job->finish(job);
        job = next;
        count++;
    }
    return count;
}

struct store_job *collector_wait(struct store_collector *collector)
{
    pthread_mutex_lock(&collector->mutex);
    while (collector->first == NULL)
        pthread_cond_wait(&collector->done, &collector->mutex);
    struct store_job *first = take_all(collector);
    pthread_mutex_unlock(&collector->mutex);
    return first;
}

static void deliver(struct store_collector *collector, struct store_job *first,
                    struct store_job **last)
{
    static const uint64_t one = 1;
    pthread_mutex_lock(&collector->mutex);
    *collector->last = first;
    collector->last = last;
    /* Under the mutex: one who waits may be gone as soon as it is free. */
    if (collector->fd < 0)
        pthread_cond_signal(&collector->done);
    ssize_t put = collector->fd < 0 ? 0 : write(collector->fd, &one, sizeof one);
    (void)put;
    pthread_mutex_unlock(&collector->mutex);
}

void collectors_deliver(struct store_job *first)
{
    while (first != NULL) {
        struct store_collector *collector = first->collector;
        struct store_job *mine = NULL;
        struct store_job *others = NULL;
        struct store_job **mine_last = &mine;
        struct store_job **others_last = &others;
        for (struct store_job *job = first; job != NULL; job = job->next) {
            struct store_job ***last = job->collector == collector ? &mine_last : &others_last;
            **last = job;
            *last = &job->next;
        }
        *mine_last = NULL;
        *others_last = NULL;
        deliver(collector, mine, mine_last);
        first = others;
    }
}
