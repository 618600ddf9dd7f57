#include "collector/figures/sheet.h"

#include <string.h>

#include "collector/figures/print.h"

static double sheet_now(const struct sheet *sheet)
{
    int32_t day = sheet->days.known < sheet->days.today ? sheet->days.known : sheet->days.today;
    return (double)day + 1;
}

static void make_traces(struct sheet *sheet, int count, const struct sheet *before)
{
    sheet->traces = memory_zeroed((size_t)count + 1, sizeof(struct trace *));
    for (int q = 0; q < count; q++)
        sheet->traces[q] = before == NULL ? trace_make(sheet->place, q, sheet->days, NULL, NULL)
                                          : trace_make(sheet->place, q, sheet->days,
                                                       before->traces[q], before->place);
}

static void read_state(struct sheet *sheet, const struct survey *survey)
{
    struct reading readings[SURVEY_QUESTIONS_MAX];
    for (int q = 0; q < survey->question_count; q++)
        readings[q] = sheet->traces[q]->reading;
    station_state_of(sheet->place, sheet->days.today, readings, &sheet->state);
    for (int q = 0; q < survey->question_count; q++)
        memcpy(sheet->state.questions[q].p, sheet->traces[q]->p, sizeof sheet->traces[q]->p);
}

static void read_histories(struct sheet *sheet, const struct survey *survey)
{
    struct question_history histories[SURVEY_QUESTIONS_MAX];
    for (int q = 0; q < survey->question_count; q++) {
        const struct trace *trace = sheet->traces[q];
        histories[q] = (struct question_history){trace->history, trace->history_count,
                                                 sheet->place->items[q].begins};
        sheet->state.questions[q].history = trace->history;
        sheet->state.questions[q].history_count = trace->history_count;
    }
    sheet->state.history_count =
        timeline_merge(survey, sheet->place->station, histories, sheet_now(sheet), &sheet->history);
    sheet->state.history = sheet->history;
}

static void month_readings(const struct sheet *sheet, const struct survey *survey, size_t month,
                           struct reading *readings)
{
    for (int q = 0; q < survey->question_count; q++) {
        if (!survey->questions[q].for_status)
            continue;
        const struct month_reading *from = &sheet->traces[q]->months[month];
        readings[q] = (struct reading){.best = from->best,
                                       .known = from->known,
                                       .standing = (enum standing)from->standing,
                                       .confidence = from->confidence};
    }
}

static void read_months(struct sheet *sheet, const struct survey *survey)
{
    int first = month_of_day(survey->earliest_visit);
    sheet->month_count = months_until(survey, sheet->days.today);
    sheet->months = memory_zeroed(sheet->month_count + 1, sizeof *sheet->months);
    struct reading readings[SURVEY_QUESTIONS_MAX];
    for (size_t month = 0; month < sheet->month_count; month++) {
        int32_t day = month_last_day(first + (int)month);
        struct verdict verdict;
        day = day < sheet->days.today ? day : sheet->days.today;
        month_readings(sheet, survey, month, readings);
        station_judge(survey, sheet->place->station, day, readings, &verdict);
        sheet->months[month] =
            (struct sheet_month){(int8_t)verdict.status, (int8_t)verdict.standing, verdict.visited};
    }
}

struct sheet *sheet_create(struct place *place, struct view_days days, const struct sheet *before)
{
    const struct survey *survey = place->rules->survey;
    struct sheet *sheet = memory_zeroed(1, sizeof *sheet);
    atomic_init(&sheet->references, 1);
    sheet->place = place_hold(place);
    sheet->days = days;
    make_traces(sheet, survey->question_count, before);
    read_state(sheet, survey);
    read_histories(sheet, survey);
    read_months(sheet, survey);
    print_station_head(survey, days.known, &sheet->state, &sheet->head);
    print_station_tail(survey, &sheet->state, false, &sheet->brief_tail);
    print_station_tail(survey, &sheet->state, true, &sheet->tail);
    return sheet;
}

struct sheet *sheet_hold(struct sheet *sheet)
{
    atomic_fetch_add_explicit(&sheet->references, 1, memory_order_relaxed);
    return sheet;
}

void sheet_drop(struct sheet *sheet)
{
    if (sheet == NULL || atomic_fetch_sub_explicit(&sheet->references, 1, memory_order_acq_rel) > 1)
        return;
    for (int q = 0; q < sheet->place->rules->survey->question_count; q++)
        trace_drop(sheet->traces[q]);
    free(sheet->traces);
    free(sheet->history);
    free(sheet->months);
    buffer_finish(&sheet->head);
    buffer_finish(&sheet->brief_tail);
    buffer_finish(&sheet->tail);
    place_drop(sheet->place);
    free(sheet);
}

void sheet_state(const struct sheet *sheet, int32_t as_of, struct station_state *state_out)
{
    if (as_of >= sheet->days.today) {
        *state_out = sheet->state;
        return;
    }
    station_state(sheet->place, as_of, state_out);
    state_out->history = sheet->state.history;
    state_out->history_count = sheet->state.history_count;
    for (int q = 0; q < sheet->place->rules->survey->question_count; q++) {
        state_out->questions[q].history = sheet->state.questions[q].history;
        state_out->questions[q].history_count = sheet->state.questions[q].history_count;
    }
}

void leaf_init_take(struct leaf *leaf, struct sheet *sheet, uint32_t pending,
                    const struct leaf *before)
{
    struct buffer json = {0};
    *leaf = (struct leaf){.sheet = sheet, .pending = pending};
    buffer_bytes(&json, sheet->head.data, sheet->head.length);
    buffer_integer(&json, pending);
    buffer_bytes(&json, sheet->tail.data, sheet->tail.length);
    /* An unchanged document keeps what hangs on it, such as its compressed form. */
    if (before != NULL && blob_length(before->document) == json.length &&
        memcmp(blob_data(before->document), json.data, json.length) == 0) {
        leaf->document = blob_hold(before->document);
        buffer_finish(&json);
        return;
    }
    leaf->document = blob_create_take(&json, "application/json");
}

void leaf_finish(struct leaf *leaf)
{
    sheet_drop(leaf->sheet);
    blob_drop(leaf->document);
    *leaf = (struct leaf){0};
}
