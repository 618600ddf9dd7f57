#include "collector/consensus/blend.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/roster.h"
#include "collector/consensus/trials.h"

/* As how many reports what is known of a reporter by other questions may count here, to choose
 * from. */
static const double trusts[] = {0, 4, 16, 64};
/* Observations: what the candidates did in other questions counts as that many here at most. */
static const double most_others = 500;

enum {
    TRUSTING = 5,      /* the candidate by which trust is chosen: the model of consensus.md */
    ASKED_MOST = 4096, /* questions by which it is, about */
    STEPS = 1000       /* of progress */
};

struct blend {
    const struct report_table *table;
    float *p;       /* of each item, as many as its question has options */
    size_t *place;  /* where an item begins in p */
    double *weight; /* questions × CANDIDATES */
    bool (*progress)(void *context, int done, int all);
    void *context;
    bool given_up;
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

/* The trust with which what was held out is told best, over all questions. */
static void choose_trust(const struct blend *blend, struct roster *roster,
                         const struct headway *headway)
{
    const struct report_table *table = blend->table;
    double found[ARRAY_LENGTH(trusts)] = {0};
    size_t best = 0;
    uint32_t step = table->questions / ASKED_MOST + 1;
    for (uint32_t q = 0; q < table->questions && !blend->given_up; q += step) {
        struct headway part = headway_part(headway, q, table->questions);
        for (size_t t = 0; t < ARRAY_LENGTH(trusts); t++) {
            struct headway of_trust = headway_part(&part, t, ARRAY_LENGTH(trusts));
            struct labels_task task = roster_take(table, q, trusts[t], roster);
            found[t] += trials_try(&task, &candidates[TRUSTING], &of_trust);
        }
    }
    for (size_t t = 1; t < ARRAY_LENGTH(trusts); t++)
        best = found[t] > found[best] ? t : best;
    roster->trust = trusts[best];
}

static void add_trials(const struct trials *trials, double sign, struct trial *sum)
{
    for (size_t c = 0; c < CANDIDATES; c++) {
        sum[c].verdict.judged += sign * trials->of[c].verdict.judged;
        sum[c].verdict.agreement += sign * trials->of[c].verdict.agreement;
        sum[c].verdict.by_chance += sign * trials->of[c].verdict.by_chance;
        for (size_t t = 0; t < STILL_TEMPERS; t++)
            sum[c].found[t] += sign * trials->of[c].found[t];
    }
}

/* What the candidates did in all questions but one, as far as it counts there. */
static void judge_elsewhere(const struct trial *whole, const struct trials *own,
                            struct trial *others)
{
    memcpy(others, whole, CANDIDATES * sizeof(*others));
    add_trials(own, -1, others);
    double share = most_others / fmax(most_others, others[0].verdict.judged);
    for (size_t c = 0; c < CANDIDATES; c++) {
        others[c].verdict.judged *= share;
        others[c].verdict.agreement *= share;
        others[c].verdict.by_chance *= share;
        for (size_t t = 0; t < STILL_TEMPERS; t++)
            others[c].found[t] *= share;
    }
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

static void judge_questions(struct blend *blend, struct roster *roster,
                            const struct headway *headway, struct trials **trials)
{
    for (uint32_t q = 0; q < blend->table->questions && !blend->given_up; q++) {
        struct headway part = headway_part(headway, q, blend->table->questions);
        struct labels_task task = roster_take(blend->table, q, roster->trust, roster);
        trials[q] = trials_create(&task, &part);
    }
}

static void learn_questions(struct blend *blend, struct roster *roster,
                            const struct headway *headway, struct trials *const *trials)
{
    uint32_t questions = blend->table->questions;
    struct trial whole[CANDIDATES] = {0};
    struct trial others[CANDIDATES];
    for (uint32_t q = 0; q < questions && !blend->given_up; q++)
        add_trials(trials[q], 1, whole);
    for (uint32_t q = 0; q < questions && !blend->given_up; q++) {
        struct headway part = headway_part(headway, q, questions);
        struct labels_task task = roster_take(blend->table, q, roster->trust, roster);
        double temper[CANDIDATES];
        double *weight = blend->weight + q * CANDIDATES;
        judge_elsewhere(whole, trials[q], others);
        candidates_weigh(trials[q], questions > 1 ? others : NULL, weight, temper);
        learn_candidates(blend, &task, weight, temper, &part);
    }
}

static void learn(struct blend *blend, const float *right)
{
    const struct report_table *table = blend->table;
    struct roster *roster = roster_create(table, right);
    auto_free struct trials **trials = memory_zeroed(table->questions, sizeof(*trials));
    const struct headway whole = {tell, blend, 0, 1};
    size_t first = roster->elsewhere ? 1 : 0;
    const struct headway trusting = headway_part(&whole, 0, 2 + first);
    const struct headway judging = headway_part(&whole, first, 2 + first);
    const struct headway learning = headway_part(&whole, first + 1, 2 + first);
    if (roster->elsewhere)
        choose_trust(blend, roster, &trusting);
    judge_questions(blend, roster, &judging, trials);
    learn_questions(blend, roster, &learning, trials);
    tell(blend, 1);
    for (uint32_t q = 0; q < table->questions; q++)
        trials_destroy(trials[q]);
    roster_destroy(roster);
}

struct blend *blend_create(const struct report_table *table, const float *right,
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
    learn(blend, right);
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
