#ifndef ZHANJI_CONSENSUS_STILL_H
#define ZHANJI_CONSENSUS_STILL_H

#include "collector/consensus/headway.h"
#include "collector/consensus/labels.h"

/*
 * One model of reporters for truths that do not change, by expectation maximisation. A state is a
 * class k and a difficulty d of the item (Whitehill et al., NIPS 2009, let items differ in
 * difficulty; here in two kinds). What θ[d][r][k][l] is made of:
 *   prior = a_{r,d}[k=l] + (1 − a_{r,d})·ν_d[k][l],  a_{r,d} = (A·m_d + Σ correct)/(A + Σ all)
 * where, with one difficulty, the sums hold what is known of the reporter by other questions.
 */
enum still_way {
    STILL_COIN,    /* θ = prior; m is pooled over reporters and A found by the likelihood of
                         their tallies, beta-binomial */
    STILL_OWN,     /* θ = (N[d][r][k][l] + s·prior) / (Σ_l N[d][r][k][l] + s); A = 10; m is 0.75
                         with one difficulty, else pooled */
    STILL_LAPLACE, /* θ = (N + 1) / (Σ_l N + K) (Dawid and Skene 1979, with Laplace's prior) */
    STILL_COMMUNITIES /* θ is that of the communities of which the reporter may be a member, each
                         with its confusion (Venanzi et al., WWW 2014); they are formed one by one,
                         around whoever is least like those before. One difficulty */
};

struct still_kind {
    const char *name;
    enum still_way way;
    double strength; /* s */
    int difficulties;
    bool pooled_direction; /* ν from the data, else uniform */
    bool learned_classes;  /* π from the data, else uniform */
};

enum {
    STILL_FOLDS = 4,
    STILL_TEMPERS = 8
};

/* Powers that posteriors can be taken to: where an item leads many astray together, or few labels
 * were taken for many, a model is too sure, and a power below 1 tells better what it knows. The
 * first is 1. */
extern const double still_tempers[STILL_TEMPERS];

/* The fold of an observation, the same for every run. */
int still_fold(size_t observation);

struct still;
/* Learns without the labels of one fold, or of all (−1). Borrows the labels. Tells `headway` (which
 * may be NULL) of each iteration; what was given up is of no use. */
NODISCARD struct still *still_create(const struct labels *labels, const struct still_kind *kind,
                                     int fold, const struct headway *headway);
void still_destroy(struct still *still);
/* Adds weight × an item's posterior (by its place in the task), tempered, to p. */
void still_add_posterior(const struct still *still, size_t place, double temper, double weight,
                         double *p);

/* What a model makes of the observations that were held out: Σ w, Σ w·P(the answer is the truth),
 * and what that would be if the truths were dealt out to other items. */
struct still_verdict {
    double judged, agreement, by_chance;
};

/* Adds to a verdict; to found[place × STILL_TEMPERS + t] of each item and temper Σ w·log P(answer)
 * over those that were held out. */
void still_judge(const struct still *still, struct still_verdict *verdict, double *found);

#endif
