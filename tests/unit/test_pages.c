#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/pages/assets.h"
#include "collector/pages/badge.h"
#include "collector/pages/dates.h"
#include "collector/pages/marks.h"
#include "collector/pages/plot.h"
#include "tests/unit/pages_fixture.h"

static void fill_is(struct html *html, const char *template, const struct slot *slots, size_t count,
                    const char *expected)
{
    html_fill(html, template, slots, count);
    assert_string_equal(html->out.data, expected);
    buffer_finish(&html->out);
}

static void a_template_escapes_slots_and_keeps_its_own_markup(void **state)
{
    (void)state;
    struct html html = {.language = LANGUAGE_EN};
    const struct slot slots[] = {TEXT("a", "<b>\"&'"), NUMBER("n", -7), MARKUP("m", "<i>"),
                                 TEXT("path", "a b/北?")};
    size_t count = ARRAY_LENGTH(slots);
    fill_is(&html, "<p>{a}</p>", slots, count, "<p>&lt;b&gt;&quot;&amp;&#39;</p>");
    fill_is(&html, "{n}{m}", slots, count, "-7<i>");
    fill_is(&html, "/s/{%path}", slots, count, "/s/a%20b%2F%E5%8C%97%3F");
    fill_is(&html, "{absent}x", slots, count, "x");
    fill_is(&html, "no end {a", slots, count, "no end {a");
}

static void a_slot_is_not_read_as_a_template(void **state)
{
    (void)state;
    struct html html = {.language = LANGUAGE_EN};
    const struct slot slots[] = {TEXT("a", "{b}{@search}"), TEXT("b", "no")};
    fill_is(&html, "{a}", slots, 2, "{b}{@search}");
}

static void a_text_of_the_survey_is_escaped_outside_its_slots(void **state)
{
    (void)state;
    struct html html = {.language = LANGUAGE_EN};
    const struct slot slots[] = {NUMBER("n", 3)};
    html_fill_text(&html, "<script>{n}</script>", slots, 1);
    assert_string_equal(html.out.data, "&lt;script&gt;3&lt;/script&gt;");
    buffer_finish(&html.out);
}

static void words_agree_with_numbers_and_links_keep_a_chosen_language(void **state)
{
    (void)state;
    struct html html = {.language = LANGUAGE_EN};
    const struct slot one[] = {NUMBER("n", 1)}, four[] = {NUMBER("n", 4)};
    fill_is(&html, "{@reports_n}", one, 1, "1 report");
    fill_is(&html, "{@reports_n}", four, 1, "4 reports");
    fill_is(&html, "/{?}", NULL, 0, "/");
    html.language_chosen = true;
    fill_is(&html, "/{?} /?q=x{&}", NULL, 0, "/?lang=en /?q=x&amp;lang=en");
    html.language = LANGUAGE_ZH;
    fill_is(&html, "{@reports_n}", four, 1, "4份报告");
}

static void the_texts_of_the_site_are_sorted_and_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < words_count; i++) {
        if (i > 0)
            assert_true(strcmp(words[i - 1].id, words[i].id) < 0);
        for (int language = 0; language < SURVEY_LANGUAGES; language++)
            assert_non_null(word(words[i].id, (enum language)language));
    }
    assert_null(word("absent", LANGUAGE_EN));
}

static void an_interval_is_told_at_the_precision_that_it_has(void **state)
{
    (void)state;

    static const struct {
        const char *visited;
        const char *in[SURVEY_LANGUAGES];
    } cases[] = {
        {"2023", {"2023年", "2023"}},
        {"2024-02", {"2024年2月", "Feb 2024"}},
        {"2023-07-01", {"2023年7月1日", "1 Jul 2023"}},
        {"2023-12-20T08:30+08:00", {"2023年12月20日", "20 Dec 2023"}},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        for (int language = 0; language < SURVEY_LANGUAGES; language++) {
            struct visit visit = {0};
            auto_buffer struct buffer out = {0};
            assert_true(visit_parse(cases[i].visited, strlen(cases[i].visited), 28800, &visit));
            date_interval(&out, (enum language)language, visit.first, visit.last);
            assert_string_equal(out.data, cases[i].in[language]);
        }
}

static void the_last_day_of_a_year_or_month_is_not_told_as_a_day(void **state)
{
    (void)state;

    static const struct {
        struct date date;
        const char *text;
    } cases[] = {
        {{2023, 12, 31}, "2023"},
        {{2024, 2, 29}, "Feb 2024"},
        {{2024, 2, 28}, "28 Feb 2024"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_buffer struct buffer out = {0};
        date_coarse(&out, LANGUAGE_EN, day_from_date(cases[i].date));
        assert_string_equal(out.data, cases[i].text);
    }
}

static void a_bracket_far_apart_is_told_in_months(void **state)
{
    (void)state;
    double day = day_from_date((struct date){2024, 1, 10});
    const struct bracket near = {day + 0.1, day + 3, day + 6.5}, far = {day, day + 50, day + 100};
    const struct bracket same = {day + 0.1, day + 0.2, day + 0.9};
    auto_buffer struct buffer first = {0}, second = {0}, third = {0};
    date_bracket(&first, LANGUAGE_EN, &near);
    assert_string_equal(first.data, "between 10 Jan 2024 and 16 Jan 2024");
    date_bracket(&second, LANGUAGE_ZH, &far);
    assert_string_equal(second.data, "在2024年1月至2024年4月之间");
    date_bracket(&third, LANGUAGE_EN, &same);
    assert_string_equal(third.data, "on 10 Jan 2024");
}

static void the_language_is_the_chosen_one_then_the_browsers(void **state)
{
    (void)state;

    static const struct {
        const char *chosen, *accepts;
        enum language expected;
    } cases[] = {
        {NULL, NULL, LANGUAGE_ZH},
        {NULL, "", LANGUAGE_ZH},
        {NULL, "*", LANGUAGE_ZH},
        {NULL, "zh-CN,zh;q=0.9,en;q=0.8", LANGUAGE_ZH},
        {NULL, "en-GB,en;q=0.9,zh;q=0.5", LANGUAGE_EN},
        {NULL, "fr-FR,fr;q=0.9", LANGUAGE_EN},
        {NULL, "fr,zh;q=0.2", LANGUAGE_ZH},
        {"en", "zh-CN", LANGUAGE_EN},
        {"zh", "en", LANGUAGE_ZH},
        {"xx", "en", LANGUAGE_EN},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct http_pair header = {"Accept-Language", cases[i].accepts};
        struct http_exchange exchange = {0};
        if (cases[i].chosen != NULL) {
            exchange.request.parameters[0] = (struct http_pair){"lang", cases[i].chosen};
            exchange.request.parameter_count = 1;
        }
        exchange.request.headers = &header;
        exchange.request.header_count = cases[i].accepts != NULL;
        assert_int_equal(pages_language(&exchange), cases[i].expected);
        http_exchange_finish(&exchange);
    }
}

static void what_is_written_on_a_line_stands_out_from_its_colour(void **state)
{
    const struct fixture *fixture = *state;
    auto_buffer struct buffer css = {0};
    assets_line_colours(fixture->survey, &css);
    assert_non_null(strstr(css.data, ".l0{--line:#c23a30;--on-line:#fff}"));
    assert_non_null(strstr(css.data, "--line:#f9e700;--on-line:#000}"));
}

static void a_badge_knows_how_wide_its_texts_are(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        int width;
    } cases[] = {{"", 0}, {"巴沟", 24}, {"il", 6}, {"W", 12}, {"巴 W", 27}, {"é·", 15}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_int_equal(badge_text_width(cases[i].text), cases[i].width);
}

static void a_number_of_a_drawing_has_two_decimals_at_most(void **state)
{
    (void)state;

    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},       {-0.001, "0"},    {12.3, "12.3"}, {99.999, "100"},
                 {0.05, "0.05"}, {-1.25, "-1.25"}, {1000, "1000"}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_buffer struct buffer out = {0};
        plot_number(&out, cases[i].value);
        assert_string_equal(out.data, cases[i].text);
    }
}

static void a_line_has_a_short_name(void **state)
{
    const struct fixture *fixture = *state;

    static const struct {
        const char *id;
        const char *in[SURVEY_LANGUAGES];
    } cases[] = {
        {"1", {"1", "1"}},
        {"s1", {"S1", "S1"}},
        {"changping", {"昌平", "Changping"}},
        {"capital-airport", {"首都机场", "Capital Airport Express"}},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        for (int language = 0; language < SURVEY_LANGUAGES; language++) {
            auto_buffer struct buffer out = {0};
            int line = survey_line(fixture->survey, cases[i].id);
            assert_true(line >= 0);
            line_short(&out, &fixture->survey->lines[line], (enum language)language);
            assert_string_equal(out.data, cases[i].in[language]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_escapes_slots_and_keeps_its_own_markup),
        cmocka_unit_test(a_slot_is_not_read_as_a_template),
        cmocka_unit_test(a_text_of_the_survey_is_escaped_outside_its_slots),
        cmocka_unit_test(words_agree_with_numbers_and_links_keep_a_chosen_language),
        cmocka_unit_test(the_texts_of_the_site_are_sorted_and_in_both_languages),
        cmocka_unit_test(an_interval_is_told_at_the_precision_that_it_has),
        cmocka_unit_test(the_last_day_of_a_year_or_month_is_not_told_as_a_day),
        cmocka_unit_test(a_bracket_far_apart_is_told_in_months),
        cmocka_unit_test(the_language_is_the_chosen_one_then_the_browsers),
        cmocka_unit_test(what_is_written_on_a_line_stands_out_from_its_colour),
        cmocka_unit_test(a_badge_knows_how_wide_its_texts_are),
        cmocka_unit_test(a_number_of_a_drawing_has_two_decimals_at_most),
        cmocka_unit_test(a_line_has_a_short_name),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
