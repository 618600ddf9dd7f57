#include "collector/consensus/kernel.h"

#include "collector/consensus/lanes.h"

/*
 * The M step of the reporters (consensus.md §4), a record at a time: its lanes are the states.
 */
static const double smallest_chance = 1e-6;

/* N of a record. */
UNROLLED void load_counts(const double *kept, double said, lanes *counts, const int options)
{
    double rest = said;
    for (int v = 0; v * LANES < options; v++)
        counts[v] = lanes_all(0);
    for (int k = 0; k < options / 2 * 2; k++) {
        counts[k / LANES][k % LANES] = kept[k];
        rest -= kept[k];
    }
    if (options % 2 == 1)
        counts[(options - 1) / LANES][(options - 1) % LANES] = rest > 0 ? rest : 0;
}

/* Σ over the cells of a question: N for each answer, and what was right for each reporter. */
UNROLLED void sum_question(uint32_t question, struct cells *cells, struct emission *emission,
                           const int options)
{
    lanes sums[CONSENSUS_OPTIONS_MAX][LANES_MOST];
    lanes counts[LANES_MOST];
    size_t unit = cells->unit[question];
    const double *said = cells->said + cells->said_first[question];
    memset(sums, 0, sizeof(sums));
    for (uint32_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        double correct = 0;
        for (int a = 0; a < options; a++) {
            load_counts(record_counts(cells->records, unit, (size_t)options), *said++, counts,
                        options);
            for (int v = 0; v * LANES < options; v++)
                sums[a][v] += counts[v];
            correct += counts[a / LANES][a % LANES];
            unit += record_units((size_t)options);
        }
        cells->correct[cells->reporter[c]] += correct;
    }
    for (int a = 0; a < options; a++)
        for (int k = 0; k < options; k++)
            emission_row(emission, (size_t)k)[a] = sums[a][k / LANES][k % LANES];
}

void KERNEL(chances_sum)(uint32_t question, struct cells *cells, struct emission *emission)
{
    switch (emission->options) {
    case 2:
        sum_question(question, cells, emission, 2);
        break;
    case 3:
        sum_question(question, cells, emission, 3);
        break;
    case 4:
        sum_question(question, cells, emission, 4);
        break;
    default:
        sum_question(question, cells, emission, emission->options);
        break;
    }
}

/* ν with the answers outside, so that the states are lanes, and which state an answer names. */
struct prior {
    lanes direction[CONSENSUS_OPTIONS_MAX][LANES_MOST];
    lanes right[CONSENSUS_OPTIONS_MAX][LANES_MOST];
    double strength;
};

static void prior_start(const struct emission *emission, double strength, struct prior *prior)
{
    *prior = (struct prior){.strength = strength};
    for (int a = 0; a < emission->options; a++) {
        prior->right[a][a / LANES][a % LANES] = 1;
        for (int k = 0; k < emission->options; k++)
            prior->direction[a][k / LANES][k % LANES] = emission_row(emission, (size_t)k)[a];
    }
}

/* θ = (N + s·prior)/(Σ N + s), no less than the smallest. */
UNROLLED lanes log_chance(const struct prior *prior, double accuracy, lanes counts, lanes scale,
                          int a, int v)
{
    lanes expected = accuracy * prior->right[a][v] + (1 - accuracy) * prior->direction[a][v];
    lanes chance = (counts + prior->strength * expected) * scale;
    lanes_bits enough = (lanes_bits)(chance > smallest_chance);
    return lanes_log(lanes_where(enough, chance) +
                     lanes_where(~enough, lanes_all(smallest_chance)));
}

/* θ of one cell; clears its N. */
UNROLLED void update_cell(const struct prior *prior, double accuracy, unsigned char *records,
                          size_t unit, const double *said, const int options)
{
    lanes counts[CONSENSUS_OPTIONS_MAX][LANES_MOST];
    lanes scale[LANES_MOST];
    for (int v = 0; v * LANES < options; v++)
        scale[v] = lanes_all(prior->strength);
    for (int a = 0; a < options; a++) {
        size_t record = unit + (size_t)a * record_units((size_t)options);
        load_counts(record_counts(records, record, (size_t)options), said[a], counts[a], options);
        for (int v = 0; v * LANES < options; v++)
            scale[v] += counts[a][v];
    }
    for (int v = 0; v * LANES < options; v++)
        scale[v] = 1 / scale[v];
    for (int a = 0; a < options; a++) {
        size_t record = unit + (size_t)a * record_units((size_t)options);
        float *chances = record_chances(records, record);
        for (int v = 0; v * LANES < options; v++) {
            lanes_store_narrow(chances + v * LANES,
                               log_chance(prior, accuracy, counts[a][v], scale[v], a, v));
        }
        memset(record_counts(records, record, (size_t)options), 0,
               record_kept((size_t)options) * sizeof(double));
    }
}

UNROLLED void update_question(uint32_t question, const struct prior *prior, struct cells *cells,
                              const int options)
{
    size_t unit = cells->unit[question];
    const double *said = cells->said + cells->said_first[question];
    for (uint32_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        update_cell(prior, cells->accuracy[cells->reporter[c]], cells->records, unit, said,
                    options);
        unit += (size_t)options * record_units((size_t)options);
        said += options;
    }
}

void KERNEL(chances_update)(uint32_t question, double strength, const struct emission *emission,
                            struct cells *cells)
{
    struct prior prior;
    prior_start(emission, strength, &prior);
    switch (emission->options) {
    case 2:
        update_question(question, &prior, cells, 2);
        break;
    case 3:
        update_question(question, &prior, cells, 3);
        break;
    case 4:
        update_question(question, &prior, cells, 4);
        break;
    default:
        update_question(question, &prior, cells, emission->options);
        break;
    }
}
