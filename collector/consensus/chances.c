#include "collector/consensus/kernel.h"

#include "collector/consensus/lanes.h"

/*
 * The M step of the reporters (consensus.md §4), a record at a time: its lanes are the states.
 */
static const double smallest_chance = 1e-6;

enum {
    IN_ORDER = 16 /* options: of so few, what is left is reckoned one after the other */
};

/* N of the last state of an odd number: what the others leave of Σ w. */
UNROLLED double count_last(const double *kept, double said, const int options)
{
    double rest = said;
    if (options <= IN_ORDER) {
        for (int k = 0; k < options - 1; k++)
            rest -= kept[k];
        return rest > 0 ? rest : 0;
    }
    lanes sum = lanes_all(0);
    for (int v = 0; v < options / LANES; v++)
        sum += lanes_load(kept + v * LANES);
    rest -= lanes_sum(sum)[0];
    for (int k = options / LANES * LANES; k < options - 1; k++)
        rest -= kept[k];
    return rest > 0 ? rest : 0;
}

/* N of a record. */
UNROLLED void load_counts(const double *kept, double said, lanes *counts, const int options)
{
    const int whole = options / LANES;
    for (int v = 0; v < whole; v++)
        counts[v] = lanes_load(kept + v * LANES);
    if (options % LANES == 0)
        return;
    lanes last = lanes_all(0);
    for (int k = whole * LANES; k < options / 2 * 2; k++)
        last[k % LANES] = kept[k];
    if (options % 2 == 1)
        last[(options - 1) % LANES] = count_last(kept, said, options);
    counts[whole] = last;
}

/* How many vectors hold the options. */
UNROLLED int vectors(const int options)
{
    return (options + LANES - 1) / LANES;
}

/* A row of lanes for every answer: `few` has room for a vector's worth of them; for more it is
 * *more_out, which the caller frees. Zero. */
static double *answer_rows(int options, double *few, double **more_out)
{
    size_t row = (size_t)vectors(options) * LANES;
    *more_out = options > LANES ? memory_zeroed_lines((size_t)options * row, sizeof(double)) : NULL;
    return *more_out ? *more_out : few;
}

/* Σ over the cells of a question: N for each answer, and what was right for each reporter. */
UNROLLED void sum_question(uint32_t question, struct cells *cells, double *sums, const int options)
{
    unsigned char *record = cells->records + cells->unit[question] * RECORD_UNIT;
    lanes counts[LANES_MOST];
    for (uint32_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        double correct = 0;
        for (uint32_t r = cells->record_first[c]; r < cells->record_first[c + 1]; r++) {
            int answer = cells->answer[r];
            double *sum = sums + answer * vectors(options) * LANES;
            double right[LANES];
            load_counts(record_counts(record, (size_t)options), cells->said[r], counts, options);
            for (int v = 0; v < vectors(options); v++)
                lanes_store(sum + v * LANES, lanes_load(sum + v * LANES) + counts[v]);
            lanes_store(right, counts[options > LANES ? answer / LANES : 0]);
            correct += right[answer % LANES];
            record += record_size((size_t)options);
        }
        cells->correct[cells->reporter[c]] += correct;
    }
}

void KERNEL(chances_sum)(uint32_t question, struct cells *cells, struct emission *emission)
{
    int options = emission->options;
    int row = vectors(options) * LANES;
    double few[LANES * LANES] = {0};
    auto_free double *more = NULL;
    double *sums = answer_rows(options, few, &more);
    switch (options) {
    case 2:
        sum_question(question, cells, sums, 2);
        break;
    case 3:
        sum_question(question, cells, sums, 3);
        break;
    case 4:
        sum_question(question, cells, sums, 4);
        break;
    default:
        sum_question(question, cells, sums, options);
        break;
    }
    for (int k = 0; k < options; k++)
        for (int a = 0; a < options; a++)
            emission_row(emission, (size_t)k)[a] = sums[a * row + k];
}

/* ν with the answers outside, so that the states are lanes. */
struct prior {
    const double *direction;
    double strength;
};

/* Which lane a state that is named by its answer has in its vector. */
static const double right_lanes[LANES][LANES] = {
    {1, 0, 0, 0},
    {0, 1, 0, 0},
    {0, 0, 1, 0},
    {0, 0, 0, 1},
};

/* θ = (N + s·prior)/(Σ N + s), no less than the smallest. */
UNROLLED lanes log_chance(const struct prior *prior, double accuracy, lanes counts, lanes scale,
                          lanes right, lanes direction)
{
    lanes expected = accuracy * right + (1 - accuracy) * direction;
    lanes chance = (counts + prior->strength * expected) * scale;
    lanes_bits enough = (lanes_bits)(chance > smallest_chance);
    return lanes_log(lanes_where(enough, chance) +
                     lanes_where(~enough, lanes_all(smallest_chance)));
}

/* θ of a record. */
UNROLLED void update_record(const struct prior *prior, double accuracy, int answer,
                            const lanes *counts, const lanes *scale, float *chances,
                            const int options)
{
    const double *direction = prior->direction + answer * vectors(options) * LANES;
    for (int v = 0; v < vectors(options); v++) {
        bool is_here = options <= LANES || v == answer / LANES;
        lanes right = is_here ? lanes_load(right_lanes[answer % LANES]) : lanes_all(0);
        lanes_store_narrow(chances + v * LANES,
                           log_chance(prior, accuracy, counts[v], scale[v], right,
                                      lanes_load(direction + v * LANES)));
    }
}

/* θ of a cell's records; clears their N. Returns where the next cell's begin. */
UNROLLED unsigned char *update_cell(const struct prior *prior, const struct cells *cells,
                                    uint32_t cell, unsigned char *records, const int options)
{
    double accuracy = cells->accuracy[cells->reporter[cell]];
    uint32_t first = cells->record_first[cell];
    uint32_t end = cells->record_first[cell + 1];
    lanes counts[LANES_MOST];
    lanes scale[LANES_MOST];
    unsigned char *record = records;
    for (int v = 0; v < vectors(options); v++)
        scale[v] = lanes_all(prior->strength);
    for (uint32_t r = first; r < end; r++, record += record_size((size_t)options)) {
        load_counts(record_counts(record, (size_t)options), cells->said[r], counts, options);
        for (int v = 0; v < vectors(options); v++)
            scale[v] += counts[v];
    }
    for (int v = 0; v < vectors(options); v++)
        scale[v] = 1 / scale[v];
    record = records;
    for (uint32_t r = first; r < end; r++, record += record_size((size_t)options)) {
        double *kept = record_counts(record, (size_t)options);
        load_counts(kept, cells->said[r], counts, options);
        update_record(prior, accuracy, cells->answer[r], counts, scale, record_chances(record),
                      options);
        memset(kept, 0, record_kept((size_t)options) * sizeof(double));
    }
    return record;
}

UNROLLED void update_question(uint32_t question, const struct prior *prior, struct cells *cells,
                              const int options)
{
    unsigned char *records = cells->records + cells->unit[question] * RECORD_UNIT;
    for (uint32_t c = cells->first[question]; c < cells->first[question + 1]; c++)
        records = update_cell(prior, cells, c, records, options);
}

void KERNEL(chances_update)(uint32_t question, double strength, const struct emission *emission,
                            struct cells *cells)
{
    int options = emission->options;
    int row = vectors(options) * LANES;
    double few[LANES * LANES] = {0};
    auto_free double *more = NULL;
    double *direction = answer_rows(options, few, &more);
    const struct prior prior = {direction, strength};
    for (int k = 0; k < options; k++)
        for (int a = 0; a < options; a++)
            direction[a * row + k] = emission_row(emission, (size_t)k)[a];
    switch (options) {
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
        update_question(question, &prior, cells, options);
        break;
    }
}
