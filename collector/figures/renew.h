#ifndef ZHANJI_FIGURES_RENEW_H
#define ZHANJI_FIGURES_RENEW_H

#include "collector/figures/observe.h"
#include "collector/figures/packed.h"

enum {
    RENEWAL_MAX = 64 /* reports at once: beyond these all is computed */
};

/*
 * The knots of a question after a few reports have come. What these can have moved (consensus.md
 * §3) lies close together: the shares of their reporters' other visits and of their day's unnamed,
 * the saturation within ±14 days of all these, and where their reporters count as new. Only the
 * pieces with such visits are built again; all would be, if the item's allowance came to another
 * step.
 */
struct renewal {
    const struct observed *observed; /* with what has come */
    const struct survey *survey;
    const struct model *model;            /* by which the knots before were made */
    const struct published_answer *added; /* what has come */
    size_t added_count;
};

/* To the bit as observed_knots of all; NULL if it has to be that, or would cost as much. `weight`
 * is what observed_knots returned before, and becomes what it would return now. */
NODISCARD struct packed_knots *renew_knots(const struct renewal *renewal, int question,
                                           struct packed_knots *before, double *weight);

#endif
