#include "collector/consensus/blend.h"

#include <string.h>

struct blend {
    const struct report_table *table;
    float *p;       /* of each item, as many as its question has options */
    size_t *place;  /* where an item begins in p */
    double *weight; /* questions × CANDIDATES */
    bool (*progress)(void *context, int done, int all);
    void *context;
    bool given_up;
};

enum {
    STEPS = 1000 /* of progress */
};

static bool tell(void *context, double share)
{
    struct blend *blend = context;
    if (!blend->given_up && blend->progress)
        blend->given_up = !blend->progress(blend->context, (int)(share * STEPS + 0.5), STEPS);
    return !blend->given_up;
}

static void learn_candidate(struct blend *blend, const struct labels *labels,
                            const struct still_kind *kind, double temper, double weight,
                            const struct headway *headway)
{
    const struct labels_task *task = &labels->of;
    struct still *still = still_create(labels, kind, -1, headway);
    size_t options = (size_t)task->options;
    auto_free double *p = memory_zeroed(options, sizeof(*p));
    for (size_t place = 0; place < task->item_count; place++) {
        memset(p, 0, options * sizeof(*p));
        float *sum = blend->p + blend->place[task->items[place]];
        still_add_posterior(still, place, temper, weight, p);
        for (size_t k = 0; k < options; k++)
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

static void learn_candidates(struct blend *blend, const struct labels_task *task,
                             const double *weight, const double *temper,
                             const struct headway *headway)
{
    struct labels *labels = labels_create(task);
    size_t learned = 0;
    size_t all = 0;
    for (size_t c = 0; c < CANDIDATES; c++)
        all += weight[c] > 0;
    for (size_t c = 0; c < CANDIDATES && !blend->given_up; c++) {
        struct headway part = headway_part(headway, learned, all);
        if (weight[c] > 0) {
            learn_candidate(blend, labels, &candidates[c], temper[c], weight[c], &part);
            learned++;
        }
    }
    labels_destroy(labels);
}

static void learn_question(struct blend *blend, uint32_t question, const struct labels_task *task)
{
    const struct report_table *table = blend->table;
    const struct headway whole = {tell, blend, 0, 1};
    struct headway headway = headway_part(&whole, question, table->questions);
    struct headway judging = headway_part(&headway, 0, 2);
    struct headway learning = headway_part(&headway, 1, 2);
    size_t observations = 0;
    double temper[CANDIDATES];
    double *weight = blend->weight + question * CANDIDATES;
    for (size_t i = 0; i < task->item_count; i++)
        observations += table->first[task->items[i] + 1] - table->first[task->items[i]];
    candidates_weigh(task, observations, &judging, weight, temper);
    if (!blend->given_up)
        learn_candidates(blend, task, weight, temper, &learning);
    tell(blend, learning.from + learning.part);
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
        struct labels_task task = {
            .table = table,
            .items = order + first[q],
            .item_count = first[q + 1] - first[q],
            .options = table->options[q],
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
    blend->weight = memory_zeroed((size_t)table->questions * CANDIDATES, sizeof(*blend->weight));
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

double blend_weight(const struct blend *blend, uint32_t question, size_t candidate)
{
    return blend->weight[question * CANDIDATES + candidate];
}
