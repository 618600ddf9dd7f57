#include "collector/consensus/still_state.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/quick.h"

enum {
    ITERATIONS = 40
};

static const double start_share = 1e-3;
static const double settled = 1e-5;

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

static void maximise(struct still *still, int iteration)
{
    count(still);
    update_prior(still);
    habits_update(still, iteration);
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
    double sum[STILL_STATES_MAX];
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
        maximise(still, iteration);
        for (size_t place = 0; place < still->task.item_count; place++)
            moved = fmax(moved, expect_item(still, place));
        if (moved < settled && communities_are_formed(still, iteration))
            break;
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
    if (kind->way == STILL_COMMUNITIES)
        still->communities = communities_create(still->reporters);
    learn(still);
    if (task->fold >= 0)
        communities_foretell(still);
    return still;
}

void still_destroy(struct still *still)
{
    if (!still)
        return;
    communities_destroy(still->communities);
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

/* Returns w·log P(answer) of an observation that was held out. */
static double judge_observation(const struct still *still, size_t observation, const float *gamma,
                                struct still_verdict *verdict)
{
    const struct report_table *table = still->task.table;
    const float *row = still->log_chance + row_of(still, observation);
    double weight = (double)table->weight[observation];
    double sum = 0;
    for (size_t s = 0; s < still->states; s++) {
        bool right = s % still->options == table->answer[observation];
        verdict->agreement += right ? weight * (double)gamma[s] : 0;
        sum += (double)gamma[s] * exp((double)row[s]);
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
            if (!is_learned(still, i))
                found[place] += judge_observation(still, i, gamma, verdict);
    }
}
