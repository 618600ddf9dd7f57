#include "collector/consensus/ways.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/kernel.h"

void KERNEL(ways_pool)(struct still *still)
{
    size_t options = still->options;
    size_t difficulties = (size_t)still->kind.difficulties;
    memset(still->pooled, 0, difficulties * options * options * sizeof(*still->pooled));
    const double *count = still->counts;
    for (size_t row = 0; row < still->labels->rows; row++) {
        for (size_t d = 0; d < difficulties; d++) {
            double *sum = still->pooled + (d * options + still->labels->answer[row]) * options;
            for (size_t k = 0; k < options; k++)
                sum[k] += *count++;
        }
    }
}

void KERNEL(ways_log)(const double *chance, size_t options, double *log_chance)
{
    size_t cells = options * options;
    size_t cell = 0;
    for (; options > STILL_FEW && cell + LANES <= cells; cell += LANES) {
        lanes floored = lanes_greater(lanes_load(chance + cell), lanes_all(smallest_chance));
        lanes_store(log_chance + cell, lanes_log(floored));
    }
    for (; cell < cells; cell++)
        log_chance[cell] = log(fmax(chance[cell], smallest_chance));
}

/* a_{r,d} */
static double accuracy_of(const struct tally *tally, const struct accuracy_prior *prior)
{
    return (prior->weight * prior->mean + tally->correct) / (prior->weight + tally->all);
}

/* Two logarithms a reporter, as those of ν are at hand. */
static void update_coin(struct still *still, size_t reporter, const struct accuracy_prior *prior)
{
    static const double least = -13.815510557964274; /* log smallest_chance */
    size_t options = still->options;
    const struct labels *labels = still->labels;
    struct tally tally = ways_tally(still, reporter, 0);
    double accuracy = accuracy_of(&tally, prior);
    double right = log(fmax(accuracy, smallest_chance));
    double wrong = log(fmax(1 - accuracy, smallest_chance));
    for (size_t row = labels->first_row[reporter]; row < labels->first_row[reporter + 1]; row++) {
        const double *log_direction = still->direction + labels->answer[row] * options;
        float *log_chance = still->log_chance + row * options;
        for (size_t k = 0; k < options; k++) {
            double found = wrong + log_direction[k];
            log_chance[k] = (float)(found > least ? found : least);
        }
        log_chance[labels->answer[row]] = (float)right;
    }
}

void KERNEL(ways_coin)(struct still *still, const struct accuracy_prior *prior)
{
    for (size_t r = 0; r < still->reporters; r++)
        update_coin(still, r, prior);
}

/* Σ_l N of each class of a reporter, in one difficulty. */
static double *sum_classes(const struct still *still, size_t reporter, size_t difficulty)
{
    const uint32_t *first = still->labels->first_row + reporter;
    double *sum = still->scratch;
    for (size_t k = 0; k < still->options; k++)
        sum[k] = 0;
    for (size_t row = first[0]; row < first[1]; row++) {
        const double *count = still->counts + row * still->states + difficulty * still->options;
        for (size_t k = 0; k < still->options; k++)
            sum[k] += count[k];
    }
    return sum;
}

/* θ from the counts of a class: N of this answer, N of all, and the prior's share. */
static double chance_of(const struct still *still, double count, double all, double prior)
{
    double strength = still->kind.strength;
    return still->kind.way == STILL_LAPLACE ? (count + 1) / (all + (double)still->options)
                                            : (count + strength * prior) / (all + strength);
}

/* A row of one difficulty. */
struct row {
    size_t answer;
    const double *count, *direction, *of_class;
    float *log_chance;
};

static void update_class(const struct still *still, const struct row *row, double accuracy,
                         size_t k)
{
    double prior = k == row->answer ? accuracy : (1 - accuracy) * row->direction[k];
    double chance = chance_of(still, row->count[k], row->of_class[k], prior);
    row->log_chance[k] = (float)log(fmax(chance, smallest_chance));
}

/* The same of all classes, where they are many: θ = (N + even + directed·ν)/(Σ_l N + weight). */
static void update_many(const struct still *still, const struct row *row, double accuracy)
{
    bool laplace = still->kind.way == STILL_LAPLACE;
    double even = laplace ? 1 : 0;
    double directed = laplace ? 0 : still->kind.strength * (1 - accuracy);
    double weight = laplace ? (double)still->options : still->kind.strength;
    size_t k = 0;
    for (; k + LANES <= still->options; k += LANES) {
        lanes all = lanes_load(row->of_class + k) + weight;
        lanes mass = lanes_load(row->count + k) + even + directed * lanes_load(row->direction + k);
        lanes chance = lanes_greater(mass / all, lanes_all(smallest_chance));
        lanes_store_narrow(row->log_chance + k, lanes_log(chance));
    }
    for (; k < still->options; k++)
        update_class(still, row, accuracy, k);
    update_class(still, row, accuracy, row->answer);
}

/* θ of one reporter in one difficulty. */
static void update_own(struct still *still, size_t reporter, size_t difficulty,
                       const struct accuracy_prior *prior)
{
    size_t options = still->options;
    const uint32_t *first = still->labels->first_row + reporter;
    struct tally tally = ways_tally(still, reporter, difficulty);
    double accuracy = accuracy_of(&tally, prior);
    struct row row = {.of_class = sum_classes(still, reporter, difficulty)};
    for (size_t number = first[0]; number < first[1]; number++) {
        size_t cell = number * still->states + difficulty * options;
        row.answer = still->labels->answer[number];
        row.count = still->counts + cell;
        row.direction = still->direction + row.answer * options;
        row.log_chance = still->log_chance + cell;
        if (options > STILL_FEW)
            update_many(still, &row, accuracy);
        for (size_t k = 0; options <= STILL_FEW && k < options; k++)
            update_class(still, &row, accuracy, k);
    }
}

void KERNEL(ways_own)(struct still *still, size_t difficulty, const struct accuracy_prior *prior)
{
    for (size_t r = 0; r < still->reporters; r++)
        update_own(still, r, difficulty, prior);
}
