#ifndef ZHANJI_CONSENSUS_ANSWERS_H
#define ZHANJI_CONSENSUS_ANSWERS_H

#include "collector/consensus/consensus.h"

/*
 * An item's observations by answer: their positions in order of (answer, position). A question may
 * have many more answers than an item was given, so that only those that are there take time.
 */
NODISCARD uint32_t *answers_sort(const struct observation *observations, size_t count);
/* Where the answer ends that begins at `first` of the sorted positions. */
size_t answers_end(const struct observation *observations, const uint32_t *positions, size_t count,
                   size_t first);
/* Places that a table by answer needs for these observations. */
size_t answers_room(const struct observation *observations, size_t count);

#endif
