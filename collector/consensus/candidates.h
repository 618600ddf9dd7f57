#ifndef ZHANJI_CONSENSUS_CANDIDATES_H
#define ZHANJI_CONSENSUS_CANDIDATES_H

#include "collector/consensus/still.h"

/* The models of reporters that a blend is made of (blend.h). */
enum {
    CANDIDATES = 11
};

extern const struct still_kind candidates[CANDIDATES];

/*
 * The weight of each candidate in one question, of which there are so many observations: adds to
 * weight[CANDIDATES], which is zero, and sets temper[CANDIDATES]. If `headway` gives up, they are
 * of no use.
 */
void candidates_weigh(const struct labels_task *task, size_t observations,
                      const struct headway *headway, double *weight, double *temper);

#endif
