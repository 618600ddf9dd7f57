#ifndef ZHANJI_AGGREGATE_VOTES_H
#define ZHANJI_AGGREGATE_VOTES_H

#include "collector/aggregate/options.h"
#include "collector/consensus/consensus.h"

/* The methods that count votes. */
struct ballot {
    enum method method;
    double days;
    int options;
};

/* Shares of the votes of visits begun before `moment`, uniform without any; returns how many such
 * visits there are. The observations are in order of time. */
uint32_t votes_count(const struct ballot *ballot, const struct observation *observations,
                     size_t count, double moment, double *shares);

#endif
