#ifndef ZHANJI_CONSENSUS_STILL_STATE_H
#define ZHANJI_CONSENSUS_STILL_STATE_H

#include "collector/consensus/lanes.h"
#include "collector/consensus/still.h"

/*
 * What is inside `struct still`, for the parts of its EM: still.c (from start to end), pass.c (the
 * E step), habits.c and ways.c (reporters, one by one), communities.c (reporters by their
 * likeness), judge.c (what comes of it).
 */
enum {
    COMMUNITIES_MOST = 8,
    STILL_FEW = 16 /* options: what is computed over more of them is computed four by four */
};

/* Probabilities below this are taken for it. */
static const double smallest_chance = 1e-6;

/*
 * Tables of options × options are by answer, then truth, as the rows of θ are: the cell of truth k
 * and answer l is at l × options + k.
 */
struct community {
    double share; /* of the reporters */
    double *chance, *log_chance;
};

struct communities {
    size_t count; /* formed so far */
    struct community formed[COMMUNITIES_MOST];
    double *tables; /* of those formed */
    double *member; /* reporter × COMMUNITIES_MOST: of which one is a member, as probabilities */
};

struct still {
    struct still_kind kind;
    int fold;
    const struct labels *labels;
    size_t options, states; /* states = difficulties × options, class fastest */
    size_t reporters, items;
    const struct label *learned;   /* labels without the fold, by item */
    const uint32_t *first_learned; /* items + 1: where an item's begin */
    struct label *own_learned;     /* these two, where there is a fold */
    uint32_t *own_first;
    float *log_chance;               /* row × states */
    double *counts;                  /* the same */
    float *gamma;                    /* item × states */
    double *log_prior;               /* states */
    double *scratch;                 /* states: for whoever works on one item or reporter */
    uint32_t *likely;                /* states: the same */
    double *pooled;                  /* Σ_r N: a table of each difficulty */
    double *direction;               /* the table of ν, for whoever updates reporters */
    struct communities *communities; /* NULL of a kind without */
};

/* Whether a label of an item, by its place, is not in the fold. */
bool still_learns(const struct still *still, size_t place, size_t label);

/* Σγ of each state, and a little more. */
void still_sum_states(const struct still *still, double *sum);
/* N from γ, and the E step (which counts anew); the largest change of a class at an item. */
void still_count_all(struct still *still);
double still_pass(struct still *still);

/* The M step of the reporters: θ from N. The first iteration is number 0. */
void habits_update(struct still *still, int iteration);
/* m_d */
double habits_mean(const struct still *still, size_t difficulty);
/* ν of one difficulty, into a table. */
void habits_direct(const struct still *still, size_t difficulty, double *direction);

struct communities *communities_create(size_t reporters, size_t options);
void communities_destroy(struct communities *communities);
/* What habits_update does where reporters are of communities. */
void communities_update(struct still *still, int iteration);
/* Whether all communities have been formed by an iteration, and it may be the last. */
bool communities_are_formed(const struct still *still, int iteration);
/* Makes of θ what is expected of reporters, for judging; before it is the mean of log θ. */
void communities_foretell(struct still *still);

/* Σ of values and `sum`: one by one where options are few, else four by four. */
UNROLLED double still_sum(double sum, const double *values, size_t count, bool many)
{
    size_t i = 0;
    lanes four = lanes_all(0);
    for (; many && i + LANES <= count; i += LANES)
        four += lanes_load(values + i);
    for (; i < count; i++)
        sum += values[i];
    return many ? sum + lanes_sum(four)[0] : sum;
}

#endif
