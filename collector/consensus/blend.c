#include "collector/consensus/blend.h"

#include <math.h>

#include "collector/consensus/still.h"

static const struct still_kind kinds[] = {
    {"one-coin", 0, 1, false, true},         {"one-coin-even", 0, 1, false, false},
    {"one-coin-directed", 0, 1, true, true}, {"one-coin-directed-even", 0, 1, true, false},
    {"hierarchical-2", 2, 1, true, true},    {"hierarchical-8", 8, 1, true, true},
    {"laplace", -1, 1, false, true},         {"two-difficulties", 2, 2, true, true},
};

enum {
    KINDS = ARRAY_LENGTH(kinds),
    FOLDED_MOST = 100000,  /* observations learned from in all folds together, about */
    SAMPLED_MOST = 400000, /* above this a sample of items is judged by */
    LARGE = 2000000        /* above this the best candidate alone is learned in the end */
};

static const double sharing = 0.1;
static const double least_weight = 0.01;
static const double least_agreement = 0.06; /* below the candidate of most agreement */

struct blend {
    const struct report_table *table;
    float *p;       /* of each item, as many as its question has options */
    size_t *place;  /* where an item begins in p */
    double *weight; /* questions × KINDS */
    bool (*progress)(void *context, int done, int all);
    void *context;
    int done;
    bool given_up;
};

static void tell(struct blend *blend)
{
    blend->done++;
    int all = (int)blend->table->questions * 2 * (int)KINDS;
    if (blend->progress && !blend->progress(blend->context, blend->done, all)) {
        blend->given_up = true;
    }
}

/* Some items, so that not more than about SAMPLED_MOST observations are judged. */
static size_t sample_items(const struct still_task *task, size_t observations, uint32_t *sampled)
{
    size_t every = observations / SAMPLED_MOST + 1;
    size_t count = 0;
    for (size_t i = 0; i < task->item_count; i += every) {
        sampled[count++] = task->items[i];
    }
    return count;
}

static void judge(const struct still_task *whole, size_t observations,
                  const struct still_kind *kind, struct still_verdict *verdict)
{
    auto_free uint32_t *sampled = memory_zeroed(whole->item_count, sizeof(*sampled));
    struct still_task task = *whole;
    task.item_count = sample_items(whole, observations, sampled);
    task.items = sampled;
    size_t folds = FOLDED_MOST / (observations + 1) + 1;
    for (int fold = 0; fold < STILL_FOLDS && (size_t)fold < folds; fold++) {
        task.fold = fold;
        struct still *still = still_create(&task, kind);
        still_judge(still, verdict);
        still_destroy(still);
    }
}

/* ℓ, or less than any where the candidate takes something else for the truth. */
static double likelihood(const struct still_verdict *verdict, double most_agreement)
{
    bool strays = verdict->agreement < (most_agreement - least_agreement) * verdict->learned;
    if (strays || verdict->judged <= 0) {
        return strays ? -HUGE_VAL : 0;
    }
    return verdict->log_likelihood / verdict->judged;
}

static void share_weight(const struct still_verdict *verdicts, size_t observations, double *weight)
{
    double most = 0;
    double best = -HUGE_VAL;
    double sum = 0;
    size_t judged = observations < SAMPLED_MOST ? observations : SAMPLED_MOST;
    for (size_t c = 0; c < KINDS; c++) {
        most = fmax(most, verdicts[c].agreement / fmax(verdicts[c].learned, 1));
    }
    for (size_t c = 0; c < KINDS; c++) {
        weight[c] = likelihood(&verdicts[c], most);
        best = fmax(best, weight[c]);
    }
    for (size_t c = 0; c < KINDS; c++) {
        double least = observations > LARGE ? 1 : least_weight;
        weight[c] = exp((weight[c] - best) * sqrt((double)judged) / sharing);
        weight[c] = weight[c] < least ? 0 : weight[c];
        sum += weight[c];
    }
    for (size_t c = 0; c < KINDS; c++) {
        weight[c] /= sum;
    }
}

static void weigh_candidates(struct blend *blend, const struct still_task *task,
                             size_t observations, double *weight)
{
    struct still_verdict verdicts[KINDS] = {0};
    for (size_t c = 0; c < KINDS && !blend->given_up; c++) {
        judge(task, observations, &kinds[c], &verdicts[c]);
        tell(blend);
    }
    share_weight(verdicts, observations, weight);
}

static void learn_candidate(struct blend *blend, const struct still_task *task,
                            const struct still_kind *kind, double weight)
{
    struct still *still = still_create(task, kind);
    for (size_t place = 0; place < task->item_count; place++) {
        double p[CONSENSUS_OPTIONS_MAX] = {0};
        float *sum = blend->p + blend->place[task->items[place]];
        still_add_posterior(still, place, weight, p);
        for (int k = 0; k < task->options; k++) {
            sum[k] += (float)p[k];
        }
    }
    still_destroy(still);
}

static void learn_question(struct blend *blend, uint32_t question)
{
    const struct report_table *table = blend->table;
    auto_free uint32_t *items = memory_zeroed(table->items, sizeof(*items));
    struct still_task task = {table, items, 0, table->options[question], -1};
    size_t observations = 0;
    double *weight = blend->weight + question * KINDS;
    for (uint32_t item = 0; item < table->items; item++) {
        if (table->question[item] == question) {
            items[task.item_count++] = item;
            observations += table->first[item + 1] - table->first[item];
        }
    }
    weigh_candidates(blend, &task, observations, weight);
    for (size_t c = 0; c < KINDS && !blend->given_up; c++) {
        if (weight[c] > 0) {
            learn_candidate(blend, &task, &kinds[c], weight[c]);
        }
        tell(blend);
    }
}

struct blend *blend_create(const struct report_table *table,
                           bool (*progress)(void *context, int done, int all), void *context)
{
    struct blend *blend = memory_zeroed(1, sizeof(*blend));
    size_t cells = 0;
    blend->table = table;
    blend->progress = progress;
    blend->context = context;
    blend->place = memory_zeroed(table->items, sizeof(*blend->place));
    blend->weight = memory_zeroed((size_t)table->questions * KINDS, sizeof(*blend->weight));
    for (size_t item = 0; item < table->items; item++) {
        blend->place[item] = cells;
        cells += table->options[table->question[item]];
    }
    blend->p = memory_zeroed(cells, sizeof(*blend->p));
    for (uint32_t q = 0; q < table->questions && !blend->given_up; q++) {
        learn_question(blend, q);
    }
    if (blend->given_up) {
        blend_destroy(blend);
        return NULL;
    }
    return blend;
}

void blend_destroy(struct blend *blend)
{
    if (!blend) {
        return;
    }
    free(blend->p);
    free(blend->place);
    free(blend->weight);
    free(blend);
}

void blend_posterior(const struct blend *blend, size_t item, double *p)
{
    int options = blend->table->options[blend->table->question[item]];
    double sum = 0;
    for (int k = 0; k < options; k++) {
        p[k] = (double)blend->p[blend->place[item] + (size_t)k];
        sum += p[k];
    }
    for (int k = 0; k < options; k++) {
        p[k] /= sum;
    }
}

size_t blend_candidates(void)
{
    return KINDS;
}

const char *blend_name(size_t candidate)
{
    return kinds[candidate].name;
}

double blend_weight(const struct blend *blend, uint32_t question, size_t candidate)
{
    return blend->weight[question * KINDS + candidate];
}
