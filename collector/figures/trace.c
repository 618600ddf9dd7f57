#include "collector/figures/trace.h"

#include <math.h>
#include <string.h>

#include "collector/figures/city.h"

int month_of_day(int32_t day)
{
    struct date date = day_to_date(day);
    return date.year * 12 + date.month - 1;
}

int32_t month_last_day(int month)
{
    int next = month + 1;
    return day_from_date((struct date){.year = next / 12, .month = next % 12 + 1, .day = 1}) - 1;
}

size_t months_until(const struct survey *survey, int32_t today)
{
    int first = month_of_day(survey->earliest_visit);
    int last = month_of_day(today);
    return last < first ? 0 : (size_t)last - (size_t)first + 1;
}

static const double least_weight = 0.5; /* consensus.md §6 */
static const uint32_t least_reporters = 2;

static void widen(struct difference *difference, const struct packed_knots *knots, size_t first,
                  size_t end)
{
    for (size_t piece = first; piece < end; piece++) {
        difference->begun = fmin(difference->begun, knots->pieces[piece].least);
        difference->over = fmax(difference->over, knots->pieces[piece].sum.time);
    }
}

static void find_difference(const struct tracing *tracing, struct difference *difference)
{
    const struct packed_knots *before = tracing->before->knots;
    const struct packed_knots *after = tracing->place->items[tracing->question].knots;
    size_t first = tracing->different.first;
    size_t end = tracing->different.end;
    const struct begun earlier = packed_begun(after, first);
    *difference = (struct difference){.begun = HUGE_VAL, .over = -HUGE_VAL};
    widen(difference, before, first, before->piece_count - (after->piece_count - end));
    widen(difference, after, first, end);
    difference->is_grown = earlier.weight >= least_weight && earlier.reporters >= least_reporters;
}

/* Whether a reading of the trace before holds: no pass differs there, and nor does what has been
 * seen by then in any way that shows. */
static bool is_kept(const struct tracing *tracing, double moment, double confidence)
{
    if (tracing->before == NULL)
        return false;
    const struct packed_knots *knots = tracing->place->items[tracing->question].knots;
    const struct difference *difference = &tracing->difference;
    size_t piece = 0;
    while (piece < knots->piece_count && knots->pieces[piece].sum.time <= moment)
        piece++;
    bool is_beyond = piece == knots->piece_count && tracing->opened.end == piece;
    if (is_beyond || (tracing->opened.first <= piece && piece < tracing->opened.end))
        return false;
    if (moment <= difference->begun)
        return true;
    bool is_clear =
        confidence >= SMOOTHER_CLEAR || moment > difference->over + SMOOTHER_RECENT_DAYS;
    return moment > difference->over && difference->is_grown && is_clear;
}

static void read_moment(const struct tracing *tracing, double moment, struct reading *reading,
                        double *p)
{
    bool is_whole = tracing->before == NULL;
    const struct packed_knots *knots = tracing->place->items[tracing->question].knots;
    reading->confidence = 0;
    if (is_whole || item_tells(knots, &tracing->opened, moment))
        smoother_read(tracing->opened.smoother, moment, reading, p);
    if (!is_whole && reading->confidence < SMOOTHER_CLEAR)
        item_read(tracing->place, tracing->question, moment, reading, p);
}

static void read_day(const struct tracing *tracing, int32_t day, struct reading *reading, double *p)
{
    read_moment(tracing, (double)day + 1, reading, p);
    station_limit(tracing->place, day, reading);
}

/* Where all visits have begun and the trace before holds, only what is counted is another. */
static void read_today(const struct tracing *tracing, int32_t day, struct trace *trace)
{
    const struct packed_knots *knots = tracing->place->items[tracing->question].knots;
    const struct begun all = packed_begun(knots, knots->piece_count);
    double moment = (double)day + 1;
    if (tracing->before == NULL || all.begin >= moment ||
        !is_kept(tracing, moment, tracing->before->reading.confidence)) {
        read_day(tracing, day, &trace->reading, trace->p);
        return;
    }
    trace->reading = tracing->before->reading;
    trace->reading.effective_weight = all.weight;
    trace->reading.reports = all.reports;
    trace->reading.reporters = all.reporters;
    memcpy(trace->p, tracing->before->p, sizeof trace->p);
}

static void read_month(const struct tracing *tracing, size_t month, int32_t day,
                       struct trace *trace)
{
    struct month_reading *to = &trace->months[month];
    const struct month_reading *from =
        tracing->before == NULL ? NULL : &tracing->before->months[month];
    if (from != NULL && is_kept(tracing, (double)day + 1, from->confidence)) {
        *to = *from;
        return;
    }
    struct reading reading;
    read_day(tracing, day, &reading, NULL);
    *to = (struct month_reading){reading.confidence, (int8_t)reading.best, (int8_t)reading.standing,
                                 reading.known};
}

static void read_months(const struct tracing *tracing, struct trace *trace)
{
    const struct survey *survey = tracing->place->rules->survey;
    size_t count = months_until(survey, trace->days.today);
    int first = month_of_day(survey->earliest_visit);
    if (!survey->questions[tracing->question].for_status)
        return;
    trace->months = memory_zeroed(count + 1, sizeof *trace->months);
    for (size_t i = 0; i < count; i++) {
        int32_t day = month_last_day(first + (int)i);
        read_month(tracing, i, day < trace->days.today ? day : trace->days.today, trace);
    }
}

/* Whether an answer is known does not depend on who has spoken against it. */
static void read_shift(const struct tracing *tracing, const struct city_change *change,
                       size_t place, struct shift *shift)
{
    double last = (double)change->last + 1;
    if (is_kept(tracing, change->first, 1) && is_kept(tracing, last, 1)) {
        *shift = tracing->before->shifts[place];
        return;
    }
    struct reading before;
    struct reading after;
    read_moment(tracing, change->first, &before, NULL);
    read_moment(tracing, last, &after, NULL);
    bool is_known = before.known && after.known;
    *shift =
        (struct shift){(int8_t)(is_known ? before.best : -1), (int8_t)(is_known ? after.best : -1)};
}

static void read_shifts(const struct tracing *tracing, struct trace *trace)
{
    struct city_change change;
    size_t count = 0;
    size_t bin = 0;
    const struct model *model = tracing->place->rules->model;
    while (city_next_change(model, tracing->question, &bin, &change)) {
        trace->shifts = memory_resize_take(trace->shifts, count + 1, sizeof *trace->shifts);
        read_shift(tracing, &change, count, &trace->shifts[count]);
        count++;
    }
}

static void open_all(struct tracing *tracing)
{
    item_open(tracing->place, tracing->question, &tracing->opened);
    item_keep_edges(tracing->place, tracing->question, &tracing->opened);
}

static struct trace *trace_create(struct tracing *tracing, struct view_days days)
{
    struct place *place = tracing->place;
    struct trace *trace = memory_zeroed(1, sizeof *trace);
    int32_t last = days.known < days.today ? days.known : days.today;
    atomic_init(&trace->references, 1);
    trace->knots = packed_hold(place->items[tracing->question].knots);
    trace->rules = rules_hold(place->rules);
    trace->days = days;
    read_today(tracing, days.today, trace);
    read_months(tracing, trace);
    read_shifts(tracing, trace);
    chronicle_fill(tracing, (double)last + 1, trace);
    item_close(&tracing->opened);
    return trace;
}

/* Whether the item is to be run over only where it differs from what it was. */
static bool can_go_on(const struct place *place, int question, const struct trace *before,
                      const struct place *place_before)
{
    const struct item *item = &place->items[question];
    const struct item *old = &place_before->items[question];
    return before->chronicle.is_told && item->edges.forward == NULL && old->edges.forward != NULL &&
           old->knots == before->knots;
}

struct trace *trace_make(struct place *place, int question, struct view_days days,
                         struct trace *before, const struct place *place_before)
{
    struct tracing tracing = {.place = place, .question = question};
    bool is_of_day = before != NULL && before->rules == place->rules &&
                     before->days.today == days.today && before->days.known == days.known;
    if (is_of_day && before->knots == place->items[question].knots) {
        atomic_fetch_add_explicit(&before->references, 1, memory_order_relaxed);
        return before;
    }
    if (is_of_day && can_go_on(place, question, before, place_before)) {
        tracing.before = before;
        item_reopen(place, question, &place_before->items[question], &tracing.opened,
                    &tracing.different);
        find_difference(&tracing, &tracing.difference);
    } else {
        open_all(&tracing);
    }
    return trace_create(&tracing, days);
}

void trace_drop(struct trace *trace)
{
    if (trace == NULL || atomic_fetch_sub_explicit(&trace->references, 1, memory_order_acq_rel) > 1)
        return;
    packed_drop(trace->knots);
    rules_drop(trace->rules);
    chronicle_finish(&trace->chronicle);
    free(trace->history);
    free(trace->months);
    free(trace->shifts);
    free(trace);
}
