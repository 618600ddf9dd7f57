#ifndef ZHANJI_PUBLISH_PLACE_H
#define ZHANJI_PUBLISH_PLACE_H

#include "collector/publish/observe.h"
#include "collector/publish/rules.h"

/* One question at one station: what was seen, and the passes over it. */
struct item {
    struct knots knots;
    struct smoother *smoother;
    double begins; /* where knowledge begins, in days; NAN if nothing is known at all */
};

/* What is published of a station whatever the day: immutable and counted, shared by the views in
 * which nothing about the station changed. */
struct place {
    atomic_uint references;
    struct rules *rules;
    int station;
    struct item *items; /* by question */
    struct arrivals arrivals;
    uint64_t reports; /* raw, of all arrivals */
};

/* From the observations in memory. */
NODISCARD struct place *place_observe(struct rules *rules, int station,
                                      const struct observed *observed);
/* The same knots under other rules (a notice was added). */
NODISCARD struct place *place_with_rules(const struct place *place, struct rules *rules);
/* From stored knots, one for each question; takes what they and the arrivals own. */
NODISCARD struct place *place_restore_take(struct rules *rules, int station, struct knots *knots,
                                           struct arrivals *arrivals);
struct place *place_hold(struct place *place);
void place_drop(struct place *place);
/* Widens [*first, *last] (middles of intervals) to hold all its visits. */
void place_span(const struct place *place, double *first, double *last);

#endif
