#include "collector/consensus/fit_state.h"

#include <math.h>
#include <string.h>

/* None below the usual: N was reckoned with ways of one's own, and speaks for them a little. */
static const double strengths[] = {8, 32, 128, 512};
static const double enough_reports = 1000; /* of a question, by weight */
static const double least_count = 1e-3;    /* what is left out of the sum */
static const double least_chance = 1e-6;

/* One reporter in one question; rows are of states. */
struct cell_counts {
    double correct, all; /* of the reporter, in all questions */
    double *by;          /* N of the answer that is looked at */
    double *of_state;    /* Σ_a N */
};

/* Returns Σ N of the cell. */
static double load_cell(uint32_t question, uint32_t cell, size_t options, const struct cells *cells,
                        struct cell_counts *counts)
{
    uint32_t reporter = cells->reporter[cell];
    double weight = 0;
    counts->correct = cells->correct[reporter];
    counts->all = cells->all[reporter];
    memset(counts->of_state, 0, options * sizeof(*counts->of_state));
    for (uint32_t r = cells->record_first[cell]; r < cells->record_first[cell + 1]; r++) {
        cells_counts(cells, question, options, r, counts->by);
        for (size_t k = 0; k < options; k++)
            counts->of_state[k] += counts->by[k];
    }
    for (size_t k = 0; k < options; k++)
        weight += counts->of_state[k];
    return weight;
}

/* Adds N·log θ of one answer in one state, for every s. */
static void add_count(const struct cell_counts *counts, const struct emission *emission,
                      double mean, size_t answer, size_t state, double *found)
{
    double count = counts->by[state];
    double left_out = fmin(count, 1);
    bool right = answer == state;
    double accuracy = cells_accuracy(mean, counts->correct - (right ? left_out : 0),
                                     fmax(0, counts->all - left_out));
    double expected = right ? accuracy : (1 - accuracy) * emission_row(emission, state)[answer];
    double rest = fmax(0, counts->of_state[state] - left_out);
    for (size_t s = 0; s < ARRAY_LENGTH(strengths); s++) {
        double chance = (count - left_out + strengths[s] * expected) / (rest + strengths[s]);
        found[s] += count * log(fmax(chance, least_chance));
    }
}

static void add_cell(uint32_t question, uint32_t cell, const struct emission *emission, double mean,
                     const struct cells *cells, struct cell_counts *counts, double *found)
{
    size_t options = (size_t)emission->options;
    for (uint32_t r = cells->record_first[cell]; r < cells->record_first[cell + 1]; r++) {
        cells_counts(cells, question, options, r, counts->by);
        for (size_t k = 0; k < options; k++)
            if (counts->by[k] > least_count)
                add_count(counts, emission, mean, cells->answer[r], k, found);
    }
}

double strength_choose(uint32_t question, double mean, const struct emission *emission,
                       const struct cells *cells)
{
    size_t options = (size_t)emission->options;
    double found[ARRAY_LENGTH(strengths)] = {0};
    double weight = 0;
    size_t best = 0;
    auto_free double *rows = memory_zeroed(2 * options, sizeof(*rows));
    struct cell_counts counts = {.by = rows, .of_state = rows + options};
    for (uint32_t cell = cells->first[question]; cell < cells->first[question + 1]; cell++) {
        weight += load_cell(question, cell, options, cells, &counts);
        add_cell(question, cell, emission, mean, cells, &counts, found);
    }
    for (size_t s = 1; s < ARRAY_LENGTH(strengths); s++)
        best = found[s] > found[best] ? s : best;
    return weight < enough_reports ? cells->strength[question] : strengths[best];
}
