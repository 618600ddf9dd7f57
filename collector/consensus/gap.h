#ifndef ZHANJI_CONSENSUS_GAP_H
#define ZHANJI_CONSENSUS_GAP_H

#include <math.h>

#include "collector/consensus/fit_state.h"
#include "collector/consensus/lanes.h"

/*
 * What the E step counts in the gap that ends at t_j, with y_l = b_l·e^{−L(t_j)} (consensus.md §5):
 * a part of bin b from u to v gets
 *   R[b][l] += y_l·(e^{L(v)} − e^{L(u)})·g_b(l)
 *   M[b] += (v − u)·(1 − Σ_l y_l·(G_l(t_j) − G_l(v)))
 * which timeline_gather finds out from Σ (y, risk) by where gaps begin and where they end.
 */

/* A gap's vector as lanes; with a multiple of four options risk has lanes of its own. */
struct gap {
    lanes at[LANES_MOST];
};

/* risk, once y stands in the lanes. */
UNROLLED void gap_close(struct gap *gap, lanes risk, const int options)
{
    const int last = options / LANES;
    lanes place = {options % LANES == 0, options % LANES == 1, options % LANES == 2,
                   options % LANES == 3};
    gap->at[last] = (options % LANES == 0 ? lanes_all(0) : gap->at[last]) + place * risk;
}

UNROLLED void gap_add(double *sum, const struct gap *gap, const int options)
{
    for (int v = 0; v <= options / LANES; v++)
        lanes_store(sum + v * LANES, lanes_load(sum + v * LANES) + gap->at[v]);
}

/* Both ends of a gap in one bin. */
static void count_within(const struct timeline *timeline, const struct stop *start,
                         const struct stop *end, const double *backward)
{
    double *sum = timeline->within_sum + end->bin * timeline->gap_width;
    double growth = (end->grown_to - start->grown_to) * end->shrunk_to;
    for (int l = 0; l < timeline->options; l++)
        sum[l] += backward[l] * growth;
    sum[timeline->options] += end->time - start->time;
}

/* A stretch of a gap within one block, and the block's hazard from its beginning on to the gap's
 * end: the sums where it begins and where it ends (NULL: with the block), G at its end, and the
 * chance of a restart after it in the same gap. */
struct stretch {
    double *begun, *ended;
    const double *reached;
    double shrink;
    double later;
};

static void stretch_add(const struct stretch *stretch, int place, double value)
{
    stretch->begun[place] += value;
    if (stretch->ended)
        stretch->ended[place] += value;
}

/* Returns the chance that the gap's last restart is in the stretch. */
static double count_stretch(const struct timeline *timeline, const struct stretch *stretch,
                            const double *backward)
{
    double within = 0;
    for (int l = 0; l < timeline->options; l++) {
        double ending = backward[l] * stretch->shrink;
        within += ending * stretch->reached[l];
        stretch_add(stretch, l, ending);
    }
    stretch_add(stretch, timeline->options, 1 - stretch->later - within);
    return within;
}

static double shrink_from(const struct timeline *timeline, const struct stop *end, size_t block)
{
    const struct piece *pieces = timeline->chain.pieces;
    return end->shrunk_to * exp(-(pieces[end->block].hazard - pieces[block].hazard));
}

/* A gap over several blocks, the last one first. */
static void count_blocks(const struct timeline *timeline, size_t from, size_t to,
                         const double *backward)
{
    const struct piece *pieces = timeline->chain.pieces;
    const struct stop *end = &timeline->stop[to];
    struct stretch stretch = {
        .ended = timeline_ended(timeline, to),
        .reached = timeline->stop_grown + to * timeline->width,
    };
    for (size_t block = end->block; block != timeline->stop[from].block;) {
        stretch.begun = timeline->entry_sum + block * timeline->gap_width;
        stretch.shrink = shrink_from(timeline, end, block);
        double within = count_stretch(timeline, &stretch, backward);
        stretch.later = fmin(1, stretch.later + within);
        stretch.ended = NULL;
        stretch.reached = timeline_edge(timeline, block - 1) + 2;
        block = pieces[block - 1].block;
    }
    stretch.begun = timeline_begun(timeline, from);
    stretch.shrink = shrink_from(timeline, end, timeline->stop[from].block);
    count_stretch(timeline, &stretch, backward);
}

/* What is counted by itself: few gaps are so. */
static void count_odd_gap(const struct timeline *timeline, size_t from, size_t to,
                          const double *backward)
{
    const struct stop *start = &timeline->stop[from];
    const struct stop *end = &timeline->stop[to];
    if (start->block == end->block)
        count_within(timeline, start, end, backward);
    else
        count_blocks(timeline, from, to, backward);
}

/* R and M of the gap that ends in a stop with b·`share`. */
UNROLLED void count_gap(const struct timeline *timeline, size_t from, size_t to,
                        const lanes *backward, lanes share, const int options)
{
    const struct stop *start = &timeline->stop[from];
    const struct stop *end = &timeline->stop[to];
    if (start->bin == end->bin || start->block != end->block) {
        double plain[LANES_MOST * LANES];
        for (int v = 0; v * LANES < options; v++)
            lanes_store(plain + v * LANES, backward[v] * share);
        count_odd_gap(timeline, from, to, plain);
        return;
    }
    const double *reached = timeline->stop_grown + to * timeline->width;
    lanes shrink = share * end->shrunk_to;
    lanes within = lanes_all(0);
    struct gap gap;
    for (int v = 0; v * LANES < options; v++) {
        gap.at[v] = backward[v] * shrink;
        within += gap.at[v] * lanes_load(reached + v * LANES);
    }
    gap_close(&gap, 1 - lanes_sum(within), options);
    gap_add(timeline_begun(timeline, from), &gap, options);
    gap_add(timeline_ended(timeline, to), &gap, options);
}

#endif
