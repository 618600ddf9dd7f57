#ifndef ZHANJI_CONSENSUS_WEIGH_H
#define ZHANJI_CONSENSUS_WEIGH_H

#include "collector/consensus/consensus.h"

/* The steps of consensus_weigh one by one (consensus.md §3), on an item's sorted observations. */
#define WEIGH_BURST_DAYS 14.0

void weigh_repeats(struct observation *observations, size_t count);
/* M_j: the weight of all within ±14 days that say the same, itself included. */
void weigh_masses(const struct observation *observations, size_t count, double *mass_out);
/* Σ w of an item, and the allowance c that it gives, rounded down to a power of 2^(1/4). */
double weigh_total(const struct observation *observations, size_t count);
double weigh_allowance(double total, double span);
void weigh_saturate(struct observation *observations, size_t count, double allowance,
                    const double *mass);

#endif
