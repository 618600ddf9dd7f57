#ifndef ZHANJI_CONSENSUS_WEIGH_H
#define ZHANJI_CONSENSUS_WEIGH_H

#include "collector/consensus/consensus.h"

/* The steps of consensus_weigh one by one (consensus.md §3), on an item's sorted observations. */
#define WEIGH_BURST_DAYS 14.0

void weigh_repeats(struct observation *observations, size_t count);
/* M_j: the weight of all within ±14 days that say the same, itself included. */
void weigh_masses(const struct observation *observations, size_t count, double *mass_out);
void weigh_saturate(struct observation *observations, size_t count, double span,
                    const double *mass);

#endif
