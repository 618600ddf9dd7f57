#include "collector/consensus/candidates.h"

#include <math.h>

const struct still_kind candidates[CANDIDATES] = {
    {"one-coin", STILL_COIN, 0, 1, false, true},
    {"one-coin-even", STILL_COIN, 0, 1, false, false},
    {"one-coin-directed", STILL_COIN, 0, 1, true, true},
    {"one-coin-directed-even", STILL_COIN, 0, 1, true, false},
    {"hierarchical-2", STILL_OWN, 2, 1, true, true},
    {"hierarchical-8", STILL_OWN, 8, 1, true, true},
    {"hierarchical-2-even", STILL_OWN, 2, 1, true, false},
    {"hierarchical-8-even", STILL_OWN, 8, 1, true, false},
    {"laplace", STILL_LAPLACE, 0, 1, false, true},
    {"two-difficulties", STILL_OWN, 2, 2, true, true},
    {"communities", STILL_COMMUNITIES, 0, 1, true, true},
};

enum {
    FOLDED_MOST = 100000,  /* observations learned from in all folds together, about */
    SAMPLED_MOST = 200000, /* above this a sample of items is judged by */
    LARGE = 2000000,       /* above this the best candidate alone is learned in the end */
    DRAWS = 200,           /* of the bootstrap */
    BLOCKS = 1024          /* items are drawn in as many groups, at most */
};

static const double least_weight = 0.01;
static const double least_agreement = 0.08; /* below the candidate of most agreement */

/* Some items, so that not more than about SAMPLED_MOST observations are judged. */
static size_t sample_items(const struct labels_task *task, size_t observations, uint32_t *sampled)
{
    size_t every = observations / SAMPLED_MOST + 1;
    size_t count = 0;
    for (size_t i = 0; i < task->item_count; i += every)
        sampled[count++] = task->items[i];
    return count;
}

/* How a candidate did: Σ w·log P of what was held out, by groups of items. */
struct trial {
    struct still_verdict verdict;
    double found[BLOCKS];
    double temper; /* with which it did best */
    bool strays;
};

/* The temper that is best over all items. Candidates are still compared as they are: by its own
 * temper the one that is too sure of every reporter's ways would seem as good as any. */
static size_t choose_temper(const double *found, size_t items)
{
    double sum[STILL_TEMPERS] = {0};
    size_t best = 0;
    for (size_t place = 0; place < items; place++)
        for (size_t t = 0; t < STILL_TEMPERS; t++)
            sum[t] += found[place * STILL_TEMPERS + t];
    for (size_t t = 1; t < STILL_TEMPERS; t++)
        best = sum[t] > sum[best] ? t : best;
    return best;
}

static void judge(const struct labels *labels, size_t folds, const struct still_kind *kind,
                  const struct headway *headway, struct trial *trial)
{
    size_t items = labels->of.item_count;
    auto_free double *found = memory_zeroed(items * STILL_TEMPERS, sizeof(*found));
    for (int fold = 0; (size_t)fold < folds; fold++) {
        struct headway part = headway_part(headway, (size_t)fold, folds);
        struct still *still = still_create(labels, kind, fold, &part);
        still_judge(still, &trial->verdict, found);
        still_destroy(still);
    }
    size_t best = choose_temper(found, items);
    trial->temper = still_tempers[best];
    for (size_t place = 0; place < items; place++)
        trial->found[place % BLOCKS] += found[place * STILL_TEMPERS]; /* of power 1 */
}

static void judge_all(const struct labels_task *task, size_t observations,
                      const struct headway *headway, struct trial *trials)
{
    auto_free uint32_t *sampled = memory_zeroed(task->item_count, sizeof(*sampled));
    struct labels_task sample = *task;
    sample.item_count = sample_items(task, observations, sampled);
    sample.items = sampled;
    struct labels *labels = labels_create(&sample);
    size_t folds = FOLDED_MOST / (observations + 1) + 1;
    folds = folds < STILL_FOLDS ? folds : STILL_FOLDS;
    bool going = true;
    for (size_t c = 0; c < CANDIDATES && going; c++) {
        struct headway part = headway_part(headway, c, CANDIDATES);
        judge(labels, folds, &candidates[c], &part, &trials[c]);
        going = headway_tell(&part, 1);
    }
    labels_destroy(labels);
}

static double agreement(const struct trial *trial)
{
    return trial->verdict.agreement / fmax(trial->verdict.judged, 1e-9);
}

static void mark_strays(struct trial *trials)
{
    double most = 0;
    for (size_t c = 0; c < CANDIDATES; c++)
        most = fmax(most, agreement(&trials[c]));
    for (size_t c = 0; c < CANDIDATES; c++)
        trials[c].strays = agreement(&trials[c]) < most - least_agreement;
}

/* A draw of the standard exponential distribution, the same for every run (SplitMix64). */
static double draw_exponential(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return -log(((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53);
}

/* Adds the candidates' shares under one draw of weights for `blocks` groups of items. */
static void add_draw(const struct trial *trials, size_t blocks, uint64_t *state, double *weight)
{
    double draws[BLOCKS];
    double sum = 0;
    double whole = 0;
    double best = -HUGE_VAL;
    double found[CANDIDATES] = {0};
    for (size_t b = 0; b < blocks; b++) {
        draws[b] = draw_exponential(state);
        sum += draws[b];
    }
    for (size_t c = 0; c < CANDIDATES; c++) {
        for (size_t b = 0; b < blocks; b++)
            found[c] += draws[b] * trials[c].found[b];
        found[c] *= (double)blocks / sum;
        best = trials[c].strays ? best : fmax(best, found[c]);
    }
    for (size_t c = 0; c < CANDIDATES; c++) {
        found[c] = trials[c].strays ? 0 : exp(found[c] - best);
        whole += found[c];
    }
    for (size_t c = 0; c < CANDIDATES; c++)
        weight[c] += found[c] / whole;
}

/* Leaves out what hardly counts, or (of very many observations) all but the best. */
static void drop_light(size_t observations, double *weight)
{
    double most = 0;
    double sum = 0;
    for (size_t c = 0; c < CANDIDATES; c++)
        most = fmax(most, weight[c]);
    for (size_t c = 0; c < CANDIDATES; c++) {
        weight[c] = weight[c] < most * (observations > LARGE ? 1 : least_weight) ? 0 : weight[c];
        sum += weight[c];
    }
    for (size_t c = 0; c < CANDIDATES; c++)
        weight[c] /= sum;
}

void candidates_weigh(const struct labels_task *task, size_t observations,
                      const struct headway *headway, double *weight, double *temper)
{
    auto_free struct trial *trials = memory_zeroed(CANDIDATES, sizeof(*trials));
    uint64_t state = 0;
    judge_all(task, observations, headway, trials);
    mark_strays(trials);
    for (size_t c = 0; c < CANDIDATES; c++)
        temper[c] = trials[c].temper;
    for (int draw = 0; draw < DRAWS; draw++)
        add_draw(trials, task->item_count < BLOCKS ? task->item_count : BLOCKS, &state, weight);
    drop_light(observations, weight);
}
