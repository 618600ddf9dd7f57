#include "collector/consensus/trials.h"

enum {
    FOLDED_MOST = 100000, /* observations learned from in all folds together, about */
    SAMPLED_MOST = 200000 /* above this a sample of items is judged by */
};

static size_t count_observations(const struct labels_task *task)
{
    size_t count = 0;
    for (size_t i = 0; i < task->item_count; i++)
        count += task->table->first[task->items[i] + 1] - task->table->first[task->items[i]];
    return count;
}

/* Some items, so that not more than about SAMPLED_MOST observations are judged. */
static size_t sample_items(const struct labels_task *task, size_t observations, uint32_t *sampled)
{
    size_t every = observations / SAMPLED_MOST + 1;
    size_t count = 0;
    for (size_t i = 0; i < task->item_count; i += every)
        sampled[count++] = task->items[i];
    return count;
}

/* `blocks` has room for so many; NULL: nobody asks. */
static void judge(const struct labels *labels, size_t folds, const struct still_kind *kind,
                  const struct headway *headway, struct trial *trial, double *blocks)
{
    size_t items = labels->of.item_count;
    auto_free double *found = memory_zeroed(items * STILL_TEMPERS, sizeof(*found));
    for (int fold = 0; (size_t)fold < folds; fold++) {
        struct headway part = headway_part(headway, (size_t)fold, folds);
        struct still *still = still_create(labels, kind, fold, &part);
        still_judge(still, &trial->verdict, found);
        still_destroy(still);
    }
    for (size_t place = 0; place < items; place++)
        for (size_t t = 0; t < STILL_TEMPERS; t++)
            trial->found[t] += found[place * STILL_TEMPERS + t];
    for (size_t place = 0; blocks && place < items; place++)
        blocks[place % TRIALS_BLOCKS] += found[place * STILL_TEMPERS];
}

/* The labels to judge by; `sampled` has room for the task's items. */
static struct labels *take_labels(const struct labels_task *task, size_t observations,
                                  uint32_t *sampled)
{
    struct labels_task sample = *task;
    sample.item_count = sample_items(task, observations, sampled);
    sample.items = sampled;
    return labels_create(&sample);
}

static size_t folds_of(size_t observations)
{
    size_t folds = FOLDED_MOST / (observations + 1) + 1;
    return folds < STILL_FOLDS ? folds : STILL_FOLDS;
}

struct trials *trials_create(const struct labels_task *task, const struct headway *headway)
{
    struct trials *trials = memory_zeroed(1, sizeof(*trials));
    auto_free uint32_t *sampled = memory_zeroed(task->item_count, sizeof(*sampled));
    bool going = true;
    trials->observations = count_observations(task);
    trials->blocks = task->item_count < TRIALS_BLOCKS ? task->item_count : TRIALS_BLOCKS;
    trials->found = memory_zeroed(CANDIDATES * trials->blocks, sizeof(*trials->found));
    struct labels *labels = take_labels(task, trials->observations, sampled);
    for (size_t c = 0; c < CANDIDATES && going; c++) {
        struct headway part = headway_part(headway, c, CANDIDATES);
        judge(labels, folds_of(trials->observations), &candidates[c], &part, &trials->of[c],
              trials->found + c * trials->blocks);
        going = headway_tell(&part, 1);
    }
    labels_destroy(labels);
    return trials;
}

void trials_destroy(struct trials *trials)
{
    if (!trials)
        return;
    free(trials->found);
    free(trials);
}

double trials_try(const struct labels_task *task, const struct still_kind *kind,
                  const struct headway *headway)
{
    size_t observations = count_observations(task);
    auto_free uint32_t *sampled = memory_zeroed(task->item_count, sizeof(*sampled));
    struct labels *labels = take_labels(task, observations, sampled);
    struct trial trial = {0};
    judge(labels, folds_of(observations), kind, headway, &trial, NULL);
    labels_destroy(labels);
    return trial.found[0];
}
