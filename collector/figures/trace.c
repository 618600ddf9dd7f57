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

/* An item that is being traced. */
struct tracing {
    struct place *place;
    int question;
    struct opened_item opened;
};

static void read_day(const struct tracing *tracing, int32_t day, struct reading *reading)
{
    smoother_read(tracing->opened.smoother, (double)day + 1, reading);
    station_limit(tracing->place, day, reading);
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
        struct reading reading;
        read_day(tracing, day < trace->days.today ? day : trace->days.today, &reading);
        trace->months[i] = (struct month_reading){reading.confidence, (int8_t)reading.best,
                                                  (int8_t)reading.standing, reading.known};
    }
}

static void read_shifts(const struct tracing *tracing, struct trace *trace)
{
    struct city_change change;
    size_t count = 0;
    size_t bin = 0;
    const struct model *model = tracing->place->rules->model;
    while (city_next_change(model, tracing->question, &bin, &change)) {
        struct reading before;
        struct reading after;
        smoother_read(tracing->opened.smoother, change.first, &before);
        smoother_read(tracing->opened.smoother, (double)change.last + 1, &after);
        bool is_known = before.known && after.known;
        trace->shifts = memory_resize_take(trace->shifts, count + 1, sizeof *trace->shifts);
        trace->shifts[count++] = (struct shift){(int8_t)(is_known ? before.best : -1),
                                                (int8_t)(is_known ? after.best : -1)};
    }
}

static void read_history(const struct tracing *tracing, struct trace *trace)
{
    const struct item *item = &tracing->place->items[tracing->question];
    int32_t last = trace->days.known < trace->days.today ? trace->days.known : trace->days.today;
    double now = (double)last + 1;
    if (!isnan(item->begins) && item->begins < now)
        trace->history_count = smoother_history(tracing->opened.smoother, now, &trace->history);
}

static struct trace *trace_create(struct place *place, int question, struct view_days days)
{
    struct tracing tracing = {.place = place, .question = question};
    struct trace *trace = memory_zeroed(1, sizeof *trace);
    atomic_init(&trace->references, 1);
    trace->knots = packed_hold(place->items[question].knots);
    trace->rules = rules_hold(place->rules);
    trace->days = days;
    item_open(place, question, &tracing.opened);
    item_keep_edges(place, question, &tracing.opened);
    read_day(&tracing, days.today, &trace->reading);
    read_months(&tracing, trace);
    read_shifts(&tracing, trace);
    read_history(&tracing, trace);
    item_close(&tracing.opened);
    return trace;
}

struct trace *trace_make(struct place *place, int question, struct view_days days,
                         struct trace *before)
{
    const struct packed_knots *knots = place->items[question].knots;
    if (before == NULL || before->knots != knots || before->rules != place->rules ||
        before->days.today != days.today || before->days.known != days.known)
        return trace_create(place, question, days);
    atomic_fetch_add_explicit(&before->references, 1, memory_order_relaxed);
    return before;
}

void trace_drop(struct trace *trace)
{
    if (trace == NULL || atomic_fetch_sub_explicit(&trace->references, 1, memory_order_acq_rel) > 1)
        return;
    packed_drop(trace->knots);
    rules_drop(trace->rules);
    free(trace->history);
    free(trace->months);
    free(trace->shifts);
    free(trace);
}
