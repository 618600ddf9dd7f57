#include "collector/consensus/path.h"

#include <math.h>
#include <string.h>

static void copy_row(double *to, size_t place, const double *from, size_t knot, size_t width)
{
    memcpy(to + place * width, from + knot * width, width * sizeof(double));
}

/* The step from the stop before, or from where the chain comes from. */
static void enter_stop(struct path *path, size_t stop)
{
    double start = stop > 0 ? path->stops.at[stop - 1].time : path->visits->from;
    dynamics_step(path->visits->dynamics, start, path->stops.at[stop].time,
                  path->smoother.steps + stop * (1 + path_options(path)));
}

/* The scale that the first visit lacks, for marks before it. */
static double first_scale(const struct path *path, size_t stop)
{
    UNCLEARED double before[CONSENSUS_OPTIONS_MAX];
    smoother_back(path_step(path, stop), path_row(path, path->smoother.likelihood, stop),
                  path_row(path, path->smoother.backward, stop), path->stops.options, before);
    return before[vector_best(before, path->stops.options)];
}

static void add_visit(struct path *path, size_t knot)
{
    const struct smoother *from = path->visits;
    struct smoother *to = &path->smoother;
    size_t options = path_options(path);
    size_t stop = path->stops.count++;
    path->stops.at[stop] = from->knots->at[knot];
    copy_row(to->likelihood, stop, from->likelihood, knot, options);
    copy_row(to->forward, stop, from->forward, knot, options);
    copy_row(to->backward, stop, from->backward, knot, options);
    if (stop > 0 && path->stops.at[stop - 1].reports == 0)
        enter_stop(path, stop);
    else
        copy_row(to->steps, stop, from->steps, knot, 1 + options);
    bool has_scale = knot > 0 || from->has_before;
    to->scale[stop] = has_scale ? from->scale[knot] : first_scale(path, stop);
}

/* A stop without a visit; its backward vector waits for the next visit. */
static void add_mark(struct path *path, double time)
{
    size_t options = path_options(path);
    size_t stop = path->stops.count++;
    struct smoother *to = &path->smoother;
    path->stops.at[stop] = (struct knot){.time = time, .begin = time, .end = time};
    enter_stop(path, stop);
    smoother_carry(path_step(path, stop),
                   stop > 0 ? path_row(path, to->forward, stop - 1) : path->visits->entry,
                   path->stops.options, to->forward + stop * options);
    for (size_t k = 0; k < options; k++) {
        to->likelihood[stop * options + k] = 1;
        to->backward[stop * options + k] = 1;
    }
    to->scale[stop] = 1;
}

/* Where the path's own marks begin and end. */
static void find_ends(const struct smoother *visits, double now, double *begin, double *end)
{
    const struct knots *knots = visits->knots;
    *begin = visits->has_before ? visits->from : visits->dynamics->first_assertion;
    *end = now;
    if (knots->count == 0)
        return;
    double last = knots->at[knots->count - 1].time;
    *begin = fmin(*begin, knots->at[0].time);
    *end = visits->has_after ? last : fmax(now, last);
}

static void merge_stops(struct path *path, double now)
{
    const struct knots *knots = path->visits->knots;
    const struct dynamics *dynamics = path->visits->dynamics;
    double begin = 0;
    double end = 0;
    find_ends(path->visits, now, &begin, &end);
    size_t next = 0;
    for (size_t i = 0; i < dynamics->mark_count && dynamics->marks[i] < end; i++) {
        for (; next < knots->count && knots->at[next].time <= dynamics->marks[i]; next++)
            add_visit(path, next);
        if (dynamics->marks[i] >= begin)
            add_mark(path, dynamics->marks[i]);
    }
    for (; next < knots->count; next++)
        add_visit(path, next);
    if (!path->visits->has_after)
        add_mark(path, end);
}

/* β at the marks before a visit, in the scale of the visit before them: a step over a mark is the
 * two steps in one, so the visits' own stay what they are. */
static void run_back_over_marks(struct path *path)
{
    size_t options = path_options(path);
    struct smoother *smoother = &path->smoother;
    for (size_t j = path->stops.count; j-- > 1;) {
        double *before = smoother->backward + (j - 1) * options;
        if (path->stops.at[j - 1].reports > 0)
            continue;
        smoother_back(path_step(path, j), path_row(path, smoother->likelihood, j),
                      path_row(path, smoother->backward, j), path->stops.options, before);
        for (size_t k = 0; k < options; k++)
            before[k] = greater(before[k] / smoother->scale[j], SMOOTHER_FLOOR);
    }
}

void path_start(struct path *path, const struct smoother *visits, double now)
{
    size_t options = (size_t)visits->dynamics->options;
    size_t most = visits->knots->count + visits->dynamics->mark_count + 1;
    path->visits = visits;
    path->stops.options = visits->dynamics->options;
    path->stops.at = memory_alloc(most * sizeof(*path->stops.at));
    path->changed = memory_alloc(most * sizeof(double));
    path->smoother = (struct smoother){.knots = &path->stops, .dynamics = visits->dynamics};
    smoother_reserve(&path->smoother, most, options);
    merge_stops(path, now);
    run_back_over_marks(path);
}

void path_finish(struct path *path)
{
    free(path->smoother.rows);
    knots_finish(&path->stops);
    free(path->changed);
}
