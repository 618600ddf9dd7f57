#include "collector/pages/dates.h"

#include <math.h>
#include <string.h>

enum {
    HOUR_SECONDS = 3600,
    MINUTE_SECONDS = 60,
    HOUR_MINUTES = 60
};

static const char *const english_months[] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

static void put_year(struct buffer *out, enum language language, int year)
{
    buffer_format(out, language == LANGUAGE_EN ? "%d" : "%d年", year);
}

void date_month(struct buffer *out, enum language language, int year, int month)
{
    if (language == LANGUAGE_EN)
        buffer_format(out, "%s %d", english_months[month - 1], year);
    else
        buffer_format(out, "%d年%d月", year, month);
}

void date_day(struct buffer *out, enum language language, int32_t day)
{
    struct date date = day_to_date(day);
    if (language == LANGUAGE_EN)
        buffer_format(out, "%d ", date.day);
    date_month(out, language, date.year, date.month);
    if (language == LANGUAGE_ZH)
        buffer_format(out, "%d日", date.day);
}

void date_hour(struct buffer *out, enum language language, int64_t instant, int32_t offset_seconds)
{
    int32_t day = day_of_instant(instant, offset_seconds);
    int hour = (int)((instant - day_begin(day, offset_seconds)) / HOUR_SECONDS);
    date_day(out, language, day);
    if (language == LANGUAGE_EN)
        buffer_format(out, ", %d:00–%d:00", hour, hour + 1);
    else
        buffer_format(out, "%d时", hour);
}

void date_visit(struct buffer *out, enum language language, const char *visited,
                int32_t offset_seconds)
{
    struct visit visit;
    if (!visit_parse(visited, strlen(visited), offset_seconds, &visit)) {
        buffer_text(out, visited);
        return;
    }
    date_interval(out, language, visit.first, visit.last);
    if (strchr(visited, 'T') == NULL)
        return;
    int minute = (int)((visit.begin - day_begin(visit.first, offset_seconds)) / MINUTE_SECONDS);
    buffer_format(out, language == LANGUAGE_EN ? ", %d:%02d" : " %d:%02d", minute / HOUR_MINUTES,
                  minute % HOUR_MINUTES);
}

static bool ends_month(int32_t day)
{
    return day_to_date(day + 1).day == 1;
}

static bool is_month(struct date first, struct date last, int32_t last_day)
{
    return first.day == 1 && ends_month(last_day) && first.month == last.month &&
           first.year == last.year;
}

static bool is_year(struct date first, struct date last)
{
    return first.year == last.year && first.month == 1 && first.day == 1 && last.month == 12 &&
           last.day == 31;
}

void date_interval(struct buffer *out, enum language language, int32_t first, int32_t last)
{
    struct date from = day_to_date(first), to = day_to_date(last);
    if (first == last) {
        date_day(out, language, first);
    } else if (is_year(from, to)) {
        put_year(out, language, from.year);
    } else if (is_month(from, to, last)) {
        date_month(out, language, from.year, from.month);
    } else {
        date_day(out, language, first);
        buffer_text(out, language == LANGUAGE_EN ? " – " : "至");
        date_day(out, language, last);
    }
}

void date_coarse(struct buffer *out, enum language language, int32_t day)
{
    struct date date = day_to_date(day);
    if (date.month == 12 && date.day == 31)
        put_year(out, language, date.year);
    else if (ends_month(day))
        date_month(out, language, date.year, date.month);
    else
        date_day(out, language, day);
}

static void put_bracket_end(struct buffer *out, enum language language, int32_t day, bool coarse)
{
    struct date date = day_to_date(day);
    if (coarse)
        date_month(out, language, date.year, date.month);
    else
        date_day(out, language, day);
}

void date_bracket(struct buffer *out, enum language language, const struct bracket *bracket)
{
    int32_t first = (int32_t)floor(bracket->earliest), last = (int32_t)floor(bracket->latest);
    bool coarse = last - first > 62;
    auto_buffer struct buffer from = {0}, to = {0};
    put_bracket_end(&from, language, first, coarse);
    put_bracket_end(&to, language, last, coarse);
    bool english = language == LANGUAGE_EN;
    if (strcmp(from.data, to.data) == 0)
        buffer_format(out, english ? "on %s" : "在%s", from.data);
    else
        buffer_format(out, english ? "between %s and %s" : "在%s至%s之间", from.data, to.data);
}
