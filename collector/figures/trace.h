#ifndef ZHANJI_FIGURES_TRACE_H
#define ZHANJI_FIGURES_TRACE_H

#include "collector/consensus/runs.h"
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

/* What of an item's history is found piece by piece: the runs of the stops of each piece, which are
 * those after the piece before up to its last knot, and last of the stops after all knots. */
struct chronicle {
    struct run_part *runs;
    uint32_t *from;  /* by piece: the first of its runs; two more, the last is the end */
    uint32_t beyond; /* how many stops there are after all knots */
    bool is_told;    /* it has begun: else there is nothing */
};

/* What the passes over an item's knots give for a day. Immutable and counted; shared by the sheets
 * for which it is the same. */
struct trace {
    atomic_uint references;
    struct packed_knots *knots;
    struct rules *rules;
    struct view_days days;
    struct reading reading;       /* at the end of days.today */
    double p[SURVEY_OPTIONS_MAX]; /* the same: over the options */
    struct chronicle chronicle;
    struct segment *history;
    size_t history_count;
    struct month_reading *months; /* of status questions, from the survey's first month on */
    struct shift *shifts;         /* by citywide change of the question (city.h) */
};

/* What differs from the trace before, in time. */
struct difference {
    double begun;  /* nothing of it has begun by then */
    double over;   /* none of it is later */
    bool is_grown; /* already before it there were weight and reporters enough for any standing */
};

/* An item that is traced anew, at least in part. */
struct tracing {
    struct place *place;
    int question;
    const struct trace *before; /* that goes on outside of the opened pieces; NULL: all are open */
    struct piece_range different; /* from it */
    struct difference difference;
    struct opened_item opened;
    struct path path; /* over the opened pieces */
};

/* Takes `before` (or NULL) if it is the same, else runs over what differs from it, or over the
 * whole item, and keeps its edges. `place_before` is the place of `before`. */
NODISCARD struct trace *trace_make(struct place *place, int question, struct view_days days,
                                   struct trace *before, const struct place *place_before);
void trace_drop(struct trace *trace);

/* chronicle.c: fills the trace's chronicle and history, as of `now` in days. */
void chronicle_fill(struct tracing *tracing, double now, struct trace *trace);
void chronicle_finish(struct chronicle *chronicle);

/* Months since year 0, and the last day of one; the survey's months until a day. */
int month_of_day(int32_t day);
int32_t month_last_day(int month);
size_t months_until(const struct survey *survey, int32_t today);

#endif
