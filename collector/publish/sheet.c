#include "collector/publish/sheet.h"

#include <math.h>
#include <string.h>

#include "collector/publish/print.h"

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

static double sheet_now(const struct sheet *sheet)
{
    int32_t day = sheet->days.known < sheet->days.today ? sheet->days.known : sheet->days.today;
    return (double)day + 1;
}

static void read_histories(struct sheet *sheet, const struct survey *survey)
{
    struct question_history histories[SURVEY_QUESTIONS_MAX];
    size_t questions = (size_t)survey->question_count;
    sheet->histories = memory_zeroed(questions, sizeof(struct segment *));
    sheet->history_counts = memory_zeroed(questions, sizeof *sheet->history_counts);
    for (int q = 0; q < survey->question_count; q++) {
        const struct item *item = &sheet->place->items[q];
        bool known = !isnan(item->begins) && item->begins < sheet_now(sheet);
        if (known)
            sheet->history_counts[q] =
                smoother_history(item->smoother, sheet_now(sheet), &sheet->histories[q]);
        histories[q] =
            (struct question_history){sheet->histories[q], sheet->history_counts[q], item->begins};
        sheet->state.questions[q].history = sheet->histories[q];
        sheet->state.questions[q].history_count = sheet->history_counts[q];
    }
    sheet->state.history_count =
        timeline_merge(survey, sheet->place->station, histories, sheet_now(sheet), &sheet->history);
    sheet->state.history = sheet->history;
}

static void read_months(struct sheet *sheet, const struct survey *survey)
{
    int first = month_of_day(survey->earliest_visit);
    int last = month_of_day(sheet->days.today);
    if (last < first)
        return;
    sheet->month_count = (size_t)last - (size_t)first + 1;
    sheet->months = memory_zeroed(sheet->month_count, sizeof *sheet->months);
    for (int month = first; month <= last; month++) {
        int32_t day = month_last_day(month);
        struct reading readings[SURVEY_QUESTIONS_MAX];
        struct verdict verdict;
        day = day < sheet->days.today ? day : sheet->days.today;
        station_read_status(sheet->place, day, readings);
        station_judge(survey, sheet->place->station, day, readings, &verdict);
        sheet->months[month - first] =
            (struct sheet_month){(int8_t)verdict.status, (int8_t)verdict.standing, verdict.visited};
    }
}

struct sheet *sheet_create(struct place *place, struct view_days days)
{
    const struct survey *survey = place->rules->survey;
    struct sheet *sheet = memory_zeroed(1, sizeof *sheet);
    atomic_init(&sheet->references, 1);
    sheet->place = place_hold(place);
    sheet->days = days;
    station_state(place, days.today, &sheet->state);
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
        free(sheet->histories[q]);
    free(sheet->histories);
    free(sheet->history_counts);
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
