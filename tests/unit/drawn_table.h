#ifndef ZHANJI_TESTS_DRAWN_TABLE_H
#define ZHANJI_TESTS_DRAWN_TABLE_H

#include "collector/base/memory.h"
#include "collector/consensus/fit.h"

/* What tests that draw their own reports share: numbers by a seed, and a table to fill. */

/* In [0, 1): SplitMix64, Steele, Lea and Flood, OOPSLA 2014. */
static inline double draw_uniform(uint64_t *random)
{
    *random += 0x9e3779b97f4a7c15U;
    uint64_t z = *random;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static inline int draw_below(uint64_t *random, int limit)
{
    return (int)(draw_uniform(random) * limit);
}

/* One question about all items; visits of a day each. For report_table_build_take. */
static inline struct report_table daily_shape(size_t items, size_t days, uint32_t reporters,
                                              uint8_t options)
{
    struct report_table shape = {
        .items = items, .intervals = days, .reporters = reporters, .questions = 1};
    shape.span = (double)days;
    shape.options = memory_zeroed(1, 1);
    shape.options[0] = options;
    shape.question = memory_zeroed(items, sizeof(*shape.question));
    shape.interval = memory_zeroed(days, sizeof(*shape.interval));
    for (size_t d = 0; d < days; d++)
        shape.interval[d] = (struct interval){(double)d, (double)d + 1, (double)d + 0.5};
    return shape;
}

#endif
