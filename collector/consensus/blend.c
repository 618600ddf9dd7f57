#include "collector/consensus/blend.h"

#include <math.h>

static const struct still_kind kinds[] = {
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
    KINDS = ARRAY_LENGTH(kinds),
    FOLDED_MOST = 100000,  /* observations learned from in all folds together, about */
    SAMPLED_MOST = 200000, /* above this a sample of items is judged by */
    LARGE = 2000000,       /* above this the best candidate alone is learned in the end */
    DRAWS = 200,           /* of the bootstrap */
    BLOCKS = 1024          /* items are drawn in as many groups, at most */
};

static const double least_weight = 0.01;
static const double least_agreement = 0.08; /* below the candidate of most agreement */

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
    if (blend->progress && !blend->progress(blend->context, blend->done, all))
        blend->given_up = true;
}

/* Some items, so that not more than about SAMPLED_MOST observations are judged. */
static size_t sample_items(const struct still_task *task, size_t observations, uint32_t *sampled)
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
    bool strays;
};

static void judge(const struct still_task *whole, size_t observations,
                  const struct still_kind *kind, struct trial *trial)
{
    auto_free uint32_t *sampled = memory_zeroed(whole->item_count, sizeof(*sampled));
    auto_free double *found = memory_zeroed(whole->item_count, sizeof(*found));
    struct still_task task = *whole;
    task.item_count = sample_items(whole, observations, sampled);
    task.items = sampled;
    size_t folds = FOLDED_MOST / (observations + 1) + 1;
    for (int fold = 0; fold < STILL_FOLDS && (size_t)fold < folds; fold++) {
        task.fold = fold;
        struct still *still = still_create(&task, kind);
        still_judge(still, &trial->verdict, found);
        still_destroy(still);
    }
    for (size_t place = 0; place < task.item_count; place++)
        trial->found[place % BLOCKS] += found[place];
}

static double agreement(const struct trial *trial)
{
    return trial->verdict.agreement / fmax(trial->verdict.judged, 1e-9);
}

static void mark_strays(struct trial *trials)
{
    double most = 0;
    for (size_t c = 0; c < KINDS; c++)
        most = fmax(most, agreement(&trials[c]));
    for (size_t c = 0; c < KINDS; c++)
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
    double found[KINDS] = {0};
    for (size_t b = 0; b < blocks; b++) {
        draws[b] = draw_exponential(state);
        sum += draws[b];
    }
    for (size_t c = 0; c < KINDS; c++) {
        for (size_t b = 0; b < blocks; b++)
            found[c] += draws[b] * trials[c].found[b];
        found[c] *= (double)blocks / sum;
        best = trials[c].strays ? best : fmax(best, found[c]);
    }
    for (size_t c = 0; c < KINDS; c++) {
        found[c] = trials[c].strays ? 0 : exp(found[c] - best);
        whole += found[c];
    }
    for (size_t c = 0; c < KINDS; c++)
        weight[c] += found[c] / whole;
}

/* Leaves out what hardly counts, or (of very many observations) all but the best. */
static void drop_light(size_t observations, double *weight)
{
    double most = 0;
    double sum = 0;
    for (size_t c = 0; c < KINDS; c++)
        most = fmax(most, weight[c]);
    for (size_t c = 0; c < KINDS; c++) {
        weight[c] = weight[c] < most * (observations > LARGE ? 1 : least_weight) ? 0 : weight[c];
        sum += weight[c];
    }
    for (size_t c = 0; c < KINDS; c++)
        weight[c] /= sum;
}

static void weigh_candidates(struct blend *blend, const struct still_task *task,
                             size_t observations, double *weight)
{
    auto_free struct trial *trials = memory_zeroed(KINDS, sizeof(*trials));
    uint64_t state = 0;
    for (size_t c = 0; c < KINDS && !blend->given_up; c++) {
        judge(task, observations, &kinds[c], &trials[c]);
        tell(blend);
    }
    mark_strays(trials);
    for (int draw = 0; draw < DRAWS; draw++)
        add_draw(trials, task->item_count < BLOCKS ? task->item_count : BLOCKS, &state, weight);
    drop_light(observations, weight);
}

static void learn_candidate(struct blend *blend, const struct still_task *task,
                            const struct still_kind *kind, double weight)
{
    struct still *still = still_create(task, kind);
    for (size_t place = 0; place < task->item_count; place++) {
        double p[CONSENSUS_OPTIONS_MAX] = {0};
        float *sum = blend->p + blend->place[task->items[place]];
        still_add_posterior(still, place, weight, p);
        for (int k = 0; k < task->options; k++)
            sum[k] += (float)p[k];
    }
    still_destroy(still);
}

/* The reporters of a question among themselves, for all questions one after the other. */
struct roster {
    uint32_t *listed; /* as many as there are */
    uint32_t *number; /* by reporter of the table */
    bool *is_listed;  /* all false between questions */
};

static int reporter_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* In the order of the table's numbers, so that sums over them are taken in that order. */
static size_t number_reporters(const struct report_table *table, const uint32_t *items,
                               size_t count, struct roster *roster)
{
    size_t found = 0;
    for (size_t n = 0; n < count; n++) {
        for (uint32_t i = table->first[items[n]]; i < table->first[items[n] + 1]; i++) {
            uint32_t reporter = table->reporter[i];
            if (!roster->is_listed[reporter])
                roster->listed[found++] = reporter;
            roster->is_listed[reporter] = true;
        }
    }
    qsort(roster->listed, found, sizeof(*roster->listed), reporter_compare);
    for (size_t i = 0; i < found; i++) {
        roster->number[roster->listed[i]] = (uint32_t)i;
        roster->is_listed[roster->listed[i]] = false;
    }
    return found;
}

static void learn_question(struct blend *blend, uint32_t question, const struct still_task *task)
{
    const struct report_table *table = blend->table;
    size_t observations = 0;
    double *weight = blend->weight + question * KINDS;
    for (size_t i = 0; i < task->item_count; i++)
        observations += table->first[task->items[i] + 1] - table->first[task->items[i]];
    weigh_candidates(blend, task, observations, weight);
    for (size_t c = 0; c < KINDS && !blend->given_up; c++) {
        if (weight[c] > 0)
            learn_candidate(blend, task, &kinds[c], weight[c]);
        tell(blend);
    }
}

static void learn_questions(struct blend *blend)
{
    const struct report_table *table = blend->table;
    size_t reporters = (size_t)table->reporters + 1;
    auto_free uint32_t *order = NULL;
    auto_free uint32_t *first = NULL;
    auto_free uint32_t *listed = memory_zeroed(reporters, sizeof(*listed));
    auto_free uint32_t *number = memory_zeroed(reporters, sizeof(*number));
    auto_free bool *is_listed = memory_zeroed(reporters, sizeof(*is_listed));
    struct roster roster = {listed, number, is_listed};
    report_table_order(table, &order, &first);
    for (uint32_t q = 0; q < table->questions && !blend->given_up; q++) {
        struct still_task task = {
            .table = table,
            .items = order + first[q],
            .item_count = first[q + 1] - first[q],
            .options = table->options[q],
            .fold = -1,
            .number = number,
        };
        task.reporters = number_reporters(table, task.items, task.item_count, &roster);
        learn_question(blend, q, &task);
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
    learn_questions(blend);
    if (blend->given_up) {
        blend_destroy(blend);
        return NULL;
    }
    return blend;
}

void blend_destroy(struct blend *blend)
{
    if (!blend)
        return;
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
    for (int k = 0; k < options; k++)
        p[k] /= sum;
}

size_t blend_candidates(void)
{
    return KINDS;
}

const struct still_kind *blend_kind(size_t candidate)
{
    return &kinds[candidate];
}

double blend_weight(const struct blend *blend, uint32_t question, size_t candidate)
{
    return blend->weight[question * KINDS + candidate];
}
