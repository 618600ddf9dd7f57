#include "collector/consensus/still_state.h"

#include <math.h>
#include <string.h>

enum {
    ITERATIONS = 40
};

static const double start_share = 1e-3;
static const double settled = 1e-5;

const double still_tempers[STILL_TEMPERS] = {1, 1.25, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2};

int still_fold(size_t observation)
{
    uint64_t z = (uint64_t)observation + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (int)((z ^ (z >> 31)) % STILL_FOLDS);
}

bool still_learns(const struct still *still, size_t place, size_t label)
{
    return still_fold(labels_observation(still->labels, place, label)) != still->fold;
}

/* What is learned from, in the order of items. */
static void list_learned(struct still *still)
{
    const struct labels *labels = still->labels;
    size_t count = 0;
    still->own_learned = memory_zeroed(labels->count, sizeof(*still->own_learned));
    still->own_first = memory_zeroed(still->items + 1, sizeof(*still->own_first));
    for (size_t place = 0; place < still->items; place++) {
        for (size_t i = labels->first[place]; i < labels->first[place + 1]; i++)
            if (still_learns(still, place, i))
                still->own_learned[count++] = labels->label[i];
        still->own_first[place + 1] = (uint32_t)count;
    }
    still->learned = still->own_learned;
    still->first_learned = still->own_first;
}

/* Shares of the votes; items of little agreement are more likely hard ones. */
static void start_item(struct still *still, size_t place)
{
    double *share = still->scratch;
    double sum = 0;
    double top = 0;
    for (size_t k = 0; k < still->options; k++)
        share[k] = start_share;
    for (size_t i = still->first_learned[place]; i < still->first_learned[place + 1]; i++) {
        const struct label *label = &still->learned[i];
        share[still->labels->answer[label->row]] += (double)label->weight;
    }
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

/* π over classes, times that over difficulties. */
static void update_prior(struct still *still)
{
    double *class = still->scratch;
    double difficulty[2] = {0};
    double total = 0;
    double options = (double)still->options;
    memset(class, 0, still->options * sizeof(*class));
    still_sum_states(still, still->log_prior);
    for (size_t s = 0; s < still->states; s++) {
        double sum = still->log_prior[s];
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

static void learn(struct still *still, const struct headway *headway)
{
    for (size_t place = 0; place < still->items; place++)
        start_item(still, place);
    still_count_all(still);
    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        update_prior(still);
        habits_update(still, iteration);
        bool may_end = communities_are_formed(still, iteration);
        if (still_pass(still) < settled && may_end)
            return;
        if (!headway_tell(headway, (iteration + 1.0) / ITERATIONS))
            return;
    }
}

static void allocate(struct still *still)
{
    size_t cells = still->labels->rows * still->states;
    still->log_chance = memory_zeroed_lines(cells, sizeof(*still->log_chance));
    still->counts = memory_zeroed_lines(cells, sizeof(*still->counts));
    still->gamma = memory_zeroed(still->items * still->states, sizeof(*still->gamma));
    still->log_prior = memory_zeroed(still->states, sizeof(double));
    still->scratch = memory_zeroed(still->states, sizeof(double));
    still->likely = memory_zeroed(still->states, sizeof(*still->likely));
    still->pooled = memory_zeroed(still->states * still->options, sizeof(double));
    still->direction = memory_zeroed(still->options * still->options, sizeof(double));
    if (still->kind.way == STILL_COMMUNITIES)
        still->communities = communities_create(still->reporters, still->options);
}

struct still *still_create(const struct labels *labels, const struct still_kind *kind, int fold,
                           const struct headway *headway)
{
    struct still *still = memory_zeroed(1, sizeof(*still));
    still->kind = *kind;
    still->fold = fold;
    still->labels = labels;
    still->options = (size_t)labels->of.options;
    still->states = still->options * (size_t)kind->difficulties;
    still->reporters = labels->of.reporters;
    still->items = labels->of.item_count;
    still->learned = labels->label;
    still->first_learned = labels->first;
    if (fold >= 0)
        list_learned(still);
    allocate(still);
    learn(still, headway);
    if (fold >= 0)
        communities_foretell(still);
    return still;
}

void still_destroy(struct still *still)
{
    if (!still)
        return;
    communities_destroy(still->communities);
    free(still->own_learned);
    free(still->own_first);
    free(still->log_chance);
    free(still->counts);
    free(still->gamma);
    free(still->log_prior);
    free(still->scratch);
    free(still->likely);
    free(still->pooled);
    free(still->direction);
    free(still);
}
