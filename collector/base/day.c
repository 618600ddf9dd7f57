#include "collector/base/day.h"

#include <string.h>
#include <time.h>

#include "collector/base/number.h"

/* Days from the civil calendar and back by eras of 400 years, after Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms". */
enum {
    ERA_DAYS = 146097,
    DAYS_TO_1970 = 719468
};

int32_t day_from_date(struct date date)
{
    int year = date.month <= 2 ? date.year - 1 : date.year;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int month_from_march = (date.month + 9) % 12;
    int day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - DAYS_TO_1970;
}

struct date day_to_date(int32_t day)
{
    int64_t shifted = (int64_t)day + DAYS_TO_1970;
    int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
    int day_of_era = (int)(shifted - era * ERA_DAYS);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    return (struct date){
        .year = (int)(era * 400) + year_of_era + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
    };
}

int32_t day_of_instant(int64_t instant, int32_t offset_seconds)
{
    int64_t local = instant + offset_seconds;
    int64_t day = local / DAY_SECONDS - (local % DAY_SECONDS < 0);
    return (int32_t)day;
}

int64_t day_begin(int32_t day, int32_t offset_seconds)
{
    return (int64_t)day * DAY_SECONDS - offset_seconds;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* What is left of the text, taken from the front. */
struct cursor {
    const char *text;
    size_t length;
};

static bool take_digits(struct cursor *cursor, size_t count, int minimum, int maximum, int *out)
{
    uint64_t value;
    if (cursor->length < count ||
        !number_unsigned(cursor->text, count, (uint64_t)maximum, &value) || (int)value < minimum)
        return false;
    *out = (int)value;
    cursor->text += count;
    cursor->length -= count;
    return true;
}

static bool take_char(struct cursor *cursor, char expected)
{
    if (cursor->length == 0 || cursor->text[0] != expected)
        return false;
    cursor->text++;
    cursor->length--;
    return true;
}

/* ".25": any number of digits, at least one. */
static bool take_fraction(struct cursor *cursor)
{
    if (!take_char(cursor, '.'))
        return true;
    int digit;
    if (!take_digits(cursor, 1, 0, 9, &digit))
        return false;
    while (take_digits(cursor, 1, 0, 9, &digit))
        continue;
    return true;
}

static bool take_offset(struct cursor *cursor, int32_t *seconds_out)
{
    int sign = take_char(cursor, '+') ? 1 : take_char(cursor, '-') ? -1 : 0;
    int hours;
    int minutes;
    if (sign == 0 || !take_digits(cursor, 2, 0, 23, &hours) || !take_char(cursor, ':') ||
        !take_digits(cursor, 2, 0, 59, &minutes))
        return false;
    *seconds_out = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool offset_parse(const char *text, size_t length, int32_t *seconds_out)
{
    struct cursor cursor = {text, length};
    int32_t seconds;
    if (!take_offset(&cursor, &seconds) || cursor.length != 0)
        return false;
    *seconds_out = seconds;
    return true;
}

/* "hh:mm[:ss[.f…]](Z|±hh:mm)" to the end; the instant of a day of that offset. */
static bool parse_time(struct cursor cursor, int32_t day, int64_t *instant_out)
{
    int hour;
    int minute;
    int second = 0;
    int32_t offset = 0;
    if (!take_digits(&cursor, 2, 0, 23, &hour) || !take_char(&cursor, ':') ||
        !take_digits(&cursor, 2, 0, 59, &minute))
        return false;
    if (take_char(&cursor, ':') &&
        (!take_digits(&cursor, 2, 0, 59, &second) || !take_fraction(&cursor)))
        return false;
    if (!take_char(&cursor, 'Z') && !take_offset(&cursor, &offset))
        return false;
    *instant_out = day_begin(day, offset) + hour * 3600 + minute * 60 + second;
    return cursor.length == 0;
}

static struct visit whole_days(int32_t first, int32_t last, int32_t offset_seconds)
{
    return (struct visit){first, last, day_begin(first, offset_seconds),
                          day_begin(last + 1, offset_seconds)};
}

static struct visit one_instant(int64_t instant, int32_t offset_seconds)
{
    int32_t day = day_of_instant(instant, offset_seconds);
    return (struct visit){day, day, instant, instant + 1};
}

bool visit_parse(const char *text, size_t length, int32_t offset_seconds, struct visit *visit_out)
{
    struct cursor cursor = {text, length};
    struct date date = {0, 1, 1};
    if (!take_digits(&cursor, 4, 0, 9999, &date.year))
        return false;
    if (cursor.length == 0) {
        int32_t last = day_from_date((struct date){date.year, 12, 31});
        *visit_out = whole_days(day_from_date(date), last, offset_seconds);
        return true;
    }
    if (!take_char(&cursor, '-') || !take_digits(&cursor, 2, 1, 12, &date.month))
        return false;
    int days = days_in_month(date.year, date.month);
    if (cursor.length == 0) {
        int32_t first = day_from_date(date);
        *visit_out = whole_days(first, first + days - 1, offset_seconds);
        return true;
    }
    if (!take_char(&cursor, '-') || !take_digits(&cursor, 2, 1, days, &date.day))
        return false;
    int32_t day = day_from_date(date);
    if (cursor.length == 0) {
        *visit_out = whole_days(day, day, offset_seconds);
        return true;
    }
    int64_t instant;
    if (!take_char(&cursor, 'T') || !parse_time(cursor, day, &instant))
        return false;
    *visit_out = one_instant(instant, offset_seconds);
    return true;
}

bool day_parse(const char *text, size_t length, int32_t *day_out)
{
    struct visit visit;
    if (length != strlen("YYYY-MM-DD") || !visit_parse(text, length, 0, &visit))
        return false;
    *day_out = visit.first;
    return true;
}

/* Decimal digits with leading zeros; by hand, since every report prints a few. */
void buffer_digits(struct buffer *buffer, int value, size_t count)
{
    char *end = buffer_reserve(buffer, count);
    for (size_t i = count; i-- > 0; value /= 10)
        end[i] = (char)('0' + value % 10);
    end[count] = '\0';
    buffer->length += count;
}

void buffer_day(struct buffer *buffer, int32_t day)
{
    struct date date = day_to_date(day);
    buffer_digits(buffer, date.year, 4);
    buffer_char(buffer, '-');
    buffer_digits(buffer, date.month, 2);
    buffer_char(buffer, '-');
    buffer_digits(buffer, date.day, 2);
}

void buffer_instant(struct buffer *buffer, int64_t instant)
{
    int32_t day = day_of_instant(instant, 0);
    int second = (int)(instant - day_begin(day, 0));
    buffer_day(buffer, day);
    buffer_char(buffer, 'T');
    buffer_digits(buffer, second / 3600, 2);
    buffer_char(buffer, ':');
    buffer_digits(buffer, second / 60 % 60, 2);
    buffer_char(buffer, ':');
    buffer_digits(buffer, second % 60, 2);
    buffer_char(buffer, 'Z');
}

int64_t clock_now(const struct clock *clock)
{
    return clock->now(clock->context);
}

static int64_t real_now(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

struct clock clock_real(void)
{
    return (struct clock){real_now, NULL};
}
