#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "moderation/flags.h"

static const int64_t hour = 3600;

enum {
    DAY = 20000
};

/* A visit that is known to the hour's quarter, `minutes` after the day's beginning. */
static struct waiting visit_at(int station, char reporter, int64_t minutes)
{
    int64_t begin = (int64_t)DAY * DAY_SECONDS + minutes * 60;
    struct waiting waiting = {
        .station = station,
        .visited = {.first = DAY, .last = DAY, .begin = begin, .end = begin + 60},
        .has_reporter = reporter != 0,
    };

    memset(waiting.answers, -1, sizeof waiting.answers);
    memset(waiting.reporter, reporter, sizeof waiting.reporter);
    waiting.uuid[0] = (uint8_t)station;
    waiting.uuid[1] = (uint8_t)minutes;
    return waiting;
}

static struct waiting visit_on(int station, int32_t day, int8_t answer)
{
    struct waiting waiting = visit_at(station, 0, 0);

    waiting.visited = (struct visit){.first = day,
                                     .last = day,
                                     .begin = (int64_t)day * DAY_SECONDS,
                                     .end = ((int64_t)day + 1) * DAY_SECONDS};
    waiting.answers[0] = answer;
    return waiting;
}

static void compare(struct waiting *items, size_t count)
{
    struct waiting *pointers[64];

    assert_true(count <= ARRAY_LENGTH(pointers));
    for (size_t i = 0; i < count; i++)
        pointers[i] = &items[i];
    flags_compare(pointers, count);
}

static void a_note_is_searched_for_numbers_and_links(void **state)
{
    static const struct {
        const char *note;
        bool number, link;
    } cases[] = {
        {NULL, false, false},
        {"", false, false},
        {"三号窗口，工作人员很客气", false, false},
        {"排队 20 分钟，花了 20 元", false, false},
        {"2026-11-22 去的", false, false},
        {"20261122 上午", false, false},
        {"找我 13812345678", true, false},
        {"138 1234 5678", true, false},
        {"１３８１２３４５６７８", true, false},
        {"010-6551-1234", true, false},
        {"身份证 11010519491231002X", true, false},
        {"看 https://example.org/a", false, true},
        {"加微信号 abc", false, true},
        {"mail me@example.org", false, true},
        {"WWW.EXAMPLE", false, true},
        {"123456", false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct flags flags = {0};
        flags_of_note(cases[i].note, &flags);
        if (flag_is_set(&flags, FLAG_NUMBERS) != cases[i].number ||
            flag_is_set(&flags, FLAG_LINKS) != cases[i].link)
            fail_msg("%s: numbers %d, links %d", cases[i].note, flag_is_set(&flags, FLAG_NUMBERS),
                     flag_is_set(&flags, FLAG_LINKS));
    }
}

static void a_visit_long_past_is_told_with_its_age(void **state)
{
    const struct survey survey = {.offset_seconds = 8 * 3600};
    struct waiting waiting = visit_on(1, DAY, 0);

    (void)state;
    waiting.arrived = ((int64_t)DAY + FLAG_PAST_DAYS) * DAY_SECONDS;
    flags_of_date(&survey, &waiting, &waiting.flags);
    assert_int_equal(waiting.flags.set, 0);
    waiting.arrived += 16 * hour;
    flags_of_date(&survey, &waiting, &waiting.flags);
    assert_true(flag_is_set(&waiting.flags, FLAG_PAST));
    assert_int_equal(waiting.flags.numbers[FLAG_PAST], FLAG_PAST_DAYS + 1);
}

static void the_same_content_again_is_told_to_each(void **state)
{
    struct waiting items[4] = {visit_on(1, DAY, 0), visit_on(1, DAY, 0), visit_on(1, DAY, 0),
                               visit_on(1, DAY, 0)};
    char note[] = "another note";

    (void)state;
    items[3].note = note;
    compare(items, 4);
    for (size_t i = 0; i < 3; i++) {
        assert_true(flag_is_set(&items[i].flags, FLAG_REPEATED));
        assert_int_equal(items[i].flags.numbers[FLAG_REPEATED], 2);
    }
    assert_false(flag_is_set(&items[3].flags, FLAG_REPEATED));
}

static void what_is_published_already_counts_as_the_same(void **state)
{
    struct waiting waiting = visit_on(1, DAY, 0);
    struct published_answer rows[3] = {{.visited = waiting.visited, .reporter_number = 7}};
    struct flags flags = {0};

    (void)state;
    memcpy(rows[0].answers, waiting.answers, sizeof rows[0].answers);
    rows[1] = rows[2] = rows[0];
    rows[0].uuid[0] = rows[1].uuid[0] = rows[2].uuid[0] = 9;
    rows[1].answers[0] = 1;
    rows[2].visited.first--;
    flags_of_published(&waiting, rows, ARRAY_LENGTH(rows), &flags);
    assert_int_equal(flags.numbers[FLAG_REPEATED], 1);
    flags = (struct flags){0};
    waiting.has_reporter = true;
    waiting.reporter_number = 8;
    flags_of_published(&waiting, rows, ARRAY_LENGTH(rows), &flags);
    assert_int_equal(flags.set, 0);
}

static void a_burst_is_of_one_station_and_few_days(void **state)
{
    struct waiting items[12];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        items[i] = visit_on(1, DAY + (int32_t)(i % 4), 0);   /* a burst */
        items[5 + i] = visit_on(2, DAY + 4 * (int32_t)i, 0); /* too far apart */
    }
    items[10] = visit_on(1, DAY, 1); /* another answer */
    items[11] = visit_on(3, DAY, 0); /* another station */
    compare(items, ARRAY_LENGTH(items));
    for (size_t i = 0; i < ARRAY_LENGTH(items); i++)
        assert_int_equal(flag_is_set(&items[i].flags, FLAG_BURST), i < 5);
}

static void nobody_is_at_two_stations_within_two_minutes(void **state)
{
    static const struct {
        int64_t minutes;
        int other_station;
        char other_reporter;
        bool is_hurried;
    } cases[] = {
        {1, 2, 'a', true},  {2, 2, 'a', true},  {3, 2, 'a', false},
        {1, 1, 'a', false}, {1, 2, 'b', false}, {1, 2, 0, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct waiting items[2] = {
            visit_at(1, 'a', 0),
            visit_at(cases[i].other_station, cases[i].other_reporter, cases[i].minutes)};
        compare(items, 2);
        if (flag_is_set(&items[0].flags, FLAG_HURRIED) != cases[i].is_hurried)
            fail_msg("case %zu", i);
    }
}

static void forty_stations_a_day_are_too_many_even_without_a_clock(void **state)
{
    struct waiting items[40];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(items); i++) {
        items[i] = visit_on((int)i, DAY, 0);
        items[i].has_reporter = true;
    }
    compare(items, ARRAY_LENGTH(items) - 1);
    assert_false(flag_is_set(&items[0].flags, FLAG_HURRIED));
    compare(items, ARRAY_LENGTH(items));
    for (size_t i = 0; i < ARRAY_LENGTH(items); i++)
        assert_int_equal(items[i].flags.numbers[FLAG_HURRIED], 40);
}

static void every_flag_has_its_reason_in_both_languages(void **state)
{
    struct survey_option options[2] = {{.term = {.id = "a", .text = {{"甲", "A"}}}},
                                       {.term = {.id = "b", .text = {{"乙", "B"}}}}};
    struct survey_question question = {
        .term = {.id = "q", .text = {{"问", "Q"}}}, .options = options, .option_count = 2};
    const struct survey survey = {.questions = &question, .question_count = 1};

    (void)state;
    for (unsigned i = 0; i < FLAG_COUNT; i++) {
        auto_buffer struct buffer json = {0};
        struct flags flags = {.question = 0, .answer = 1};
        enum flag found = FLAG_COUNT;
        assert_true(flag_find(flag_id((enum flag)i), &found));
        assert_int_equal(found, i);
        flag_raise(&flags, (enum flag)i, 42);
        flags_json(&survey, &flags, &json);
        assert_non_null(strstr(json.data, "\"zh\":\""));
        assert_non_null(strstr(json.data, "\"en\":\""));
        assert_null(strstr(json.data, "{n}"));
        assert_null(strstr(json.data, "{question}"));
        if (i == FLAG_CONTRADICTS)
            assert_non_null(strstr(json.data, "(42 %) says: Q B."));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_searched_for_numbers_and_links),
        cmocka_unit_test(a_visit_long_past_is_told_with_its_age),
        cmocka_unit_test(the_same_content_again_is_told_to_each),
        cmocka_unit_test(what_is_published_already_counts_as_the_same),
        cmocka_unit_test(a_burst_is_of_one_station_and_few_days),
        cmocka_unit_test(nobody_is_at_two_stations_within_two_minutes),
        cmocka_unit_test(forty_stations_a_day_are_too_many_even_without_a_clock),
        cmocka_unit_test(every_flag_has_its_reason_in_both_languages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
