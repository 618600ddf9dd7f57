#include "collector/consensus/trials.h"

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
    LARGE = 2000000, /* observations: of more the best candidate alone is learned in the end */
    DRAWS = 200      /* of the bootstrap */
};

static const double least_weight = 0.01;
static const double least_agreement = 0.08; /* below the candidate of most agreement */
static const double least_beyond = 0.25;    /* of the most agreement beyond chance */

/* What is known of a question's candidates: by its own trials, and by others. */
struct contest {
    const struct trials *trials;
    const struct trial *others; /* CANDIDATES; NULL: none */
    bool strays[CANDIDATES];
};

/* The temper that is best over all items. Candidates are still compared as they are: by its own
 * temper the one that is too sure of every reporter's ways would seem as good as any. */
static size_t choose_temper(const struct contest *contest, size_t candidate)
{
    double found[STILL_TEMPERS];
    size_t best = 0;
    for (size_t t = 0; t < STILL_TEMPERS; t++) {
        found[t] = contest->trials->of[candidate].found[t];
        found[t] += contest->others ? contest->others[candidate].found[t] : 0;
    }
    for (size_t t = 1; t < STILL_TEMPERS; t++)
        best = found[t] > found[best] ? t : best;
    return best;
}

/* How often answers agree with the truth; and how much more often than with that of other items. */
static double agreement(const struct contest *contest, size_t candidate, bool beyond_chance)
{
    struct still_verdict verdict = contest->trials->of[candidate].verdict;
    if (contest->others) {
        verdict.judged += contest->others[candidate].verdict.judged;
        verdict.agreement += contest->others[candidate].verdict.agreement;
        verdict.by_chance += contest->others[candidate].verdict.by_chance;
    }
    double counted = verdict.agreement - (beyond_chance ? verdict.by_chance : 0);
    return counted / fmax(verdict.judged, 1e-9);
}

/* Who finds one truth for nearly all items agrees with whoever always says it. */
static void mark_empty(struct contest *contest)
{
    double most = 0;
    for (size_t c = 0; c < CANDIDATES; c++)
        most = fmax(most, agreement(contest, c, true));
    for (size_t c = 0; c < CANDIDATES; c++)
        contest->strays[c] = agreement(contest, c, true) < least_beyond * most;
}

static void mark_strays(struct contest *contest)
{
    double most = 0;
    mark_empty(contest);
    for (size_t c = 0; c < CANDIDATES; c++)
        most = contest->strays[c] ? most : fmax(most, agreement(contest, c, false));
    for (size_t c = 0; c < CANDIDATES; c++)
        contest->strays[c] |= agreement(contest, c, false) < most - least_agreement;
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

/* Σ d·ℓ of a candidate under one draw of weights for the groups of items. */
static double weigh_found(const struct contest *contest, size_t candidate, const double *draws,
                          double sum)
{
    size_t blocks = contest->trials->blocks;
    const double *of_block = contest->trials->found + candidate * blocks;
    double found = 0;
    for (size_t b = 0; b < blocks; b++)
        found += draws[b] * of_block[b];
    found *= (double)blocks / sum;
    return contest->others ? found + contest->others[candidate].found[0] : found;
}

/* Adds the candidates' shares under one draw. */
static void add_draw(const struct contest *contest, uint64_t *state, double *weight)
{
    double draws[TRIALS_BLOCKS];
    double sum = 0;
    double whole = 0;
    double best = -HUGE_VAL;
    double found[CANDIDATES];
    for (size_t b = 0; b < contest->trials->blocks; b++) {
        draws[b] = draw_exponential(state);
        sum += draws[b];
    }
    for (size_t c = 0; c < CANDIDATES; c++) {
        found[c] = weigh_found(contest, c, draws, sum);
        best = contest->strays[c] ? best : fmax(best, found[c]);
    }
    for (size_t c = 0; c < CANDIDATES; c++) {
        found[c] = contest->strays[c] ? 0 : exp(found[c] - best);
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

void candidates_weigh(const struct trials *trials, const struct trial *others, double *weight,
                      double *temper)
{
    struct contest contest = {.trials = trials, .others = others};
    uint64_t state = 0;
    mark_strays(&contest);
    for (size_t c = 0; c < CANDIDATES; c++)
        temper[c] = still_tempers[choose_temper(&contest, c)];
    for (int draw = 0; draw < DRAWS; draw++)
        add_draw(&contest, &state, weight);
    drop_light(trials->observations, weight);
}
