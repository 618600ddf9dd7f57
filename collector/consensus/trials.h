#ifndef ZHANJI_CONSENSUS_TRIALS_H
#define ZHANJI_CONSENSUS_TRIALS_H

#include "collector/consensus/candidates.h"

/* How the candidates did on what was held out of one question. */
enum {
    TRIALS_BLOCKS = 1024 /* items are drawn in as many groups, at most */
};

struct trial {
    struct still_verdict verdict;
    double found[STILL_TEMPERS]; /* Σ w·log P, by temper */
};

struct trials {
    size_t observations; /* of the question */
    size_t blocks;
    struct trial of[CANDIDATES];
    double *found; /* candidate × blocks: Σ w·log P by groups of items, of temper 1 */
};

/* If `headway` gives up, it is of no use. */
NODISCARD struct trials *trials_create(const struct labels_task *task,
                                       const struct headway *headway);
void trials_destroy(struct trials *trials);
/* How one model does: trial.found of temper 1. */
double trials_try(const struct labels_task *task, const struct still_kind *kind,
                  const struct headway *headway);

#endif
