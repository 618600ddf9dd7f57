#include "collector/consensus/fit_state.h"

#include <math.h>
#include <string.h>

static size_t padded(size_t count)
{
    return (count + RECORD_WIDTH - 1) / RECORD_WIDTH * RECORD_WIDTH;
}

/* Rows for a question's number of options. */
static void shape_rows(struct timeline *timeline, int options)
{
    timeline->options = options;
    timeline->width = padded((size_t)options);
    timeline->gap_width = padded((size_t)options + 1);
    timeline->chain.options = options;
}

void timeline_create(const struct report_table *table, const struct fit_options *options, int most,
                     struct timeline *timeline)
{
    double last = options->origin;
    for (size_t i = 0; i < table->intervals; i++)
        last = fmax(last, table->interval[i].time);
    size_t bins = (size_t)floor(last - options->origin) + 1;
    size_t width = (size_t)most;
    *timeline = (struct timeline){.bins = bins, .origin = options->origin};
    shape_rows(timeline, most);
    timeline->stops = table->intervals + 1;
    timeline->chain.count = bins + 1;
    timeline->chain.pieces = memory_zeroed(bins + 1, sizeof(*timeline->chain.pieces));
    timeline->chain.target = memory_zeroed((bins + 1) * width, sizeof(double));
    timeline->chain.grown = memory_zeroed((bins + 1) * width, sizeof(double));
    timeline->stop = memory_zeroed_lines(timeline->stops, sizeof(*timeline->stop));
    timeline->stop_grown = memory_zeroed_lines(timeline->stops * timeline->width, sizeof(double));
    timeline->stop_sum =
        memory_zeroed_lines(timeline->stops * 2 * timeline->gap_width, sizeof(double));
    timeline->edge = memory_zeroed(bins * (width + 2), sizeof(double));
    timeline->entry_sum = memory_zeroed(bins * timeline->gap_width, sizeof(double));
    timeline->within_sum = memory_zeroed(bins * timeline->gap_width, sizeof(double));
}

void timeline_finish(struct timeline *timeline)
{
    chain_finish(&timeline->chain);
    free(timeline->stop);
    free(timeline->stop_grown);
    free(timeline->stop_sum);
    free(timeline->edge);
    free(timeline->entry_sum);
    free(timeline->within_sum);
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
    for (size_t l = 0; l < width; l++)
        grown[l] = chain->grown[bin * width + l] + mass * chain->target[bin * width + l];
    return start + into;
}

static void fill_stop(struct timeline *timeline, size_t number, double time)
{
    struct stop *stop = &timeline->stop[number];
    double place = fmax(0, floor(time - timeline->origin));
    stop->bin = (uint32_t)fmin(place, (double)(timeline->bins - 1));
    stop->time = fmax(time, timeline->origin);
    stop->block = timeline->chain.pieces[stop->bin].block;
    double *grown = timeline->stop_grown + number * timeline->width;
    double hazard = table_at(timeline, stop->bin, stop->time, grown);
    for (size_t l = (size_t)timeline->options; l < timeline->width; l++)
        grown[l] = 0;
    stop->grown_to = exp(hazard);
    stop->shrunk_to = exp(-hazard);
}

static void clear_sums(struct timeline *timeline)
{
    size_t row = timeline->gap_width * sizeof(double);
    memset(timeline->stop_sum, 0, timeline->stops * 2 * row);
    memset(timeline->entry_sum, 0, timeline->bins * row);
    memset(timeline->within_sum, 0, timeline->bins * row);
}

void timeline_tabulate(struct timeline *timeline, const struct report_table *table,
                       const struct hazard *hazard)
{
    shape_rows(timeline, hazard->options);
    clear_sums(timeline);
    fill_chain(timeline, hazard);
    for (size_t b = 0; b < timeline->bins; b++) {
        double *edge = timeline_edge(timeline, b);
        double begin = timeline->chain.pieces[b].begin;
        edge[0] = exp(table_at(timeline, b, begin, edge + 2));
        edge[1] = exp(table_at(timeline, b, begin + 1, edge + 2));
    }
    for (size_t i = 0; i < table->intervals; i++)
        fill_stop(timeline, i, table->interval[i].time);
    fill_stop(timeline, table->intervals, timeline->origin);
}

/* The sums of one bin, as its gaps are gone through. Gaps are rows of options + 1. */
struct bin_sums {
    const double *edge;   /* e^{L} at begin and end, G at the end */
    const double *target; /* g */
    double begin, end;    /* in days */
    double *restart;
    double *exposure;
    double *run;   /* gaps that go on over its beginning, and then those over its end */
    double *begun; /* gaps that begin here */
    size_t options;
};

/* Gaps over a part of the bin: e^{L} and days of the part, and G at its end. */
static void add_part(const struct bin_sums *bin, const double *gaps, double growth, double days,
                     const double *grown)
{
    double risk = gaps[bin->options];
    for (size_t l = 0; l < bin->options; l++) {
        bin->restart[l] += bin->target[l] * gaps[l] * growth;
        risk += gaps[l] * grown[l];
    }
    *bin->exposure += days * risk;
}

/* The gaps of a stop leave the run where they end, and come into the next bin's where they begin. */
static void add_stop(const struct timeline *timeline, const struct bin_sums *bin, size_t number)
{
    const struct stop *stop = &timeline->stop[number];
    const double *starting = timeline_begun(timeline, number);
    const double *ending = timeline_ended(timeline, number);
    add_part(bin, ending, stop->grown_to - bin->edge[0], stop->time - bin->begin,
             timeline->stop_grown + number * timeline->width);
    add_part(bin, starting, bin->edge[1] - stop->grown_to, bin->end - stop->time, bin->edge + 2);
    for (size_t l = 0; l <= bin->options; l++) {
        bin->run[l] -= ending[l];
        bin->begun[l] += starting[l];
    }
}

static void add_within(const struct bin_sums *bin, const double *within)
{
    for (size_t l = 0; l < bin->options; l++)
        bin->restart[l] += bin->target[l] * within[l];
    *bin->exposure += within[bin->options];
}

/* A bin's gaps; its stops are from..to, and the chain's beginning. */
static void gather_bin(const struct timeline *timeline, const struct bin_sums *bin, size_t number,
                       size_t from, size_t to)
{
    const double *entry = timeline->entry_sum + number * timeline->gap_width;
    bool starts_block = timeline->chain.pieces[number].block == number;
    for (size_t l = 0; l <= bin->options; l++) {
        bin->run[l] = (starts_block ? 0 : bin->run[l]) + entry[l];
        bin->begun[l] = 0;
    }
    if (number == 0)
        add_stop(timeline, bin, timeline->stops - 1);
    for (size_t i = from; i < to; i++)
        add_stop(timeline, bin, i);
    add_part(bin, bin->run, bin->edge[1] - bin->edge[0], 1, bin->edge + 2);
    add_within(bin, timeline->within_sum + number * timeline->gap_width);
    for (size_t l = 0; l <= bin->options; l++)
        bin->run[l] += bin->begun[l];
}

void timeline_gather(const struct timeline *timeline, struct sums *sums)
{
    size_t width = sums->options;
    size_t next = 0;
    auto_free double *gaps = memory_zeroed(2 * (width + 1), sizeof(double));
    for (size_t b = 0; b < sums->bins; b++) {
        double begin = timeline->origin + (double)b;
        struct bin_sums bin = {
            .edge = timeline_edge(timeline, b),
            .target = timeline->chain.target + b * width,
            .begin = begin,
            .end = begin + 1,
            .restart = sums->restart + b * width,
            .exposure = &sums->exposure[b],
            .run = gaps,
            .begun = gaps + width + 1,
            .options = width,
        };
        size_t from = next;
        while (next + 1 < timeline->stops && timeline->stop[next].bin == b)
            next++;
        gather_bin(timeline, &bin, b, from, next);
        sums->exposure[b] = fmax(sums->exposure[b], 0);
        for (size_t l = 0; l < width; l++)
            sums->events[b] += sums->restart[b * width + l];
    }
}
