/* The city by month (design §6). */
#include "collector/figures/build.h"
#include "collector/figures/city.h"
#include "collector/figures/print.h"

_Static_assert(ARRAY_LENGTH(((struct month_counts *)NULL)->all) ==
                   ARRAY_LENGTH(((struct month_counts *)NULL)->visited),
               "both halves have a place for every status");

static void count_sheet(struct month_counts *months, size_t month_count, const struct sheet *sheet)
{
    const size_t statuses = ARRAY_LENGTH(months->all);
    for (size_t i = 0; i < month_count && i < sheet->month_count; i++) {
        size_t status = (size_t)sheet->months[i].status;
        if (status >= statuses)
            continue;
        months[i].all[status]++;
        months[i].visited[status] += sheet->months[i].visited;
    }
}

static void count_reports(struct month_counts *months, size_t month_count, int first_month,
                          const struct place *place)
{
    for (size_t i = 0; i < place->arrivals.count; i++) {
        const struct arrival *arrival = &place->arrivals.at[i];
        int month = month_of_day(arrival->first) - first_month;
        /* A visit that began before the survey did (only its end counts) goes to the first. */
        size_t index = month < 0 ? 0 : (size_t)month;
        if (index >= month_count)
            continue;
        months[index].reports += arrival->reports;
        if (month_of_day(arrival->last) > month_of_day(arrival->first))
            months[index].of_year += arrival->reports;
    }
}

struct month_counts *months_count(const struct view *view, size_t *count_out)
{
    const struct view_parts *parts = &view->parts;
    const struct survey *survey = parts->rules->survey;
    int first = month_of_day(survey->earliest_visit);
    int last = month_of_day(parts->days.today);
    size_t count = last < first ? 0 : (size_t)last - (size_t)first + 1;
    struct month_counts *months = memory_zeroed(count + 1, sizeof *months);
    for (size_t i = 0; i < count; i++) {
        months[i].year = (first + (int)i) / 12;
        months[i].month = (first + (int)i) % 12 + 1;
    }
    for (int s = 0; s < survey->station_count; s++) {
        count_sheet(months, count, parts->leaves[s].sheet);
        count_reports(months, count, first, parts->leaves[s].sheet->place);
    }
    *count_out = count;
    return months;
}

static void print_counts(struct buffer *buffer, const struct survey *survey, const uint32_t *counts)
{
    for (int i = 0; i < survey->statuses.count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_string(buffer, survey->statuses.terms[i].id);
        buffer_format(buffer, ":%u", counts[i]);
    }
}

static void print_month(struct buffer *buffer, const struct survey *survey,
                        const struct month_counts *month)
{
    buffer_format(buffer, "{\"month\":\"%04d-%02d\",", month->year, month->month);
    print_counts(buffer, survey, month->all);
    buffer_text(buffer, ",\"visited\":{");
    print_counts(buffer, survey, month->visited);
    buffer_format(buffer, "},\"reports\":%u}", month->reports);
}

static bool month_touches(const struct month_counts *month, int32_t from, int32_t to)
{
    int32_t last = month_last_day(month->year * 12 + month->month - 1);
    int32_t first = day_from_date((struct date){month->year, month->month, 1});
    return last >= from && first <= to;
}

/* Visits known only to the year: a month's count has them where the year began. */
static void print_years(struct buffer *buffer, const struct view *view, int32_t from, int32_t to)
{
    const char *comma = "";
    for (size_t i = 0; i < view->month_count; i++) {
        const struct month_counts *month = &view->months[i];
        if (month->of_year == 0 || month_last_day(month->year * 12 + 11) < from ||
            day_from_date((struct date){month->year, 1, 1}) > to)
            continue;
        buffer_format(buffer, "%s{\"year\":\"%04d\",\"reports\":%u}", comma, month->year,
                      month->of_year);
        comma = ",";
    }
}

void view_summary_json(const struct view *view, int32_t from, int32_t to, struct buffer *buffer)
{
    const struct survey *survey = view_survey(view);
    const char *comma = "";
    buffer_text(buffer, "{\"known_at\":");
    print_day(buffer, view_known_day(view));
    buffer_text(buffer, ",\"months\":[");
    for (size_t i = 0; i < view->month_count; i++) {
        if (!month_touches(&view->months[i], from, to))
            continue;
        buffer_text(buffer, comma);
        print_month(buffer, survey, &view->months[i]);
        comma = ",";
    }
    buffer_text(buffer, "],\"years\":[");
    print_years(buffer, view, from, to);
    buffer_text(buffer, "],\"city_changes\":[");
    city_changes_json(view, from, to, buffer);
    buffer_text(buffer, "],\"withheld\":");
    buffer_integer(buffer, (int64_t)view_withheld(view));
    buffer_text(buffer, ",\"pending\":");
    buffer_integer(buffer, (int64_t)view_pending(view));
    buffer_char(buffer, '}');
}
