#ifndef ZHANJI_TESTS_DRAWN_TABLE_H
#define ZHANJI_TESTS_DRAWN_TABLE_H

#include "collector/base/memory.h"
#include "collector/consensus/fit.h"
#include "tests/draw.h"

/* A table to fill for tests that draw their own reports. */

/* One question about all items; visits of a day each. For report_table_build_take. */
static inline struct report_table daily_shape(size_t items, size_t days, uint32_t reporters,
                                              uint16_t options)
{
    struct report_table shape = {
        .items = items, .intervals = days, .reporters = reporters, .questions = 1};
    shape.span = (double)days;
    shape.options = memory_zeroed(1, sizeof(*shape.options));
    shape.options[0] = options;
    shape.question = memory_zeroed(items, sizeof(*shape.question));
    shape.interval = memory_zeroed(days, sizeof(*shape.interval));
    for (size_t d = 0; d < days; d++)
        shape.interval[d] = (struct interval){(double)d, (double)d + 1, (double)d + 0.5};
    return shape;
}

#endif
