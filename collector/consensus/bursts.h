#ifndef ZHANJI_CONSENSUS_BURSTS_H
#define ZHANJI_CONSENSUS_BURSTS_H

#include "collector/consensus/consensus.h"

/*
 * Which clusters of one answer are bursts, told from how many of their kind a whole set has.
 *
 * Reports that come independently have a Poisson number of others with their answer within ±14
 * days, so that its tail probability t = P(X ≥ x) is spread as can be computed: a set of honest
 * reporters has as many small t as chance makes, one with colluders has more. Of n reports with
 * about the same t where e were expected, the share that came by chance is e/n, and the others are
 * bursts: the local false discovery rate of Efron, Tibshirani, Storey and Tusher, JASA 96, 2001. It
 * is taken to fall with t (isotonic, by pooling adjacent violators).
 */
enum {
    BURST_STEPS = 64 /* of t, four to a power of two */
};

struct bursts {
    double expected[BURST_STEPS]; /* reports by t, if they come independently */
    double seen[BURST_STEPS];
    double chance[BURST_STEPS]; /* that a report is of a burst, once bursts_judge was called */
};

/* Adds an item's observations, weighed for repeats, with their M_j (weigh_masses); `step_out` gets
 * the step of each one's t. */
void bursts_add(struct bursts *bursts, const struct observation *observations, size_t count,
                double span, const double *mass, uint8_t *step_out);
void bursts_judge(struct bursts *bursts);

#endif
