#include "collector/consensus/smoother.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/quick.h"

void vector_normalise(double *vector, int options)
{
    double sum = 0;
    for (int k = 0; k < options; k++)
        sum += vector[k];
    for (int k = 0; k < options; k++)
        vector[k] /= sum;
}

int vector_best(const double *vector, int options)
{
    int best = 0;
    for (int k = 1; k < options; k++)
        if (vector[k] > vector[best])
            best = k;
    return best;
}

size_t smoother_after(const struct smoother *smoother, double time)
{
    size_t low = 0;
    size_t high = smoother->knots->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (smoother->knots->at[middle].time <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* From the knot before (where the smoother begins, for the first) to a time. */
static void step_towards(const struct smoother *smoother, const struct chain *chain, size_t knot,
                         double time, double *step)
{
    double start = knot > 0 ? smoother->knots->at[knot - 1].time : smoother->from;
    if (chain == &smoother->dynamics->chain)
        dynamics_step(smoother->dynamics, start, time, step);
    else
        chain_step(chain, start, time, step);
}

/* Inlined, with loops unrolled, where the number of options is a constant. */
UNROLLED void carry(const double *step, const double *from, const int options, double *carried)
{
    for (int k = 0; k < options; k++)
        carried[k] = step[0] * from[k] + step[1 + k];
}

UNROLLED void carry_back(const double *step, const double *likelihood, const double *after,
                         const int options, double *before)
{
    double moved = 0;
    for (int l = 0; l < options; l++)
        moved += step[1 + l] * (likelihood[l] * after[l]);
    for (int k = 0; k < options; k++)
        before[k] = step[0] * (likelihood[k] * after[k]) + moved;
}

void smoother_carry(const double *step, const double *from, int options, double *carried)
{
    carry(step, from, options, carried);
}

void smoother_back(const double *step, const double *likelihood, const double *after, int options,
                   double *before)
{
    carry_back(step, likelihood, after, options, before);
}

UNROLLED void run_forward(struct smoother *smoother, const int options)
{
    const double *from = smoother->entry;
    for (size_t j = 0; j < smoother->knots->count; j++) {
        const double *likelihood = smoother->likelihood + j * (size_t)options;
        double *row = smoother->forward + j * (size_t)options;
        double sum = 0;
        carry(smoother->steps + j * (size_t)(1 + options), from, options, row);
        for (int k = 0; k < options; k++) {
            row[k] *= likelihood[k];
            sum += row[k];
        }
        for (int k = 0; k < options; k++)
            row[k] = greater(row[k] / sum, SMOOTHER_FLOOR);
        from = row;
    }
}

/* β at the knot before one. */
UNROLLED void step_back(struct smoother *smoother, size_t knot, const int options, double *before)
{
    size_t row = knot * (size_t)options;
    carry_back(smoother->steps + knot * (size_t)(1 + options), smoother->likelihood + row,
               smoother->backward + row, options, before);
    double scale = before[0];
    for (int k = 1; k < options; k++)
        scale = greater(before[k], scale);
    smoother->scale[knot] = scale;
    for (int k = 0; k < options; k++)
        before[k] = greater(before[k] / scale, SMOOTHER_FLOOR);
}

UNROLLED void run_backward(struct smoother *smoother, const int options)
{
    for (size_t j = smoother->knots->count; j-- > 1;)
        step_back(smoother, j, options, smoother->backward + (j - 1) * (size_t)options);
    if (smoother->has_before && smoother->knots->count > 0)
        step_back(smoother, 0, options, smoother->back);
}

/* `last` is β at the last knot; NULL: 1. */
static void run_over(struct smoother *smoother, const double *last)
{
    size_t options = (size_t)smoother->knots->options;
    size_t count = smoother->knots->count;
    for (size_t k = 0; count > 0 && k < options; k++)
        smoother->backward[(count - 1) * options + k] = last ? last[k] : 1;
    switch (options) {
    case 2:
        run_forward(smoother, 2);
        run_backward(smoother, 2);
        break;
    case 3:
        run_forward(smoother, 3);
        run_backward(smoother, 3);
        break;
    case 4:
        run_forward(smoother, 4);
        run_backward(smoother, 4);
        break;
    default:
        run_forward(smoother, (int)options);
        run_backward(smoother, (int)options);
    }
}

static void begin_chain(struct smoother *smoother, const struct smoother_edges *edges)
{
    const struct dynamics *dynamics = smoother->dynamics;
    bool has_before = edges && edges->has_before;
    smoother->from = has_before ? edges->time : dynamics->chain.pieces[0].begin;
    memcpy(smoother->entry, has_before ? edges->forward : dynamics->initial,
           (size_t)dynamics->options * sizeof(double));
    smoother->before = has_before ? edges->begun : (struct begun){.time = -HUGE_VAL};
    smoother->lead = edges ? edges->lead : 0;
    smoother->has_before = has_before;
    smoother->has_after = edges && edges->has_after;
}

void smoother_reserve(struct smoother *smoother, size_t count, size_t options)
{
    size_t cells = count * options;
    smoother->rows = memory_alloc((4 * cells + 2 * count + 2 * options) * sizeof(double));
    smoother->likelihood = smoother->rows;
    smoother->forward = smoother->likelihood + cells;
    smoother->backward = smoother->forward + cells;
    smoother->steps = smoother->backward + cells;
    smoother->scale = smoother->steps + cells + count;
    smoother->entry = smoother->scale + count;
    smoother->back = smoother->entry + options;
}

static void read_likelihood(struct smoother *smoother)
{
    size_t cells = smoother->knots->count * (size_t)smoother->knots->options;
    for (size_t i = 0; i < cells; i++) {
        double evidence = smoother->knots->log_likelihood[i];
        smoother->likelihood[i] = evidence < 0 ? greater(exp(evidence), SMOOTHER_FLOOR) : 1;
    }
}

struct smoother *smoother_create_part(const struct knots *knots, const struct dynamics *dynamics,
                                      const struct smoother_edges *edges)
{
    size_t options = (size_t)knots->options;
    struct smoother *smoother = memory_zeroed(1, sizeof(*smoother));
    smoother->knots = knots;
    smoother->dynamics = dynamics;
    smoother_reserve(smoother, knots->count, options);
    smoother->begun = memory_alloc(knots->count * sizeof(*smoother->begun));
    read_likelihood(smoother);
    begin_chain(smoother, edges);
    for (size_t j = 0; j < knots->count; j++)
        step_towards(smoother, &dynamics->chain, j, knots->at[j].time,
                     smoother->steps + j * (1 + options));
    run_over(smoother, smoother->has_after ? edges->backward : NULL);
    smoother_count_begun(smoother);
    return smoother;
}

struct smoother *smoother_create(const struct knots *knots, const struct dynamics *dynamics)
{
    return smoother_create_part(knots, dynamics, NULL);
}

void smoother_destroy(struct smoother *smoother)
{
    if (!smoother)
        return;
    free(smoother->rows);
    free(smoother->begun);
    free(smoother);
}

void smoother_posterior(const struct smoother *smoother, const struct chain *chain, double time,
                        double *posterior)
{
    const struct knots *knots = smoother->knots;
    size_t options = (size_t)knots->options;
    size_t next = smoother_after(smoother, time);
    UNCLEARED double step[1 + CONSENSUS_OPTIONS_MAX];
    step_towards(smoother, chain, next, time, step);
    carry(step, next > 0 ? smoother->forward + (next - 1) * options : smoother->entry,
          knots->options, posterior);
    if (next < knots->count) {
        UNCLEARED double before[CONSENSUS_OPTIONS_MAX];
        dynamics_step(smoother->dynamics, time, knots->at[next].time, step);
        carry_back(step, smoother->likelihood + next * options, smoother->backward + next * options,
                   knots->options, before);
        for (size_t k = 0; k < options; k++)
            posterior[k] *= greater(before[k], SMOOTHER_FLOOR);
    }
    vector_normalise(posterior, knots->options);
}
