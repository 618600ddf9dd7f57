#ifndef ZHANJI_CONSENSUS_GAP_H
#define ZHANJI_CONSENSUS_GAP_H

#include <math.h>

#include "collector/consensus/fit_state.h"
#include "collector/consensus/quick.h"

/*
 * What the E step counts in the gap that ends at t_j, with y_l = b_l·e^{−L(t_j)} (consensus.md §5):
 * a part of bin b from u to v gets
 *   R[b][l] += y_l·(e^{L(v)} − e^{L(u)})·g_b(l)
 *   M[b] += (v − u)·(1 − Σ_l y_l·(G_l(t_j) − G_l(v)))
 * the first and the last part directly, the whole bins between by differences at both ends.
 */

/* One end of a stretch within a block. */
struct bound {
    size_t bin;
    double time;
    double grown_to; /* e^{L} from the block's beginning */
};

/* A stretch of a gap within one block. */
struct stretch {
    struct bound from, to;
    const double *ending;  /* y */
    const double *reached; /* G at its end */
    double later;          /* the chance of a restart after it in the same gap */
};

UNROLLED void add_part(struct timeline *timeline, size_t bin, const double *ending, double growth,
                       double days, const int options)
{
    double *sum = timeline->sum + bin * (2 * (size_t)options + 2);
    for (int l = 0; l < options; l++) {
        sum[l] += ending[l] * growth;
    }
    sum[options] += days;
}

/* The whole bins between the first and the last, by differences at both ends; returns the chance
 * of no restart after the first. */
UNROLLED double count_run(struct timeline *timeline, const struct stretch *stretch,
                          const int options)
{
    size_t width = (size_t)options;
    size_t from = stretch->from.bin + 1;
    size_t to = stretch->to.bin;
    const double *first_end = timeline->edge + (from - 1) * (width + 2) + 2;
    double *run_begin = timeline->sum + from * (2 * width + 2) + width + 1;
    double *run_end = timeline->sum + to * (2 * width + 2) + width + 1;
    double risk = 1 - stretch->later;
    double first_risk = risk;
    for (int l = 0; l < options; l++) {
        double ending = stretch->ending[l];
        risk -= ending * stretch->reached[l];
        first_risk -= ending * (stretch->reached[l] - first_end[l]);
        run_begin[l] += ending;
        run_end[l] -= ending;
    }
    run_begin[options] += risk;
    run_end[options] -= risk;
    return first_risk;
}

UNROLLED void count_stretch(struct timeline *timeline, const struct stretch *stretch,
                            const int options)
{
    const struct bound *from = &stretch->from;
    const struct bound *to = &stretch->to;
    double risk = 1 - stretch->later;
    if (from->bin == to->bin) {
        add_part(timeline, to->bin, stretch->ending, to->grown_to - from->grown_to,
                 (to->time - from->time) * risk, options);
        return;
    }
    size_t row = (size_t)options + 2;
    double first_risk = count_run(timeline, stretch, options);
    double first_days = timeline->origin + (double)(from->bin + 1) - from->time;
    double last_days = to->time - (timeline->origin + (double)to->bin);
    add_part(timeline, from->bin, stretch->ending,
             timeline->edge[from->bin * row + 1] - from->grown_to, first_days * first_risk,
             options);
    add_part(timeline, to->bin, stretch->ending, to->grown_to - timeline->edge[to->bin * row],
             last_days * risk, options);
}

/* y of a block, and the chance that the gap's last restart is in the stretch or before. */
static double end_in_block(const struct timeline *timeline, const struct stop *end, size_t block,
                           const double *backward, const double *reached, double *ending)
{
    const struct piece *pieces = timeline->chain.pieces;
    double shrink = end->shrunk_to * exp(-(pieces[end->block].hazard - pieces[block].hazard));
    double within = 0;
    for (int l = 0; l < timeline->options; l++) {
        ending[l] = backward[l] * shrink;
        within += ending[l] * reached[l];
    }
    return within;
}

/* A gap over several blocks, the last one first. */
static void count_blocks(struct timeline *timeline, const struct stop *start,
                         const struct stop *end, size_t to_stop, const double *backward)
{
    const struct piece *pieces = timeline->chain.pieces;
    size_t width = (size_t)timeline->options;
    double ending[CONSENSUS_OPTIONS_MAX] = {0};
    struct stretch stretch = {
        .to = {end->bin, end->time, end->grown_to},
        .ending = ending,
        .reached = timeline->stop_grown + to_stop * width,
    };
    for (size_t block = end->block; block != start->block;) {
        double within = end_in_block(timeline, end, block, backward, stretch.reached, ending);
        size_t last = block - 1;
        stretch.from = (struct bound){block, pieces[block].begin, 1};
        count_stretch(timeline, &stretch, timeline->options);
        stretch.later = fmin(1, stretch.later + within);
        const double *edge = timeline_edge(timeline, last);
        stretch.to = (struct bound){last, pieces[block].begin, edge[1]};
        stretch.reached = edge + 2;
        block = pieces[last].block;
    }
    end_in_block(timeline, end, start->block, backward, stretch.reached, ending);
    stretch.from = (struct bound){start->bin, start->time, start->grown_to};
    count_stretch(timeline, &stretch, timeline->options);
}

/* R and M of the gap that ends in a stop with b. */
UNROLLED void count_gap(struct timeline *timeline, size_t from, size_t to, const double *backward,
                        const int options)
{
    const struct stop *start = &timeline->stop[from];
    const struct stop *end = &timeline->stop[to];
    if (start->block != end->block) {
        count_blocks(timeline, start, end, to, backward);
        return;
    }
    double ending[CONSENSUS_OPTIONS_MAX];
    for (int l = 0; l < options; l++) {
        ending[l] = backward[l] * end->shrunk_to;
    }
    struct stretch stretch = {
        .from = {start->bin, start->time, start->grown_to},
        .to = {end->bin, end->time, end->grown_to},
        .ending = ending,
        .reached = timeline->stop_grown + to * (size_t)options,
    };
    count_stretch(timeline, &stretch, options);
}

#endif
