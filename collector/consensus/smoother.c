#include "collector/consensus/smoother.h"

#include <math.h>
#include <string.h>

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
                         double time, struct step *step)
{
    double start = knot > 0 ? smoother->knots->at[knot - 1].time : smoother->from;
    if (chain == &smoother->dynamics->chain)
        dynamics_step(smoother->dynamics, start, time, step);
    else
        chain_step(chain, start, time, step);
}

/* α before knot j carried over by a step. */
static void carry_forward(const struct smoother *smoother, size_t knot, const struct step *step,
                          double *carried)
{
    const struct dynamics *dynamics = smoother->dynamics;
    int options = dynamics->options;
    const double *from =
        knot > 0 ? smoother->forward + (knot - 1) * (size_t)options : smoother->entry;
    for (int k = 0; k < options; k++)
        carried[k] = step->keep * from[k] + step->moved[k];
}

void smoother_back(const struct smoother *smoother, size_t knot, const struct step *step,
                   const double *after, double *before)
{
    int options = smoother->knots->options;
    const double *likelihood = smoother->likelihood + knot * (size_t)options;
    double moved = 0;
    for (int l = 0; l < options; l++)
        moved += step->moved[l] * likelihood[l] * after[l];
    for (int k = 0; k < options; k++)
        before[k] = step->keep * likelihood[k] * after[k] + moved;
}

/* `steps` into each knot from the one before. */
static void run_forward(struct smoother *smoother, const struct step *steps)
{
    int options = smoother->knots->options;
    for (size_t j = 0; j < smoother->knots->count; j++) {
        double *row = smoother->forward + j * (size_t)options;
        carry_forward(smoother, j, &steps[j], row);
        for (int k = 0; k < options; k++)
            row[k] *= smoother->likelihood[j * (size_t)options + (size_t)k];
        vector_normalise(row, options);
        for (int k = 0; k < options; k++)
            row[k] = fmax(row[k], SMOOTHER_FLOOR);
    }
}

/* `last` is β at the last knot; NULL: 1. */
static void run_backward(struct smoother *smoother, const struct step *steps, const double *last)
{
    size_t options = (size_t)smoother->knots->options;
    size_t count = smoother->knots->count;
    for (size_t k = 0; count > 0 && k < options; k++)
        smoother->backward[(count - 1) * options + k] = last ? last[k] : 1;
    for (size_t j = count; j-- > 1;) {
        double *before = smoother->backward + (j - 1) * options;
        smoother_back(smoother, j, &steps[j], smoother->backward + j * options, before);
        smoother->scale[j] = before[vector_best(before, (int)options)];
        for (size_t k = 0; k < options; k++)
            before[k] = fmax(before[k] / smoother->scale[j], SMOOTHER_FLOOR);
    }
}

struct start {
    double begin;
    size_t knot;
};

static int start_compare(const void *left, const void *right)
{
    const struct start *a = left;
    const struct start *b = right;
    if (a->begin < b->begin || a->begin > b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->knot > b->knot) - (a->knot < b->knot);
}

static void count_begun(struct smoother *smoother)
{
    const struct knots *knots = smoother->knots;
    auto_free struct start *starts = memory_zeroed(knots->count, sizeof(*starts));
    bool is_sorted = true;
    for (size_t j = 0; j < knots->count; j++) {
        starts[j] = (struct start){knots->at[j].begin, j};
        is_sorted = is_sorted && (j == 0 || starts[j - 1].begin <= starts[j].begin);
        smoother->lead = fmax(smoother->lead, knots->at[j].time - knots->at[j].begin);
    }
    if (!is_sorted)
        qsort(starts, knots->count, sizeof(*starts), start_compare);
    struct begun sum = smoother->before;
    for (size_t i = 0; i < knots->count; i++) {
        const struct knot *knot = &knots->at[starts[i].knot];
        const double *weight = knots->weight + starts[i].knot * (size_t)knots->options;
        bool latest = knot->time > sum.time || (knot->time >= sum.time && knot->end > sum.end);
        sum.begin = knot->begin;
        sum.end = latest ? knot->end : sum.end;
        sum.time = fmax(sum.time, knot->time);
        sum.reports += knot->reports;
        sum.reporters += knot->fresh_reporters;
        for (int k = 0; k < knots->options; k++)
            sum.weight += weight[k];
        smoother->begun[i] = sum;
    }
}

const struct begun *smoother_begun(const struct smoother *smoother, double moment)
{
    size_t low = 0;
    size_t high = smoother->knots->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (smoother->begun[middle].begin < moment)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0)
        return &smoother->begun[low - 1];
    return smoother->before.reports > 0 ? &smoother->before : NULL;
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
}

struct smoother *smoother_create_part(const struct knots *knots, const struct dynamics *dynamics,
                                      const struct smoother_edges *edges)
{
    size_t cells = knots->count * (size_t)knots->options;
    struct smoother *smoother = memory_zeroed(1, sizeof(*smoother));
    smoother->knots = knots;
    smoother->dynamics = dynamics;
    smoother->likelihood = memory_zeroed(cells, sizeof(double));
    smoother->forward = memory_zeroed(cells, sizeof(double));
    smoother->backward = memory_zeroed(cells, sizeof(double));
    smoother->scale = memory_zeroed(knots->count, sizeof(double));
    smoother->begun = memory_zeroed(knots->count, sizeof(*smoother->begun));
    for (size_t i = 0; i < cells; i++) {
        double evidence = knots->log_likelihood[i];
        smoother->likelihood[i] = evidence < 0 ? fmax(exp(evidence), SMOOTHER_FLOOR) : 1;
    }
    begin_chain(smoother, edges);
    auto_free struct step *steps = memory_zeroed(knots->count, sizeof(*steps));
    for (size_t j = 0; j < knots->count; j++)
        step_towards(smoother, &dynamics->chain, j, knots->at[j].time, &steps[j]);
    run_forward(smoother, steps);
    run_backward(smoother, steps, edges && edges->has_after ? edges->backward : NULL);
    count_begun(smoother);
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
    free(smoother->likelihood);
    free(smoother->forward);
    free(smoother->backward);
    free(smoother->scale);
    free(smoother->begun);
    free(smoother);
}

void smoother_posterior(const struct smoother *smoother, const struct chain *chain, double time,
                        double *posterior)
{
    const struct knots *knots = smoother->knots;
    size_t next = smoother_after(smoother, time);
    struct step step;
    step_towards(smoother, chain, next, time, &step);
    carry_forward(smoother, next, &step, posterior);
    if (next < knots->count) {
        double before[CONSENSUS_OPTIONS_MAX];
        chain_step(&smoother->dynamics->chain, time, knots->at[next].time, &step);
        smoother_back(smoother, next, &step, smoother->backward + next * (size_t)knots->options,
                      before);
        for (int k = 0; k < knots->options; k++)
            posterior[k] *= fmax(before[k], SMOOTHER_FLOOR);
    }
    vector_normalise(posterior, knots->options);
}
