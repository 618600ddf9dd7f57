#ifndef ZHANJI_CONSENSUS_CANDIDATES_H
#define ZHANJI_CONSENSUS_CANDIDATES_H

#include "collector/consensus/still.h"

/* The models of reporters that a blend is made of (blend.h). */
enum {
    CANDIDATES = 11
};

extern const struct still_kind candidates[CANDIDATES];

/*
 * The weight of each candidate in one question: adds to weight[CANDIDATES], which is zero, and sets
 * temper[CANDIDATES]. `others` is what is known of the candidates by other questions, as far as it
 * counts here; NULL: nothing.
 */
struct trial;
struct trials;
void candidates_weigh(const struct trials *trials, const struct trial *others, double *weight,
                      double *temper);

#endif
