#ifndef ZHANJI_FIGURES_TRACE_H
#define ZHANJI_FIGURES_TRACE_H

#include "collector/figures/station.h"

/* The days that a view answers for. */
struct view_days {
    int32_t today; /* default and latest as_of */
    int32_t known; /* known_at */
};

/* An item at the end of one month: what station_judge needs. */
struct month_reading {
    double confidence;
    int8_t best, standing;
    bool known;
};

/* An item before and after a citywide change; −1 where it was not known on both sides. */
struct shift {
    int8_t before, after;
};

/* What one pass over an item's knots gives for a day. Immutable and counted; shared by the sheets
 * for which it is the same. */
struct trace {
    atomic_uint references;
    struct packed_knots *knots;
    struct rules *rules;
    struct view_days days;
    struct reading reading; /* at the end of days.today */
    struct segment *history;
    size_t history_count;
    struct month_reading *months; /* of status questions, from the survey's first month on */
    struct shift *shifts;         /* by citywide change of the question (city.h) */
};

/* Takes `before` (or NULL) if it is the same, else runs over the item, and keeps its edges. */
NODISCARD struct trace *trace_make(struct place *place, int question, struct view_days days,
                                   struct trace *before);
void trace_drop(struct trace *trace);

/* Months since year 0, and the last day of one; the survey's months until a day. */
int month_of_day(int32_t day);
int32_t month_last_day(int month);
size_t months_until(const struct survey *survey, int32_t today);

#endif
