#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/day.h"

enum {
    BEIJING = 8 * 3600
};

static void days_and_dates_agree_over_eight_hundred_years(void **state)
{
    (void)state;
    int32_t day = day_from_date((struct date){1600, 1, 1});
    int32_t end = day_from_date((struct date){2400, 1, 1});
    assert_int_equal(day_from_date((struct date){1970, 1, 1}), 0);
    assert_int_equal(day_from_date((struct date){2000, 3, 1}), 11017);
    struct date last = day_to_date(day - 1);
    for (; day < end; day++) {
        struct date date = day_to_date(day);
        assert_int_equal(day_from_date(date), day);
        bool next = date.day == last.day + 1 || (date.day == 1 && last.day >= 28);
        assert_true(next);
        last = date;
    }
}

static void an_instant_before_1970_has_the_right_day(void **state)
{
    (void)state;
    assert_int_equal(day_of_instant(-1, 0), -1);
    assert_int_equal(day_of_instant(-DAY_SECONDS, 0), -1);
    assert_int_equal(day_of_instant(-DAY_SECONDS - 1, 0), -2);
    assert_int_equal(day_of_instant(-1, BEIJING), 0);
}

static void visits_of_every_precision_become_intervals(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        const char *first, *last;
        int64_t seconds;
    } cases[] = {
        {"2023", "2023-01-01", "2023-12-31", 365LL * DAY_SECONDS},
        {"2024", "2024-01-01", "2024-12-31", 366LL * DAY_SECONDS},
        {"2024-02", "2024-02-01", "2024-02-29", 29LL * DAY_SECONDS},
        {"2023-02", "2023-02-01", "2023-02-28", 28LL * DAY_SECONDS},
        {"2023-12-20", "2023-12-20", "2023-12-20", DAY_SECONDS},
        {"2023-12-20T08:30+08:00", "2023-12-20", "2023-12-20", 1},
        {"2023-12-20T16:30:00Z", "2023-12-21", "2023-12-21", 1},
        {"2023-12-20T23:59:59.999-05:00", "2023-12-21", "2023-12-21", 1},
        {"2024-02-29T00:00+14:00", "2024-02-28", "2024-02-28", 1},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct visit visit;
        auto_buffer struct buffer text = {0};
        assert_true(visit_parse(cases[i].text, strlen(cases[i].text), BEIJING, &visit));
        buffer_day(&text, visit.first);
        assert_string_equal(text.data, cases[i].first);
        buffer_clear(&text);
        buffer_day(&text, visit.last);
        assert_string_equal(text.data, cases[i].last);
        assert_int_equal(visit.end - visit.begin, cases[i].seconds);
    }
}

static void what_is_no_date_is_refused_and_nothing_written(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2",
        "202",
        "20233",
        "2023-",
        "2023-00",
        "2023-13",
        "2023-1",
        "2023-02-29",
        "2100-02-29",
        "2024-02-30",
        "2024-04-31",
        "2024-01-00",
        "2024-1-1",
        "2024/01/01",
        "2024-01-01T",
        "2024-01-01T08:30",
        "2024-01-01T24:00Z",
        "2024-01-01T08:60Z",
        "2024-01-01T08:30:60Z",
        "2024-01-01T08:30:00.Z",
        "2024-01-01T08:30z",
        "2024-01-01t08:30Z",
        "2024-01-01 08:30Z",
        "2024-01-01T08:30+0800",
        "2024-01-01T08:30+24:00",
        "2024-01-01T08:30+08:60",
        "2024-01-01T08:30Z ",
        " 2024",
        "+2024",
        "-2024",
        "２０２４",
        "2024-01-01T08:30+08:00Z",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct visit visit = {.first = 77};
        if (visit_parse(cases[i], strlen(cases[i]), BEIJING, &visit))
            fail_msg("accepted \"%s\"", cases[i]);
        assert_int_equal(visit.first, 77);
    }
}

static void a_day_is_a_whole_date_and_nothing_less(void **state)
{
    (void)state;
    int32_t day = 0;
    assert_true(day_parse("2020-01-01", 10, &day));
    assert_int_equal(day, 18262);
    assert_false(day_parse("2020-01", 7, &day));
    assert_false(day_parse("2020-01-01T00:00Z", 17, &day));
}

static void instants_print_in_utc(void **state)
{
    (void)state;
    auto_buffer struct buffer text = {0};
    buffer_instant(&text, 1700000000);
    assert_string_equal(text.data, "2023-11-14T22:13:20Z");
}

static void offsets_have_sign_and_both_parts(void **state)
{
    (void)state;
    int32_t seconds = 0;
    assert_true(offset_parse("+08:00", 6, &seconds));
    assert_int_equal(seconds, BEIJING);
    assert_true(offset_parse("-03:30", 6, &seconds));
    assert_int_equal(seconds, -12600);
    assert_false(offset_parse("08:00", 5, &seconds));
    assert_false(offset_parse("+8:00", 5, &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_dates_agree_over_eight_hundred_years),
        cmocka_unit_test(an_instant_before_1970_has_the_right_day),
        cmocka_unit_test(visits_of_every_precision_become_intervals),
        cmocka_unit_test(what_is_no_date_is_refused_and_nothing_written),
        cmocka_unit_test(a_day_is_a_whole_date_and_nothing_less),
        cmocka_unit_test(instants_print_in_utc),
        cmocka_unit_test(offsets_have_sign_and_both_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
