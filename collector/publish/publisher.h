#ifndef ZHANJI_PUBLISH_PUBLISHER_H
#define ZHANJI_PUBLISH_PUBLISHER_H

#include "collector/figures/view.h"
#include "collector/store/hold.h"
#include "collector/store/store.h"

/*
 * The consensus thread (design §3): keeps approved observations in memory, recomputes what
 * changed, has the store write versions, publishes a new view; also at the survey's midnight.
 */
struct publisher;

struct publisher_options {
    const struct survey *survey;
    struct store *store;
    struct clock clock;
    int64_t interval_ms; /* at most one publication in this time: 200 */
    int64_t patience_ms; /* publisher_exact_view waits no longer; 0: 10 s */
};

/* Loads what is published, publishes the first view, starts the thread. */
NODISCARD bool publisher_start(const struct publisher_options *options,
                               struct publisher **publisher_out, struct error *error);
void publisher_stop(struct publisher *publisher);
/* The current view, with a reference for the caller. Any thread, never waits. */
struct view *publisher_view(struct publisher *publisher);
/* Returns when everything committed before the call is in the view, and every refit that was asked
 * for; false with the error when the store refused what was to be published (it is tried again), or
 * the publisher stops. For tests and main. */
NODISCARD bool publisher_wait(struct publisher *publisher, struct error *error);
/* Asks for a look at the store soon; for those who found more entries in the log than in the view.
 * Any thread, never waits. */
void publisher_look(struct publisher *publisher);
/* Asks for a refit of reporters and hazards in the background (refit.h says when they come by
 * themselves). */
void publisher_refit(struct publisher *publisher);
/* The share of the reports that is in memory after a start; 1 once all are. Until then a decision
 * has its station's read first. Any thread, never waits. */
double publisher_loaded(const struct publisher *publisher);
void publisher_metrics(const struct publisher *publisher, struct buffer *buffer);

/* A view of what was published at the end of a day, on the HTTP thread: true with a reference at
 * once if it is the current one or kept; else false, and the job (owned by the publisher until
 * `done`) reads it from the store: `done` gets it, or NULL with the error. */
struct past_view {
    int32_t known_at;
    void (*done)(void *context, struct view *view, const struct error *error);
    void *context;
};

NODISCARD bool publisher_past_view(struct publisher *publisher, struct store_collector *collector,
                                   const struct past_view *request, struct view **view_out,
                                   struct error *error);

/* A view and a hold of the store of one moment, at which the view told exactly what the store had;
 * for this the next publications come without a pause. `done` gets them on the collector's thread,
 * and owns them; or NULL with the error (ERROR_BUSY: in all that time there was no such moment).
 * False: too many wait. */
struct exact_view {
    void (*done)(void *context, struct view *view, struct hold *hold, const struct error *error);
    void *context;
};

NODISCARD bool publisher_exact_view(struct publisher *publisher, struct store_collector *collector,
                                    const struct exact_view *request, struct error *error);

#endif
