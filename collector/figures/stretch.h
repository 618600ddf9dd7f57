#ifndef ZHANJI_FIGURES_STRETCH_H
#define ZHANJI_FIGURES_STRETCH_H

#include "collector/figures/observe.h"

/* What the knots of one question at a station are made of. */
struct stretch_source {
    const struct observed *observed;
    const struct survey *survey;
    const struct model *model;
    int question;
    double allowance; /* of the whole item (consensus/weigh.h) */
};

/* The knots with begin ≤ time < end (days, midnights) as observed_knots has them among all, of the
 * observations that tell on them: those within ±14 days more, and all of the same reporters. */
void stretch_knots(const struct stretch_source *source, double begin, double end,
                   struct knots *knots_out);

#endif
