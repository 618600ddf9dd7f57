#include "collector/consensus/fit_state.h"

#include <math.h>
#include <string.h>

void timeline_create(const struct report_table *table, const struct fit_options *options, int count,
                     struct timeline *timeline)
{
    double last = options->origin;
    for (size_t i = 0; i < table->intervals; i++) {
        last = fmax(last, table->interval[i].time);
    }
    size_t bins = (size_t)floor(last - options->origin) + 1;
    size_t width = (size_t)count;
    *timeline = (struct timeline){.options = count, .bins = bins, .origin = options->origin};
    timeline->stops = table->intervals + 1;
    timeline->chain.options = count;
    timeline->chain.count = bins + 1;
    timeline->chain.pieces = memory_zeroed(bins + 1, sizeof(*timeline->chain.pieces));
    timeline->chain.target = memory_zeroed((bins + 1) * width, sizeof(double));
    timeline->chain.grown = memory_zeroed((bins + 1) * width, sizeof(double));
    timeline->stop = memory_zeroed(timeline->stops, sizeof(*timeline->stop));
    timeline->stop_grown = memory_zeroed(timeline->stops * width, sizeof(double));
    timeline->edge = memory_zeroed(bins * (width + 2), sizeof(double));
    timeline->sum = memory_zeroed((bins + 1) * (2 * width + 2), sizeof(double));
    timeline->kept_rate = memory_zeroed(bins, sizeof(double));
    timeline->kept_target = memory_zeroed(bins * width, sizeof(double));
}

void timeline_finish(struct timeline *timeline)
{
    chain_finish(&timeline->chain);
    free(timeline->stop);
    free(timeline->stop_grown);
    free(timeline->edge);
    free(timeline->sum);
    free(timeline->kept_rate);
    free(timeline->kept_target);
    *timeline = (struct timeline){0};
}

static void fill_chain(struct timeline *timeline, const struct hazard *hazard)
{
    size_t width = (size_t)timeline->options;
    for (size_t b = 0; b <= timeline->bins; b++) {
        bool learned = hazard->rate && b < timeline->bins;
        struct piece *piece = &timeline->chain.pieces[b];
        *piece = (struct piece){.begin = timeline->origin + (double)b};
        piece->rate = learned ? hazard->rate[b] : hazard->base_rate;
        memcpy(timeline->chain.target + b * width,
               learned ? hazard->target + b * width : hazard->base_target, width * sizeof(double));
    }
    chain_tabulate(&timeline->chain, FIT_BLOCK);
}

/* L and G at a time within a bin, from the beginning of its block. */
static double table_at(const struct timeline *timeline, size_t bin, double time, double *grown)
{
    size_t width = (size_t)timeline->options;
    const struct chain *chain = &timeline->chain;
    const struct piece *piece = &chain->pieces[bin];
    double start = piece->hazard - chain->pieces[piece->block].hazard;
    double into = piece->rate * fmax(0, time - piece->begin);
    double mass = exp(start) * expm1(into);
    for (size_t l = 0; l < width; l++) {
        grown[l] = chain->grown[bin * width + l] + mass * chain->target[bin * width + l];
    }
    return start + into;
}

static void fill_stop(struct timeline *timeline, size_t number, double time)
{
    struct stop *stop = &timeline->stop[number];
    double place = fmax(0, floor(time - timeline->origin));
    stop->bin = (uint32_t)fmin(place, (double)(timeline->bins - 1));
    stop->time = fmax(time, timeline->origin);
    stop->block = timeline->chain.pieces[stop->bin].block;
    double hazard = table_at(timeline, stop->bin, stop->time,
                             timeline->stop_grown + number * (size_t)timeline->options);
    stop->grown_to = exp(hazard);
    stop->shrunk_to = exp(-hazard);
}

void timeline_tabulate(struct timeline *timeline, const struct report_table *table,
                       const struct hazard *hazard)
{
    size_t row = 2 * (size_t)timeline->options + 2;
    memset(timeline->sum, 0, (timeline->bins + 1) * row * sizeof(double));
    fill_chain(timeline, hazard);
    for (size_t b = 0; b < timeline->bins; b++) {
        double *edge = timeline_edge(timeline, b);
        double begin = timeline->chain.pieces[b].begin;
        edge[0] = exp(table_at(timeline, b, begin, edge + 2));
        edge[1] = exp(table_at(timeline, b, begin + 1, edge + 2));
    }
    for (size_t i = 0; i < table->intervals; i++) {
        fill_stop(timeline, i, table->interval[i].time);
    }
    fill_stop(timeline, table->intervals, timeline->origin);
}
