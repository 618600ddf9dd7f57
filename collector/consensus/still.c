#include "collector/consensus/still.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/quick.h"

enum {
    ITERATIONS = 40,
    STATES_MAX = 2 * CONSENSUS_OPTIONS_MAX
};

static const double prior_weight = 10;     /* A */
static const double prior_accuracy = 0.75; /* m */
static const double direction_weight = 10;
static const double pooled_weight = 20; /* of the start of m_d */
static const double start_accuracy[] = {0.9, 0.55};
static const double smallest_chance = 1e-6;
static const double start_share = 1e-3;
static const double settled = 1e-5;

struct still {
    struct still_task task;
    struct still_kind kind;
    size_t options, states; /* states = difficulties × options, class fastest */
    size_t reporters;
    float *log_chance; /* (reporter × options + answer) × states */
    double *counts;    /* the same */
    float *gamma;      /* item × states */
    double log_prior[STATES_MAX];
    double pooled[2][CONSENSUS_OPTIONS_MAX][CONSENSUS_OPTIONS_MAX]; /* Σ_r N */
};

int still_fold(size_t observation)
{
    uint64_t z = (uint64_t)observation + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (int)((z ^ (z >> 31)) % STILL_FOLDS);
}

static bool is_learned(const struct still *still, size_t observation)
{
    return still->task.fold < 0 || still_fold(observation) != still->task.fold;
}

static size_t row_of(const struct still *still, size_t observation)
{
    const struct report_table *table = still->task.table;
    size_t reporter = still->task.number[table->reporter[observation]];
    return (reporter * still->options + table->answer[observation]) * still->states;
}

/* Shares of the votes; items of little agreement are more likely hard ones. */
static void start_item(struct still *still, size_t place)
{
    const struct report_table *table = still->task.table;
    uint32_t item = still->task.items[place];
    double share[CONSENSUS_OPTIONS_MAX];
    double sum = 0;
    double top = 0;
    for (size_t k = 0; k < still->options; k++)
        share[k] = start_share;
    for (size_t i = table->first[item]; i < table->first[item + 1]; i++)
        share[table->answer[i]] += is_learned(still, i) ? (double)table->weight[i] : 0;
    for (size_t k = 0; k < still->options; k++)
        sum += share[k];
    for (size_t k = 0; k < still->options; k++) {
        share[k] /= sum;
        top = fmax(top, share[k]);
    }
    double chance = 1.0 / (double)still->options;
    double hard = fmin(fmax((1 - top) / (1 - chance), 0.05), 0.95);
    for (size_t s = 0; s < still->states; s++) {
        double part = still->kind.difficulties == 1 ? 1 : s < still->options ? 1 - hard : hard;
        still->gamma[place * still->states + s] = (float)(part * share[s % still->options]);
    }
}

static void count(struct still *still)
{
    const struct report_table *table = still->task.table;
    size_t states = still->states;
    memset(still->counts, 0, still->reporters * still->options * states * sizeof(double));
    for (size_t place = 0; place < still->task.item_count; place++) {
        uint32_t item = still->task.items[place];
        const float *gamma = still->gamma + place * states;
        for (size_t i = table->first[item]; i < table->first[item + 1]; i++) {
            double *row = still->counts + row_of(still, i);
            double weight = is_learned(still, i) ? (double)table->weight[i] : 0;
            for (size_t s = 0; s < states; s++)
                row[s] += weight * (double)gamma[s];
        }
    }
}

/* π over classes, times that over difficulties. */
static void update_prior(struct still *still)
{
    double class[CONSENSUS_OPTIONS_MAX] = {0};
    double difficulty[2] = {0};
    double total = 0;
    double options = (double)still->options;
    for (size_t s = 0; s < still->states; s++) {
        double sum = 1 / (double)still->states;
        for (size_t place = 0; place < still->task.item_count; place++)
            sum += (double)still->gamma[place * still->states + s];
        class[s % still->options] += sum;
        difficulty[s / still->options] += sum;
        total += sum;
    }
    for (size_t s = 0; s < still->states; s++) {
        double share =
            still->kind.learned_classes ? class[s % still->options] / total : 1 / options;
        still->log_prior[s] = log(share * difficulty[s / still->options] / total);
    }
}

static void pool_counts(struct still *still)
{
    memset(still->pooled, 0, sizeof(still->pooled));
    const double *counts = still->counts;
    for (size_t row = 0; row < still->reporters * still->options; row++) {
        for (size_t s = 0; s < still->states; s++) {
            still->pooled[s / still->options][s % still->options][row % still->options] +=
                counts[row * still->states + s];
        }
    }
}

/* ν of one difficulty. */
static void direct(const struct still *still, size_t difficulty, struct emission *emission)
{
    emission_uniform((int)still->options, emission);
    for (size_t k = 0; still->kind.pooled_direction && k < still->options; k++) {
        double sum = 0;
        for (size_t l = 0; l < still->options; l++) {
            double mass =
                still->pooled[difficulty][k][l] + direction_weight / (double)still->options;
            emission->direction[k][l] = l == k ? 0 : mass;
            sum += emission->direction[k][l];
        }
        for (size_t l = 0; l < still->options; l++)
            emission->direction[k][l] = sum > 0 ? emission->direction[k][l] / sum : 0;
    }
}

/* m_d */
static double mean_accuracy(const struct still *still, size_t difficulty)
{
    if (still->kind.difficulties == 1)
        return prior_accuracy;
    double correct = pooled_weight * start_accuracy[difficulty];
    double all = pooled_weight;
    for (size_t k = 0; k < still->options; k++) {
        for (size_t l = 0; l < still->options; l++) {
            correct += k == l ? still->pooled[difficulty][k][l] : 0;
            all += still->pooled[difficulty][k][l];
        }
    }
    return correct / all;
}

/* θ from the counts of a class: N of this answer, N of all, and the prior's share. */
static double chance_of(const struct still *still, double count, double all, double prior)
{
    double strength = still->kind.strength;
    if (strength < 0)
        return (count + 1) / (all + (double)still->options);
    return strength > 0 ? (count + strength * prior) / (all + strength) : prior;
}

/* θ of one reporter in one difficulty. */
static void update_reporter(struct still *still, size_t reporter, size_t difficulty,
                            const struct emission *emission, double mean)
{
    size_t options = still->options;
    size_t base = reporter * options * still->states + difficulty * options;
    double correct = prior_weight * mean;
    double all = prior_weight;
    double of_class[CONSENSUS_OPTIONS_MAX] = {0};
    for (size_t k = 0; k < options; k++) {
        for (size_t l = 0; l < options; l++) {
            double mass = still->counts[base + l * still->states + k];
            of_class[k] += mass;
            all += mass;
            correct += k == l ? mass : 0;
        }
    }
    double accuracy = correct / all;
    for (size_t k = 0; k < options; k++) {
        for (size_t l = 0; l < options; l++) {
            size_t cell = base + l * still->states + k;
            double prior = k == l ? accuracy : (1 - accuracy) * emission->direction[k][l];
            double chance = chance_of(still, still->counts[cell], of_class[k], prior);
            still->log_chance[cell] = (float)log(fmax(chance, smallest_chance));
        }
    }
}

static void maximise(struct still *still)
{
    count(still);
    update_prior(still);
    pool_counts(still);
    for (size_t d = 0; d < (size_t)still->kind.difficulties; d++) {
        struct emission emission;
        direct(still, d, &emission);
        double mean = mean_accuracy(still, d);
        for (size_t r = 0; r < still->reporters; r++)
            update_reporter(still, r, d, &emission, mean);
    }
}

/* Makes p of logarithms, for the states. */
static void normalise(double *sum, size_t states)
{
    double greatest = -HUGE_VAL;
    double total = 0;
    for (size_t s = 0; s < states; s++)
        greatest = fmax(greatest, sum[s]);
    for (size_t s = 0; s < states; s++) {
        sum[s] = quick_exp(fmax(sum[s] - greatest, -700));
        total += sum[s];
    }
    for (size_t s = 0; s < states; s++)
        sum[s] /= total;
}

/* The posterior of one item; returns the largest change of a class. */
static double expect_item(struct still *still, size_t place)
{
    const struct report_table *table = still->task.table;
    uint32_t item = still->task.items[place];
    float *gamma = still->gamma + place * still->states;
    double sum[STATES_MAX];
    double moved[CONSENSUS_OPTIONS_MAX] = {0};
    double most = 0;
    memcpy(sum, still->log_prior, sizeof(sum));
    for (size_t i = table->first[item]; i < table->first[item + 1]; i++) {
        const float *row = still->log_chance + row_of(still, i);
        double weight = is_learned(still, i) ? (double)table->weight[i] : 0;
        for (size_t s = 0; s < still->states; s++)
            sum[s] += weight * (double)row[s];
    }
    normalise(sum, still->states);
    for (size_t s = 0; s < still->states; s++) {
        moved[s % still->options] += sum[s] - (double)gamma[s];
        gamma[s] = (float)sum[s];
    }
    for (size_t k = 0; k < still->options; k++)
        most = fmax(most, fabs(moved[k]));
    return most;
}

static void learn(struct still *still)
{
    for (size_t place = 0; place < still->task.item_count; place++)
        start_item(still, place);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        double moved = 0;
        maximise(still);
        for (size_t place = 0; place < still->task.item_count; place++)
            moved = fmax(moved, expect_item(still, place));
        if (moved < settled)
            return;
    }
}

struct still *still_create(const struct still_task *task, const struct still_kind *kind)
{
    struct still *still = memory_zeroed(1, sizeof(*still));
    still->task = *task;
    still->kind = *kind;
    still->options = (size_t)task->options;
    still->states = still->options * (size_t)kind->difficulties;
    still->reporters = task->reporters;
    size_t cells = still->reporters * still->options * still->states;
    still->log_chance = memory_zeroed(cells, sizeof(*still->log_chance));
    still->counts = memory_zeroed(cells, sizeof(*still->counts));
    still->gamma = memory_zeroed(task->item_count * still->states, sizeof(*still->gamma));
    learn(still);
    return still;
}

void still_destroy(struct still *still)
{
    if (!still)
        return;
    free(still->log_chance);
    free(still->counts);
    free(still->gamma);
    free(still);
}

void still_add_posterior(const struct still *still, size_t place, double weight, double *p)
{
    for (size_t s = 0; s < still->states; s++)
        p[s % still->options] += weight * (double)still->gamma[place * still->states + s];
}

/* Returns w·log P(answer) of an observation of the fold, else 0. */
static double judge_observation(const struct still *still, size_t observation, const float *gamma,
                                struct still_verdict *verdict)
{
    const struct report_table *table = still->task.table;
    const float *row = still->log_chance + row_of(still, observation);
    double weight = (double)table->weight[observation];
    bool learned = is_learned(still, observation);
    double sum = 0;
    for (size_t s = 0; s < still->states; s++) {
        bool right = s % still->options == table->answer[observation];
        double chance = learned ? right : exp((double)row[s]);
        sum += (double)gamma[s] * chance;
    }
    if (learned) {
        verdict->agreement += weight * sum;
        verdict->learned += weight;
        return 0;
    }
    verdict->judged += weight;
    return weight * log(fmax(sum, smallest_chance));
}

void still_judge(const struct still *still, struct still_verdict *verdict, double *found)
{
    const struct report_table *table = still->task.table;
    for (size_t place = 0; place < still->task.item_count; place++) {
        uint32_t item = still->task.items[place];
        const float *gamma = still->gamma + place * still->states;
        for (size_t i = table->first[item]; i < table->first[item + 1]; i++)
            found[place] += judge_observation(still, i, gamma, verdict);
    }
}
