#ifndef ZHANJI_STORE_STORE_H
#define ZHANJI_STORE_STORE_H

#include "collector/base/day.h"
#include "collector/base/error.h"
#include "collector/base/file.h"
#include "collector/base/secret.h"
#include "collector/log/entry.h"
#include "collector/survey/survey.h"

/*
 * The only SQL. One connection in one thread (design §2.3, §3): jobs wait in a bounded queue, the
 * thread takes whole batches, each batch is one transaction and one fsync. A job's `run` is called
 * on the store thread inside the transaction and uses the functions of store/session.h; its
 * `finish` is called after the commit on the thread that collects it.
 */
struct store;
struct session; /* what a job sees of the connection, see store/session.h */

struct store_options {
    const char *path; /* the database file; ":memory:" for tests */
    const struct survey *survey;
    const struct source *source; /* schema files, for sql/NNNN-*.sql */
    struct clock clock;
    int64_t staging_seconds; /* at most this long in staging: 3600 */
};

/*
 * Opens, locks (EXCLUSIVE, then WAL, synchronous FULL), migrates and starts the thread. A database
 * in use is ERROR_BUSY (exit code 3 is main's); one newer than the program, or that holds stations
 * or options that the survey no longer has, is ERROR_INVALID.
 */
NODISCARD bool store_open(const struct store_options *options, struct store **store_out,
                          struct error *error);
/* Does what waits, moves staging to the main table, checkpoints, closes. */
void store_close(struct store *store);

/* Where a job's result is collected. */
struct store_collector;
/* A collector has an eventfd that becomes readable when jobs are finished. */
NODISCARD struct store_collector *store_collector_create(struct error *error);
void store_collector_destroy(struct store_collector *collector);
int store_collector_fd(const struct store_collector *collector);
/* Calls `finish` of every finished job, on this thread. Returns how many. */
size_t store_collect(struct store_collector *collector);

struct store_job {
    struct store_job *next;            /* the store's own */
    struct store_collector *collector; /* NULL: store_call waits for it */
    /* False only when the database failed (error is set): then the whole batch is rolled back and
     * every job in it ends with ERROR_BUSY. What is wrong with the request itself goes into the
     * job's own result, with true. */
    bool (*run)(struct session *session, struct store_job *job, struct error *error);
    void (*finish)(struct store_job *job); /* may free the job */
    struct error error;                    /* after: ERROR_NONE if the commit is on disk */
};

/* Queues a job. False (ERROR_BUSY) when the queue is full or the store is closing or has failed
 * for good: nothing was done and `finish` will not be called. */
NODISCARD bool store_submit(struct store *store, struct store_job *job, struct error *error);
/* The same, but need not wake the store: one fsync serves all that come until store_release, which
 * the caller owes it soon. Whatever wakes the store takes them too. */
NODISCARD bool store_submit_held(struct store *store, struct store_job *job, struct error *error);
void store_release(struct store *store);
/* Whether the database failed for good: nothing more is stored until a restart. Any thread. */
bool store_has_failed(struct store *store);
/* Queues and waits; for threads that may wait (consensus, main). Finish is not called. */
NODISCARD bool store_call(struct store *store, struct store_job *job, struct error *error);

/* After each commit that changed what is public or pending: called on the store thread with the
 * indices of the stations concerned (-1: something about all, such as a notice), before any
 * `finish` of that batch. Set before use. */
void store_on_change(struct store *store,
                     void (*changed)(void *context, const int *stations, size_t count),
                     void *context);

/* What a commit did to what is published: a report that was not there came, or anything else
 * about a station (-1: about all) that only reading it again tells. */
struct published_change {
    int station;
    bool is_new;
    uint8_t uuid[UUID_SIZE]; /* of a new report */
};

/* The same, but only when what is published changed. Called after the other one. */
void store_on_published(struct store *store,
                        void (*changed)(void *context, const struct published_change *changes,
                                        size_t count),
                        void *context);

/* A consistent copy of the database, made in <path>.state/ while the store goes on working. */
struct store_backup {
    struct store_job job; /* the caller sets collector and finish; job.error tells how it went */
    int fd;        /* then: the copy, unlinked already, at its beginning; the caller closes */
    uint64_t size; /* its bytes */
};

/* Asks for one. False (ERROR_BUSY) while another is being made or the store is stopping. */
NODISCARD bool store_backup(struct store *store, struct store_backup *backup, struct error *error);

/* Counters for /metrics. Appends. */
void store_metrics(const struct store *store, struct buffer *buffer);

#endif
