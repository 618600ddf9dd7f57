#ifndef ZHANJI_CONSENSUS_DYNAMICS_H
#define ZHANJI_CONSENSUS_DYNAMICS_H

#include "collector/consensus/chain.h"

/* What is inside `struct dynamics`, for the readers of consensus/. */
struct dynamics {
    int options;
    double *initial; /* π */
    struct chain chain;
    /* The same without asserting notices and citywide changes (consensus.md §6, `inferred`);
     * empty when there are none: then `chain` is it. */
    struct chain plain;
    /* When the first asserting notice begins to apply; HUGE_VAL if there is none. */
    double first_assertion;
    /* Ascending: where notices and runs of citywide change begin and end. */
    size_t mark_count;
    double *marks;
    /* Nearly all times are noons and midnights: for each half day from `grid_begin` on the piece
     * that begins its block, and a row of e^L, e^{−L} and G from that beginning on. */
    double grid_begin;
    size_t grid_count;
    uint32_t *grid_block;
    double *grid; /* grid_count × (2 + options) */
};

const struct chain *dynamics_plain(const struct dynamics *dynamics);

#endif
