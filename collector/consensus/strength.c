#include "collector/consensus/fit_state.h"

#include <math.h>

/* None below the usual: N was reckoned with ways of one's own, and speaks for them a little. */
static const double strengths[] = {8, 32, 128, 512};
static const double enough_reports = 1000; /* of a question, by weight */
static const double least_count = 1e-3;    /* what is left out of the sum */
static const double least_chance = 1e-6;

/* One reporter in one question. */
struct cell_counts {
    double correct, all;                                     /* of the reporter, in all questions */
    double by[CONSENSUS_OPTIONS_MAX][CONSENSUS_OPTIONS_MAX]; /* N by answer, then state */
    double of_state[CONSENSUS_OPTIONS_MAX];                  /* Σ_a N */
};

static void load_cell(const struct report_table *table, uint32_t question, size_t cell,
                      struct cells *cells, struct cell_counts *counts)
{
    size_t options = table->options[question];
    uint32_t reporter = cells->reporter[cells->first[question] + cell];
    *counts = (struct cell_counts){cells->correct[reporter], cells->all[reporter], {{0}}, {0}};
    for (size_t answer = 0; answer < options; answer++) {
        cells_counts(table, cells, question, cell, answer, counts->by[answer]);
        for (size_t k = 0; k < options; k++)
            counts->of_state[k] += counts->by[answer][k];
    }
}

/* Adds N·log θ of one answer in one state, for every s. */
static void add_count(const struct cell_counts *counts, const struct emission *emission,
                      double mean, size_t answer, size_t state, double *found)
{
    double count = counts->by[answer][state];
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

double strength_choose(const struct report_table *table, uint32_t question, double mean,
                       const struct emission *emission, struct cells *cells)
{
    size_t options = table->options[question];
    size_t count = cells->first[question + 1] - cells->first[question];
    double found[ARRAY_LENGTH(strengths)] = {0};
    double weight = 0;
    size_t best = 0;
    for (size_t cell = 0; cell < count; cell++) {
        struct cell_counts counts;
        load_cell(table, question, cell, cells, &counts);
        for (size_t answer = 0; answer < options; answer++)
            for (size_t k = 0; k < options; k++)
                if (counts.by[answer][k] > least_count)
                    add_count(&counts, emission, mean, answer, k, found);
        for (size_t k = 0; k < options; k++)
            weight += counts.of_state[k];
    }
    for (size_t s = 1; s < ARRAY_LENGTH(strengths); s++)
        best = found[s] > found[best] ? s : best;
    return weight < enough_reports ? cells->strength[question] : strengths[best];
}
