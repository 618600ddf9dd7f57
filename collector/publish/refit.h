#ifndef ZHANJI_PUBLISH_REFIT_H
#define ZHANJI_PUBLISH_REFIT_H

#include <pthread.h>

#include "collector/figures/learn.h"
#include "collector/figures/sheet.h"
#include "collector/store/store.h"

/*
 * Refits of the model in the background: a thread of low priority learns from records that do not
 * change while it works, and makes every station's sheet under what it has learned; the consensus
 * thread, which meanwhile goes on publishing under the old model, then only swaps them in. Stations
 * that have changed by then are made again: by the same thread while they are many.
 *
 * A refit begins by itself once 50 reports and a twentieth of those of the last one have come or
 * gone, and not before ten times as long has passed as the last one took.
 */
enum {
    REFIT_LEAST_REPORTS = 50,
    REFIT_SHARE = 20,
    REFIT_PAUSE = 10,
    REFIT_RETRY_MS = 60000, /* after no thread could be had */
    REFIT_LEFT = 8,         /* stations that the consensus thread makes again itself */
    REFIT_ROUNDS = 10
};

/* For /metrics. */
struct refit_counters {
    atomic_ullong fits, observations, reports;
    atomic_int is_owed, is_running, iteration, most_iterations, iterations, questions;
    atomic_llong last_microseconds, last_at;
};

/* One refit, and what came of it. */
struct refit_task {
    const struct survey *survey;
    struct store *store;
    struct record **records; /* by station, references of its own; those that are NULL are read */
    double span;
    int32_t today, horizon;
    struct buffer notices; /* that are in force */
    bool had_learned;      /* a learned model is in force */
    int round;             /* 0: it learns; later it only makes sheets */
    struct rules *rules;   /* what was learned, with the notices; NULL: nothing is new */
    struct sheet **sheets; /* by station, under these rules; NULL: to be made */
    uint64_t reports;      /* how many were published when it began */
    uint64_t ticket;       /* the last that was asked for */
    atomic_bool is_cancelled;
    struct refit_counters *counters;
    void (*done)(void *context); /* on the task's thread, at its very end */
    void *context;
    struct learned learned; /* model NULL when it was given up */
};

/* A reference of each record is taken. */
NODISCARD struct refit_task *refit_task_create(const struct survey *survey,
                                               struct record *const *records);
void refit_task_destroy(struct refit_task *task);
/* What was made from other records than these is to be made again. */
void refit_task_renew(struct refit_task *task, struct record *const *records);
/* How many records are others than those that it worked from. */
int refit_task_outdated(const struct refit_task *task, struct record *const *records);
/* A thread's function. */
void *refit_run(void *task);
/* What was learned, as it is kept in the database beside the model: {"reports","accuracy"}, the
 * accuracy of each reporter as a letter, "a" for 0, one more for each 0.05. */
void learned_encode(const struct model *model, uint64_t reports, struct buffer *buffer);
/* Gives the model its accuracies; false if the text is none. */
NODISCARD bool learned_decode(const char *text, struct model *model, uint64_t *reports_out);
void refit_metrics(const struct refit_counters *counters, struct buffer *buffer);

#endif
