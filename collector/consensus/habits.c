#include <math.h>
#include <string.h>

#include "collector/consensus/still_state.h"

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

/* What a reporter's accuracy is likely to be before anything is known of it: Beta(A·m, A·(1 − m)). */
struct expectation {
    double mean, weight;
};

static double *pooled_of(const struct still *still, size_t difficulty)
{
    return still->pooled + difficulty * still->options * still->options;
}

static void pool_counts(struct still *still)
{
    size_t options = still->options;
    size_t difficulties = (size_t)still->kind.difficulties;
    memset(still->pooled, 0, difficulties * options * options * sizeof(*still->pooled));
    const double *count = still->counts;
    for (size_t row = 0; row < still->labels->rows; row++) {
        for (size_t d = 0; d < difficulties; d++) {
            double *sum = pooled_of(still, d) + still->labels->answer[row] * options;
            for (size_t k = 0; k < options; k++)
                sum[k] += *count++;
        }
    }
}

/* ν of one truth k: the column of a table. */
static void direct_truth(const double *pooled, size_t options, size_t k, double *direction)
{
    double sum = 0;
    for (size_t l = 0; l < options; l++) {
        double mass = pooled[l * options + k] + direction_weight / (double)options;
        direction[l * options + k] = l == k ? 0 : mass;
        sum += direction[l * options + k];
    }
    for (size_t l = 0; l < options; l++)
        direction[l * options + k] = sum > 0 ? direction[l * options + k] / sum : 0;
}

void habits_direct(const struct still *still, size_t difficulty, double *direction)
{
    size_t options = still->options;
    const double *pooled = pooled_of(still, difficulty);
    for (size_t k = 0; still->kind.pooled_direction && k < options; k++)
        direct_truth(pooled, options, k, direction);
    for (size_t cell = 0; !still->kind.pooled_direction && cell < options * options; cell++)
        direction[cell] = cell % options == cell / options ? 0 : 1 / ((double)options - 1);
}

double habits_mean(const struct still *still, size_t difficulty)
{
    bool one = still->kind.difficulties == 1;
    double correct = pooled_weight * (one ? usual_accuracy : start_accuracy[difficulty]);
    double all = pooled_weight;
    const double *pooled = pooled_of(still, difficulty);
    for (size_t k = 0; k < still->options; k++) {
        for (size_t l = 0; l < still->options; l++)
            all += pooled[l * still->options + k];
        correct += pooled[k * still->options + k];
    }
    return correct / all;
}

/* How often a reporter was right in one difficulty, and of how many. */
struct tally {
    double correct, all;
};

static struct tally tally_reporter(const struct still *still, size_t reporter, size_t difficulty)
{
    const struct labels *labels = still->labels;
    struct tally tally = {0};
    for (size_t row = labels->first_row[reporter]; row < labels->first_row[reporter + 1]; row++) {
        const double *count = still->counts + row * still->states + difficulty * still->options;
        for (size_t k = 0; k < still->options; k++)
            tally.all += count[k];
        tally.correct += count[labels->answer[row]];
    }
    return tally;
}

/* log of the beta function */
static double log_beta(double a, double b)
{
    int sign;
    return lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
}

/* How likely the tallies of some reporters are, accuracies being drawn as expected. */
static double weigh_expectation(const struct still *still, const struct expectation *expected)
{
    double a = expected->mean * expected->weight;
    double b = expected->weight - a;
    double far = log(expected->weight / usual_weight) / weight_spread;
    double base = log_beta(a, b);
    double found = -far * far / 2;
    size_t step = still->reporters / ASKED_MOST + 1;
    for (size_t r = 0; r < still->reporters; r += step) {
        struct tally tally = tally_reporter(still, r, 0);
        if (tally.all > 0)
            found += log_beta(a + tally.correct, b + tally.all - tally.correct) - base;
    }
    return found;
}

/* m and A as the reporters have them (empirical Bayes). */
static struct expectation learn_expectation(const struct still *still)
{
    struct expectation best = {habits_mean(still, 0), 0};
    double most = -HUGE_VAL;
    for (size_t i = 0; i < ARRAY_LENGTH(weights); i++) {
        struct expectation tried = {best.mean, weights[i]};
        double found = weigh_expectation(still, &tried);
        best.weight = found > most ? tried.weight : best.weight;
        most = fmax(most, found);
    }
    return best;
}

/* a_{r,d} */
static double accuracy_of(const struct tally *tally, const struct expectation *expected)
{
    return (expected->weight * expected->mean + tally->correct) / (expected->weight + tally->all);
}

/* log θ of one coin: two logarithms a reporter, as those of ν are at hand. */
static void update_coin(struct still *still, size_t reporter, const struct expectation *expected)
{
    static const double least = -13.815510557964274; /* log smallest_chance */
    size_t options = still->options;
    const struct labels *labels = still->labels;
    struct tally tally = tally_reporter(still, reporter, 0);
    double accuracy = accuracy_of(&tally, expected);
    double right = log(fmax(accuracy, smallest_chance));
    double wrong = log(fmax(1 - accuracy, smallest_chance));
    for (size_t row = labels->first_row[reporter]; row < labels->first_row[reporter + 1]; row++) {
        size_t answer = labels->answer[row];
        const double *log_direction = still->direction + answer * options;
        float *log_chance = still->log_chance + row * options;
        for (size_t k = 0; k < options; k++) {
            double found = k == answer ? right : wrong + log_direction[k];
            log_chance[k] = (float)(found > least ? found : least);
        }
    }
}

static void update_coins(struct still *still)
{
    struct expectation expected = learn_expectation(still);
    double *direction = still->direction;
    habits_direct(still, 0, direction);
    for (size_t cell = 0; cell < still->options * still->options; cell++)
        direction[cell] = log(fmax(direction[cell], smallest_chance));
    for (size_t r = 0; r < still->reporters; r++)
        update_coin(still, r, &expected);
}

/* With ways of one's own the usual accuracy guards better than what is learned. */
static struct expectation expect_accuracy(const struct still *still, size_t difficulty)
{
    bool one = still->kind.difficulties == 1;
    return (struct expectation){one ? usual_accuracy : habits_mean(still, difficulty),
                                usual_weight};
}

/* θ from the counts of a class: N of this answer, N of all, and the prior's share. */
static double chance_of(const struct still *still, double count, double all, double prior)
{
    double strength = still->kind.strength;
    return still->kind.way == STILL_LAPLACE ? (count + 1) / (all + (double)still->options)
                                            : (count + strength * prior) / (all + strength);
}

/* Σ_l N of each class of a reporter, in one difficulty. */
static const double *sum_classes(const struct still *still, size_t reporter, size_t difficulty)
{
    const uint32_t *first = still->labels->first_row + reporter;
    double *sum = still->scratch;
    memset(sum, 0, still->options * sizeof(*sum));
    for (size_t row = first[0]; row < first[1]; row++) {
        const double *count = still->counts + row * still->states + difficulty * still->options;
        for (size_t k = 0; k < still->options; k++)
            sum[k] += count[k];
    }
    return sum;
}

/* θ of one reporter in one difficulty. */
static void update_own(struct still *still, size_t reporter, size_t difficulty,
                       const struct expectation *expected)
{
    size_t options = still->options;
    const struct labels *labels = still->labels;
    struct tally tally = tally_reporter(still, reporter, difficulty);
    double accuracy = accuracy_of(&tally, expected);
    const double *of_class = sum_classes(still, reporter, difficulty);
    for (size_t row = labels->first_row[reporter]; row < labels->first_row[reporter + 1]; row++) {
        size_t answer = labels->answer[row];
        size_t first = row * still->states + difficulty * options;
        const double *direction = still->direction + answer * options;
        for (size_t k = 0; k < options; k++) {
            double prior = k == answer ? accuracy : (1 - accuracy) * direction[k];
            double chance = chance_of(still, still->counts[first + k], of_class[k], prior);
            still->log_chance[first + k] = (float)log(fmax(chance, smallest_chance));
        }
    }
}

static void update_owns(struct still *still)
{
    for (size_t d = 0; d < (size_t)still->kind.difficulties; d++) {
        struct expectation expected = expect_accuracy(still, d);
        habits_direct(still, d, still->direction);
        for (size_t r = 0; r < still->reporters; r++)
            update_own(still, r, d, &expected);
    }
}

void habits_update(struct still *still, int iteration)
{
    pool_counts(still);
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
