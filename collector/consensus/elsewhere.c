#include "collector/consensus/elsewhere.h"

struct elsewhere {
    const struct report_table *table;
    const float *right;
    struct tally *whole; /* reporters + 1 */
};

static void add_observation(const struct elsewhere *elsewhere, size_t observation, double sign,
                            struct tally *tally)
{
    double weight = sign * (double)elsewhere->table->weight[observation];
    tally->correct += weight * (double)elsewhere->right[observation];
    tally->all += weight;
}

struct elsewhere *elsewhere_create(const struct report_table *table, const float *right)
{
    struct elsewhere *elsewhere = memory_zeroed(1, sizeof(*elsewhere));
    elsewhere->table = table;
    elsewhere->right = right;
    elsewhere->whole = memory_zeroed((size_t)table->reporters + 1, sizeof(*elsewhere->whole));
    for (size_t i = 0; i < table->count; i++)
        add_observation(elsewhere, i, 1, &elsewhere->whole[table->reporter[i]]);
    return elsewhere;
}

void elsewhere_destroy(struct elsewhere *elsewhere)
{
    if (!elsewhere)
        return;
    free(elsewhere->whole);
    free(elsewhere);
}

/* What is left of sums may be a rounding error below nothing. */
static struct tally scale(const struct tally *tally, double trust)
{
    double all = tally->all > 0 ? tally->all : 0;
    double correct = tally->correct > 0 ? tally->correct : 0;
    double share = trust / (trust + all);
    return (struct tally){share * (correct < all ? correct : all), share * all};
}

void elsewhere_tally(const struct elsewhere *elsewhere, const struct labels_task *task,
                     const uint32_t *listed, double trust, struct tally *tally_out)
{
    const struct report_table *table = elsewhere->table;
    for (size_t r = 0; r < task->reporters; r++)
        tally_out[r] = elsewhere->whole[listed[r]];
    for (size_t n = 0; n < task->item_count; n++) {
        uint32_t item = task->items[n];
        for (size_t i = table->first[item]; i < table->first[item + 1]; i++)
            add_observation(elsewhere, i, -1, &tally_out[task->number[table->reporter[i]]]);
    }
    for (size_t r = 0; r < task->reporters; r++)
        tally_out[r] = scale(&tally_out[r], trust);
}
