#include <math.h>
#include <string.h>

#include "collector/consensus/ways.h"

static const double usual_weight = 10;                     /* A */
static const double usual_accuracy = 0.75;                 /* m */
static const double weights[] = {2, 4, 7, 10, 20, 40, 80}; /* to choose A from */
static const double weight_spread = 1; /* of log A around that of the usual one, beforehand */
static const double direction_weight = 10;
static const double pooled_weight = 20;             /* of the start of m */
static const double start_accuracy[] = {0.9, 0.55}; /* of two difficulties */

enum {
    ASKED_MOST = 4096 /* reporters by whom A is chosen, about */
};

static const double *pooled_of(const struct still *still, size_t difficulty)
{
    return still->pooled + difficulty * still->options * still->options;
}

/* ν from N: each truth's errors together are 1. */
static void direct_errors(const double *pooled, size_t options, double *sum, double *direction)
{
    for (size_t k = 0; k < options; k++)
        sum[k] = 0;
    for (size_t l = 0; l < options; l++) {
        for (size_t k = 0; k < options; k++) {
            double mass = pooled[l * options + k] + direction_weight / (double)options;
            direction[l * options + k] = l == k ? 0 : mass;
            sum[k] += direction[l * options + k];
        }
    }
    for (size_t l = 0; l < options; l++)
        for (size_t k = 0; k < options; k++)
            direction[l * options + k] = sum[k] > 0 ? direction[l * options + k] / sum[k] : 0;
}

void habits_direct(const struct still *still, size_t difficulty, double *direction)
{
    size_t options = still->options;
    if (still->kind.pooled_direction) {
        direct_errors(pooled_of(still, difficulty), options, still->scratch, direction);
        return;
    }
    for (size_t l = 0; l < options; l++)
        for (size_t k = 0; k < options; k++)
            direction[l * options + k] = k == l ? 0 : 1 / ((double)options - 1);
}

/* Σ of a table, and `sum`. */
static double add_table(double sum, const double *table, size_t options)
{
    if (options > STILL_FEW)
        return still_sum(sum, table, options * options, true);
    for (size_t k = 0; k < options; k++)
        for (size_t l = 0; l < options; l++)
            sum += table[l * options + k];
    return sum;
}

double habits_mean(const struct still *still, size_t difficulty)
{
    bool one = still->kind.difficulties == 1;
    double correct = pooled_weight * (one ? usual_accuracy : start_accuracy[difficulty]);
    const double *pooled = pooled_of(still, difficulty);
    double all = add_table(pooled_weight, pooled, still->options);
    for (size_t k = 0; k < still->options; k++)
        correct += pooled[k * still->options + k];
    return correct / all;
}

/* log of the beta function */
static double log_beta(double a, double b)
{
    int sign;
    return lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
}

/* The tallies of some reporters, of those who said anything. */
struct asked {
    struct tally *tallies;
    size_t count;
};

static void ask_reporters(const struct still *still, struct asked *asked)
{
    size_t step = still->reporters / ASKED_MOST + 1;
    asked->tallies = memory_zeroed(still->reporters / step + 1, sizeof(*asked->tallies));
    asked->count = 0;
    for (size_t r = 0; r < still->reporters; r += step) {
        struct tally tally = ways_tally(still, r, 0);
        if (tally.all > 0)
            asked->tallies[asked->count++] = tally;
    }
}

/* How likely the tallies are, accuracies being drawn as expected. */
static double weigh_expectation(const struct asked *asked, const struct accuracy_prior *expected)
{
    double a = expected->mean * expected->weight;
    double b = expected->weight - a;
    double far = log(expected->weight / usual_weight) / weight_spread;
    double base = log_beta(a, b);
    double found = -far * far / 2;
    for (size_t i = 0; i < asked->count; i++) {
        const struct tally *tally = &asked->tallies[i];
        found += log_beta(a + tally->correct, b + tally->all - tally->correct) - base;
    }
    return found;
}

/* m and A as the reporters have them (empirical Bayes). */
static struct accuracy_prior learn_expectation(const struct still *still)
{
    struct asked asked;
    struct accuracy_prior best = {habits_mean(still, 0), 0};
    double most = -HUGE_VAL;
    ask_reporters(still, &asked);
    for (size_t i = 0; i < ARRAY_LENGTH(weights); i++) {
        struct accuracy_prior tried = {best.mean, weights[i]};
        double found = weigh_expectation(&asked, &tried);
        best.weight = found > most ? tried.weight : best.weight;
        most = fmax(most, found);
    }
    free(asked.tallies);
    return best;
}

static void update_coins(struct still *still)
{
    struct accuracy_prior expected = learn_expectation(still);
    double *direction = still->direction;
    habits_direct(still, 0, direction);
    ways_log(direction, still->options, direction);
    ways_coin(still, &expected);
}

/* With ways of one's own the usual accuracy guards better than what is learned. */
static struct accuracy_prior expect_accuracy(const struct still *still, size_t difficulty)
{
    bool one = still->kind.difficulties == 1;
    return (struct accuracy_prior){one ? usual_accuracy : habits_mean(still, difficulty),
                                   usual_weight};
}

static void update_owns(struct still *still)
{
    for (size_t d = 0; d < (size_t)still->kind.difficulties; d++) {
        struct accuracy_prior expected = expect_accuracy(still, d);
        habits_direct(still, d, still->direction);
        ways_own(still, d, &expected);
    }
}

void habits_update(struct still *still, int iteration)
{
    ways_pool(still);
    switch (still->kind.way) {
    case STILL_COIN:
        update_coins(still);
        break;
    case STILL_OWN:
    case STILL_LAPLACE:
        update_owns(still);
        break;
    case STILL_COMMUNITIES:
        communities_update(still, iteration);
        break;
    }
}
