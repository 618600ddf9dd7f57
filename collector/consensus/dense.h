#ifndef ZHANJI_CONSENSUS_DENSE_H
#define ZHANJI_CONSENSUS_DENSE_H

#include "collector/consensus/consensus.h"

/* Where the reporters of an item are numbered densely, they are sorted by counting. */

/* A table of so many has a place for each reporter's number and, last, one for the unnamed; 0: it
 * would be too large for so few observations. */
static inline size_t dense_kinds(const struct observation *observations, size_t count)
{
    size_t kinds = 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t reporter = observations[i].reporter;
        if (reporter != CONSENSUS_NOBODY && (size_t)reporter + 2 > kinds)
            kinds = (size_t)reporter + 2;
    }
    return kinds > 8 * count + 64 ? 0 : kinds;
}

static inline size_t dense_kind(uint32_t reporter, size_t kinds)
{
    return reporter == CONSENSUS_NOBODY ? kinds - 1 : reporter;
}

#endif
