#include "collector/consensus/runs.h"

static const double least_known = 0.6;
static const double least_sure = 0.98;

/* The best answer at a stop, and its posterior. */
static int decode(const struct path *path, size_t stop, double *known_out)
{
    int options = path->stops.options;
    const double *forward = path_row(path, path->smoother.forward, stop);
    const double *backward = path_row(path, path->smoother.backward, stop);
    UNCLEARED double posterior[CONSENSUS_OPTIONS_MAX];
    for (int k = 0; k < options; k++)
        posterior[k] = forward[k] * backward[k];
    vector_normalise(posterior, options);
    int best = vector_best(posterior, options);
    *known_out = posterior[best];
    return best;
}

static void add_stop(struct run_part *part, uint32_t stop, double known)
{
    part->end = stop;
    if (known > part->peak) {
        part->peak = known;
        part->best_first = stop;
    }
    if (known >= part->peak)
        part->best_last = stop;
    if (known < least_sure)
        return;
    if (!part->has_sure)
        part->sure_first = stop;
    part->has_sure = true;
    part->sure_last = stop;
}

size_t runs_list(const struct path *path, size_t first, size_t end, struct run_part *parts_out)
{
    size_t count = 0;
    for (size_t j = first; j < end; j++) {
        double known = 0;
        int best = decode(path, j, &known);
        if (known < least_known)
            continue;
        if (count == 0 || parts_out[count - 1].answer != best)
            parts_out[count++] = (struct run_part){.answer = (int16_t)best};
        add_stop(&parts_out[count - 1], (uint32_t)(j - first), known);
    }
    return count;
}

static struct run begin_run(uint32_t part, const struct run_part *found)
{
    uint32_t first = found->has_sure ? found->sure_first : found->best_first;
    uint32_t last = found->has_sure ? found->sure_last : found->best_last;
    return (struct run){.first = {part, first},
                        .last = {part, last},
                        .end = {part, found->end},
                        .answer = found->answer,
                        .has_sure = found->has_sure,
                        .peak = found->peak};
}

size_t runs_join(struct run *runs, size_t count, uint32_t part, const struct run_part *found)
{
    const struct run next = begin_run(part, found);
    if (count == 0 || runs[count - 1].answer != next.answer) {
        runs[count] = next;
        return count + 1;
    }
    struct run *run = &runs[count - 1];
    bool is_surer = next.has_sure ? !run->has_sure : !run->has_sure && next.peak > run->peak;
    bool is_as_sure = next.has_sure || (!run->has_sure && next.peak >= run->peak);
    run->first = is_surer ? next.first : run->first;
    run->last = is_as_sure ? next.last : run->last;
    run->end = next.end;
    run->has_sure = run->has_sure || next.has_sure;
    run->peak = greater(next.peak, run->peak);
    return count;
}
