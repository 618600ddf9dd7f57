#ifndef ZHANJI_CONSENSUS_DYNAMICS_H
#define ZHANJI_CONSENSUS_DYNAMICS_H

#include "collector/consensus/chain.h"

/* What is inside `struct dynamics`, for the readers of consensus/. */
struct dynamics {
    int options;
    double initial[CONSENSUS_OPTIONS_MAX];
    struct chain chain;
    /* The same without asserting notices and citywide changes (consensus.md §6, `inferred`);
     * empty when there are none: then `chain` is it. */
    struct chain plain;
    /* When the first asserting notice begins to apply; HUGE_VAL if there is none. */
    double first_assertion;
    /* Ascending: where notices and runs of citywide change begin and end. */
    size_t mark_count;
    double *marks;
    /* Most gaps are from one noon to the next: days × (1 + options): keep, moved. From `noon` on. */
    double noon;
    size_t days;
    double *daily;
};

const struct chain *dynamics_plain(const struct dynamics *dynamics);

#endif
