#ifndef ZHANJI_STORE_COLLECTOR_H
#define ZHANJI_STORE_COLLECTOR_H

#include <pthread.h>

#include "collector/store/store.h"

/* Finished jobs on their way back. */
struct store_collector {
    pthread_mutex_t mutex;
    pthread_cond_t done; /* for store_call, which has no eventfd */
    struct store_job *first, **last;
    int fd; /* -1: none */
};

void collector_init(struct store_collector *collector, int fd);
void collector_finish(struct store_collector *collector);
/* Waits until something is finished and takes it all. */
struct store_job *collector_wait(struct store_collector *collector);
/* Hands every job of the list to its own collector, with one wake-up each. */
void collectors_deliver(struct store_job *first);

#endif
