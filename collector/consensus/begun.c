/* What has been seen by a moment: knots in order of beginning. */
#include "collector/consensus/smoother.h"

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

/* Most are in order: a month's middle lies a few days off. What is left of the moves bounds them. */
static void sort_starts(struct start *starts, size_t count)
{
    size_t moves_left = 16 * count;
    for (size_t i = 1; i < count && moves_left > 0; i++) {
        const struct start start = starts[i];
        size_t place = i;
        for (; place > 0 && start_compare(&starts[place - 1], &start) > 0; place--) {
            starts[place] = starts[place - 1];
            moves_left -= moves_left > 0;
        }
        starts[place] = start;
    }
    if (moves_left == 0)
        qsort(starts, count, sizeof(*starts), start_compare);
}

void smoother_count_begun(struct smoother *smoother)
{
    const struct knots *knots = smoother->knots;
    auto_free struct start *starts = memory_alloc(knots->count * sizeof(*starts));
    for (size_t j = 0; j < knots->count; j++) {
        starts[j] = (struct start){knots->at[j].begin, j};
        smoother->lead = greater(smoother->lead, knots->at[j].time - knots->at[j].begin);
    }
    sort_starts(starts, knots->count);
    struct begun sum = smoother->before;
    for (size_t i = 0; i < knots->count; i++) {
        const struct knot *knot = &knots->at[starts[i].knot];
        const double *weight = knots->weight + starts[i].knot * (size_t)knots->options;
        bool latest = knot->time > sum.time || (knot->time >= sum.time && knot->end > sum.end);
        sum.begin = knot->begin;
        sum.end = latest ? knot->end : sum.end;
        sum.time = greater(sum.time, knot->time);
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
