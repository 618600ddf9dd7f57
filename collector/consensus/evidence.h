#ifndef ZHANJI_CONSENSUS_EVIDENCE_H
#define ZHANJI_CONSENSUS_EVIDENCE_H

#include "collector/consensus/consensus.h"

/*
 * log θ[k][a] of reporters who are only an accuracy and the pooled direction (consensus.md §7).
 * Published accuracies are steps of a twentieth: for each, an answer is computed once.
 */
enum {
    EVIDENCE_STEPS = 20
};

struct evidence_step {
    double accuracy;
    double *table; /* answers × states */
    bool *filled;  /* by answer */
};

struct evidence {
    const struct emission *emission; /* all else is zero in the beginning */
    struct evidence_step step[EVIDENCE_STEPS + 1];
};

void evidence_finish(struct evidence *evidence);
/* Adds w·log θ of one observation for every state. */
void evidence_add(struct evidence *evidence, const struct observation *seen, double accuracy,
                  double *log_likelihood);

#endif
