#ifndef ZHANJI_CONSENSUS_PATH_H
#define ZHANJI_CONSENSUS_PATH_H

#include "collector/consensus/smoother.h"

/*
 * An item's visits, and between them a stop at each mark of the dynamics and at the end. A step
 * over a mark is the two steps in one (Chapman–Kolmogorov), so at the visits the smoother's vectors
 * stay what they are; at a mark α is carried from the stop before, β back from the one after.
 */
struct path {
    const struct smoother *visits;
    struct knots stops;       /* without their evidence */
    struct smoother smoother; /* of the stops: what it is at the visits, and at the marks between */
    double *changed;          /* a cumulative distribution over some of the stops */
};

/* Of the smoother of a stretch (smoother_create_part): the stops after the knot before it up to its
 * last knot, or to the end. */
void path_start(struct path *path, const struct smoother *visits, double now);
void path_finish(struct path *path);

static inline size_t path_options(const struct path *path)
{
    return (size_t)path->stops.options;
}

static inline const double *path_row(const struct path *path, const double *table, size_t stop)
{
    return table + stop * path_options(path);
}

static inline const double *path_step(const struct path *path, size_t stop)
{
    return path->smoother.steps + stop * (1 + path_options(path));
}

#endif
