#ifndef ZHANJI_PUBLISH_WORK_H
#define ZHANJI_PUBLISH_WORK_H

#include <pthread.h>

#include "collector/publish/publisher.h"
#include "collector/publish/refit.h"
#include "collector/publish/stored.h"

/* What has to be looked at again. */
struct stale {
    bool *stations;                 /* by station: its published reports must be read again */
    struct published_change *fresh; /* reports that are new */
    size_t fresh_count, fresh_capacity;
    bool any; /* one of them, or counts or notices may have changed */
};

void stale_init(struct stale *stale, const struct survey *survey);
void stale_finish(struct stale *stale);
/* Adds to what there is. */
void stale_add(struct stale *stale, const struct published_change *changes, size_t count);
/* Moves everything from one to the other. */
void stale_move(struct stale *from, struct stale *to, const struct survey *survey);

/* A view of the past that somebody waits for. */
struct past_task {
    struct store_job job; /* brings the answer back to the collector's thread */
    struct past_task *next;
    struct past_view request;
    struct store_collector *collector;
    struct view *view; /* the answer, or NULL with the error */
    struct error error;
};

/* A view and a hold of one moment that somebody waits for. */
struct exact_task {
    struct store_job job; /* brings the answer back to the collector's thread */
    struct exact_task *next;
    struct exact_view request;
    struct store_collector *collector;
    int64_t deadline_ms;
    struct view *view; /* the answer, or NULL with the error */
    struct hold *hold;
    struct error error;
};

enum {
    PAST_KEPT = 4,
    PAST_WAITING = 32 /* more than these are told to come again */
};

/* Counters for /metrics. */
struct publisher_counters {
    atomic_ullong publications, failures, stations, past_views, in_memory;
    atomic_llong last_at, last_microseconds;
    atomic_ullong load_jobs, load_jobs_all; /* of reading after the start; 0: it is over */
};

/* The publisher's side of refits. Of the consensus thread, but what the mutex guards. */
struct refitting {
    struct refit_counters counters;
    pthread_t thread;
    struct refit_task *task; /* that runs or has ended; NULL: none */
    bool has_ended;          /* with the mutex: the thread can be joined */
    uint64_t tickets;        /* with the mutex: how often it was asked for */
    uint64_t settled;        /* with the mutex: the last of these that is published */
    uint64_t ripe;  /* with all that was committed before it was asked for in the records */
    uint64_t begun; /* the last of these that a task answers */
    uint64_t taken; /* and the last whose result was taken over */
    struct refit_task *made; /* that has ended and is not yet published; NULL: none */
    struct model *learned;   /* what the last one gave; NULL: the prior model stands */
    bool is_new;             /* it is not yet published */
    uint64_t reports;        /* that were published when the last one began */
    uint64_t moved;          /* reports that have come or gone since */
    int64_t not_before;      /* ms on the monotonic clock */
};

/* What is read in the background after the start. Of the consensus thread, but while it runs. */
struct preload {
    pthread_t thread;
    pthread_cond_t turn; /* with the mutex, as these three: */
    bool has_ended;      /* the thread can be joined */
    atomic_bool is_cancelled;
    atomic_bool is_held;     /* somebody waits for a station: it has the store for itself */
    bool *stations;          /* to be read */
    struct record **records; /* what was read; NULL: nothing is going on */
};

/* Versions that are published and not yet written: a large publication is shown first, and its
 * versions are written in small jobs. As long as some are owed, the database says so: after a
 * crash everything is computed again. Of the consensus thread. */
struct owing {
    bool *stations;
    int left;
    int64_t at; /* the last publication that owes: all that do are of its day */
    int64_t not_before;
};

/* The sheets of the day to come, as far as they are made. Of the consensus thread. */
struct dawn {
    struct sheet **sheets; /* by station; NULL: not yet */
    int32_t day;
    bool is_hurried; /* somebody waits for what the clock says: nothing is left for later */
};

struct publisher {
    struct publisher_options options;
    struct publisher_counters counters;
    pthread_t thread;

    pthread_mutex_t view_mutex; /* view alone: held for a few instructions */
    struct view *view;

    pthread_mutex_t mutex; /* the rest of this block */
    pthread_cond_t wake, settled;
    bool stopping;
    struct stale stale;
    uint64_t tickets, settled_ticket; /* publisher_wait: asked for, and answered */
    uint64_t failed_ticket;           /* the last that was answered by `failure`; 0: none was */
    struct error failure;             /* of the last look; it is tried again */
    bool is_failing;                  /* the last look failed */
    struct past_task *past_first, *past_last;
    int past_waiting;
    struct exact_task *exact; /* in no order */
    int exact_waiting;
    struct view *past[PAST_KEPT]; /* kept views of the past, newest use first */

    /* The thread's own. */
    struct numbering numbering;
    struct rules *rules;
    struct buffer model_text, notices_text; /* as they are stored */
    struct record **records;                /* by station; NULL: not read since the start */
    int *status;                            /* by station: last published, -1 if none */
    uint64_t entries;                       /* of the log, in what is published */
    struct blob *survey, *lines;
    int64_t last_ms; /* of the last publication, on the monotonic clock */
    struct preload preload;
    struct owing owing;
    struct dawn dawn;
    bool is_checked; /* the model in force is the survey's or a learned one */
    struct refitting refit;
};

int64_t monotonic_ms(void);
/* loop.c: what the thread runs. */
void *publisher_loop(void *context);
bool publisher_is_stopping(struct publisher *publisher);
int32_t publisher_today(const struct publisher *publisher);
/* The last second of a day in the survey's offset, where versions of it are looked up. */
int64_t day_last_second(const struct survey *survey, int32_t day);

/* cycle.c: looks at what is stale and publishes; false with the error when the store failed. */
NODISCARD bool cycle_run(struct publisher *publisher, struct stale *stale, struct error *error);
/* Makes `view` the current one. */
void publisher_swap_take(struct publisher *publisher, struct view *view);

/* load.c: reads of the store. */
struct loaded_counts {
    uint32_t *pending; /* by station */
    uint64_t pending_all, withheld, entries;
    struct buffer notices; /* JSON array of all, the survey's and the operator's */
};

NODISCARD bool load_counts(struct publisher *publisher, struct loaded_counts *counts,
                           struct error *error);
void loaded_counts_finish(struct loaded_counts *counts);
/* Everything that held at a moment, and the numbering. */
NODISCARD bool load_stored(struct publisher *publisher, int64_t known_at, struct stored *stored_out,
                           struct error *error);
NODISCARD bool load_setting(struct publisher *publisher, const char *name, char **value_out,
                            struct error *error);

/* What a publication writes. */
struct publication {
    const struct batch *batch;
    int64_t at;
    uint64_t entries;    /* of the log that are in it */
    const char *learned; /* of a new refit; NULL: as before */
    bool owes;           /* versions of it are still to be written */
};

/* Writes it, and the numbering if it has grown. */
NODISCARD bool save_batch(struct publisher *publisher, const struct publication *publication,
                          struct error *error);
/* refitting.c: begins one if it is due (with the mutex); takes over the result of one that has
 * ended; waits for the end of one that shall give up. */
void refitting_begin(struct publisher *publisher);
void refitting_take(struct publisher *publisher);
/* Its result is published. */
void refitting_settle(struct publisher *publisher);
void refitting_stop(struct publisher *publisher);
uint64_t published_reports(const struct view *view);

/* owing.c: adds a station's versions, or leaves them for later if there are many already. */
enum {
    BATCH_BYTES = 1 << 19
};

void owing_init(struct owing *owing, const struct survey *survey);
/* Takes over what a publication owes. */
void owing_add(struct owing *owing, const bool *stations, const struct survey *survey, int64_t at);
/* Writes some of it; all of it. What fails is tried again later. */
void owing_pay_some(struct publisher *publisher);
void owing_pay(struct publisher *publisher);
/* Before anything is published at `at`: what another day owes is written as that day's, or the
 * error says that the store refused. */
NODISCARD bool owing_pay_other_day(struct publisher *publisher, int64_t at, struct error *error);

/* dawn.c: makes the sheets of a new day one by one. */
void dawn_init(struct dawn *dawn, const struct survey *survey);
void dawn_finish(struct dawn *dawn, const struct survey *survey);
/* The day that is to be shown: the clock's, once (nearly) all of its sheets are made. */
int32_t dawn_day(const struct publisher *publisher);
/* Whether there is one to make; makes it. */
bool dawn_is_due(const struct publisher *publisher);
void dawn_make_one(struct publisher *publisher);
/* A reference to what was made of a place for a day, or NULL. */
struct sheet *dawn_sheet(const struct publisher *publisher, int station, const struct place *place,
                         int32_t day);
/* What was made is shown. */
void dawn_settle(struct publisher *publisher);

/* preload.c: reads what the records lack, but for what is read anyway because it is stale; takes it
 * over when it is there; gives up. */
void preload_begin(struct publisher *publisher);
/* Until it is let go it reads nothing more. */
void preload_hold(struct publisher *publisher, bool is_held);
bool preload_is_running(const struct publisher *publisher);
void preload_take(struct publisher *publisher);
void preload_stop(struct publisher *publisher);

/* past.c: answers somebody who waits; takes the task. */
void past_answer(struct publisher *publisher, struct past_task *task);
/* Has a job that does nothing bring itself back to its collector's thread; false: the publisher
 * stops, and the job stays the caller's. */
NODISCARD bool publisher_deliver(struct publisher *publisher, struct store_job *job);
/* exact.c: answers whom it can; forgets all. */
void exact_answer(struct publisher *publisher);
void exact_forget(struct publisher *publisher);
/* restore.c: what was published when the server stopped becomes the current view again. */
NODISCARD bool publisher_restore(struct publisher *publisher, struct error *error);

#define SETTING_NUMBERING "publish-numbering"
#define SETTING_ENTRIES   "publish-entries"
#define SETTING_LEARNED   "publish-learned"
#define SETTING_OWING     "publish-owing" /* "1": versions of the last publication are missing */

#endif
