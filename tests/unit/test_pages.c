#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/pages/assets.h"
#include "collector/pages/dates.h"
#include "collector/pages/form.h"
#include "collector/pages/marks.h"
#include "collector/pages/pages.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    NOW = 1795334400 /* 2026-11-22T08:00:00Z */
};

static int64_t fixed_now(void *context)
{
    (void)context;
    return NOW;
}

struct fixture {
    struct source source;
    struct survey *survey;
    struct app app;
};

static int setup(void **state)
{
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    struct error error = {0};
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    if (fixture->survey == NULL)
        fail_msg("%s", error.text);
    fixture->app = (struct app){.survey = fixture->survey, .clock = {fixed_now, NULL}};
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    survey_destroy(fixture->survey);
    free(fixture);
    return 0;
}

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

static void read_form(const struct fixture *fixture, const char *body, struct form_values *values)
{
    form_values_read(fixture->survey, body, strlen(body), values);
}

static void a_form_becomes_the_json_of_a_report(void **state)
{
    const struct fixture *fixture = *state;
    struct form_values values;
    auto_buffer struct buffer json = {0};
    read_form(fixture,
              "id=6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11&station=%E5%B7%B4%E6%B2%9F&when=2023-12-20"
              "&day=2020-01-01&q.ticket_machine=payment&q.card_issue=&note=a%0D%0Ab&private_note=",
              &values);
    form_values_json(fixture->survey, &values, &json);
    assert_string_equal(json.data,
                        "{\"id\":\"6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11\",\"station\":\"巴沟\","
                        "\"visited\":\"2023-12-20\",\"note\":\"a\\nb\","
                        "\"answers\":{\"ticket_machine\":\"payment\"}}");
    form_values_finish(&values);
}

static void the_time_of_a_visit_is_the_one_that_was_chosen(void **state)
{
    const struct fixture *fixture = *state;

    static const struct {
        const char *body, *visited;
    } cases[] = {
        {"when=2026-11-22&day=2023-01-01&about=2023", "2026-11-22"},
        {"when=day&day=2023-01-01&about=2023", "2023-01-01"},
        {"when=about&day=2023-01-01&about=2023", "2023"},
        {"when=day&day=", ""},
        {"", ""},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct form_values values;
        read_form(fixture, cases[i].body, &values);
        assert_string_equal(form_visited(&values), cases[i].visited);
        assert_int_equal(strlen(values.id), 36);
        form_values_finish(&values);
    }
}

static void a_candidates_button_says_more_than_the_typed_name(void **state)
{
    const struct fixture *fixture = *state;
    struct form_values values;
    read_form(fixture, "station=guanzhuang&pick=guanzhuang-l15&draft=1", &values);
    assert_string_equal(values.station, "guanzhuang-l15");
    assert_true(values.draft);
    form_values_finish(&values);
    read_form(fixture, "station=a%00b", &values);
    assert_string_equal(values.station, "a\1b");
    form_values_finish(&values);
}

/* Answers a posted form as intake would, with what report_parse says of it. */
static void answer_form(const struct fixture *fixture, const char *body, struct http_exchange *out)
{
    struct form_values values;
    struct report report = {0};
    struct report_faults *faults = memory_zeroed(1, sizeof *faults);
    auto_buffer struct buffer json = {0};
    read_form(fixture, body, &values);
    form_values_json(fixture->survey, &values, &json);
    out->request.method = HTTP_POST;
    out->request.path = "/report";
    bool valid = report_parse(fixture->survey, json.data, json.length, NOW, &report, faults);
    assert_false(valid);
    const struct form_page page = {.values = &values, .faults = faults};
    assert_int_equal(pages_form(&fixture->app, &page, out), HTTP_DONE);
    report_faults_finish(faults);
    free(faults);
    form_values_finish(&values);
}

static void has(const struct http_exchange *exchange, const char *text)
{
    if (strstr(exchange->reply.body.data, text) == NULL)
        fail_msg("the page lacks: %s", text);
}

static void lacks(const struct http_exchange *exchange, const char *text)
{
    if (strstr(exchange->reply.body.data, text) != NULL)
        fail_msg("the page has: %s", text);
}

static void a_refused_form_keeps_what_was_typed_and_says_why_beside_it(void **state)
{
    const struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    answer_form(fixture,
                "id=6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11&station=nowhere&when=day&day=2021-01-01"
                "&q.card_issue=no_id&basis=saw&note=%0AFirst+%3Cb%3E&private_note=secret",
                &exchange);
    assert_int_equal(exchange.reply.status, 422);
    has(&exchange, "value=\"6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11\"");
    has(&exchange, "value=\"nowhere\"");
    has(&exchange, "id=\"e-station\">没有找到这座车站");
    has(&exchange, "id=\"e-visited\">太早了");
    has(&exchange, "value=\"2021-01-01\"");
    has(&exchange, "value=\"no_id\" checked");
    has(&exchange, "value=\"saw\" checked");
    has(&exchange, ">\n\nFirst &lt;b&gt;</textarea>");
    has(&exchange, "secret</textarea>");
    has(&exchange, "aria-describedby=\"e-station h-station\"");
    lacks(&exchange, "⟦");
    http_exchange_finish(&exchange);
}

static void a_name_that_two_stations_share_is_asked_back(void **state)
{
    const struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    answer_form(fixture, "station=guanzhuang&when=2023&q.card_issue=no_id", &exchange);
    has(&exchange, "name=\"pick\" value=\"guanzhuang-l1\"");
    has(&exchange, "name=\"pick\" value=\"guanzhuang-l15\"");
    http_exchange_finish(&exchange);
}

static void hostile_text_is_shown_as_text(void **state)
{
    const struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    answer_form(fixture,
                "id=%22%3E%3Cscript%3E&station=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"
                "&when=about&about=%22onfocus%3D&note=%3C%2Ftextarea%3E%3Cscript%3E",
                &exchange);
    lacks(&exchange, "<script>");
    lacks(&exchange, "\"onfocus");
    lacks(&exchange, "</textarea><script");
    http_exchange_finish(&exchange);
}

static void the_form_asks_all_questions_and_none_is_answered_before(void **state)
{
    const struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.path = "/report"}};
    struct form_values values;
    exchange.request.parameters[0] = (struct http_pair){"station", "bagou"};
    exchange.request.parameters[1] = (struct http_pair){"lang", "en"};
    exchange.request.parameter_count = 2;
    form_values_start(fixture->survey, &exchange.request, &values);
    const struct form_page page = {.values = &values};
    assert_int_equal(pages_form(&fixture->app, &page, &exchange), HTTP_DONE);
    assert_int_equal(exchange.reply.status, 200);
    has(&exchange, "value=\"Bagou\" required");
    for (int i = 0; i < fixture->survey->question_count; i++) {
        auto_buffer struct buffer name = {0};
        buffer_format(&name, "name=\"q.%s\" value=\"\" checked>",
                      fixture->survey->questions[i].term.id);
        has(&exchange, name.data);
    }
    has(&exchange, "If that worries you, give only the month.");
    has(&exchange, "CC0 1.0");
    lacks(&exchange, "⟦");
    form_values_finish(&values);
    http_exchange_finish(&exchange);
}

static void a_receipt_tells_the_secret_once_and_what_comes_next(void **state)
{
    const struct fixture *fixture = *state;
    struct receipt_page receipt = {
        .station = survey_station(fixture->survey, "bagou"),
        .visited = "2023",
        .state = STATE_PENDING,
        .received = "2026-11-22T08:00:00Z",
        .content_hash = "c0ffee",
        .nonce = "beef",
        .tracking = "the-secret",
    };
    struct http_exchange exchange = {.request = {.method = HTTP_POST, .path = "/report"}};
    assert_int_equal(pages_receipt(&fixture->app, &receipt, &exchange), HTTP_DONE);
    assert_int_equal(exchange.reply.status, 201);
    assert_true(exchange.reply.no_store);
    has(&exchange, "待审核，未计入");
    has(&exchange, "the-secret");
    has(&exchange, "c0ffee");
    lacks(&exchange, "⟦");
    http_exchange_finish(&exchange);
    receipt.tracking = NULL;
    receipt.again = true;
    exchange = (struct http_exchange){.request = {.method = HTTP_POST, .path = "/report"}};
    assert_int_equal(pages_receipt(&fixture->app, &receipt, &exchange), HTTP_DONE);
    assert_int_equal(exchange.reply.status, 200);
    lacks(&exchange, "name=\"tracking\"");
    http_exchange_finish(&exchange);
}

static void own_report_is_asked_for_shown_and_withdrawn_only_when_sure(void **state)
{
    const struct fixture *fixture = *state;
    struct stored_report report = {.station = survey_station(fixture->survey, "bagou"),
                                   .visited_text = "2023",
                                   .state = STATE_REJECTED,
                                   .reason = "personal_data",
                                   .reason_note = "<i>",
                                   .version = 1};
    for (size_t i = 0; i < ARRAY_LENGTH(report.answers); i++)
        report.answers[i] = -1;
    struct own_page own = {.report = &report, .id = "the-id", .tracking = "the-secret"};
    struct http_exchange exchange = {.request = {.method = HTTP_POST, .path = "/mine"}};
    assert_int_equal(pages_own(&fixture->app, &own, &exchange), HTTP_DONE);
    has(&exchange, "含个人信息");
    has(&exchange, "&lt;i&gt;");
    lacks(&exchange, "name=\"sure\"");
    http_exchange_finish(&exchange);
    own.ask_withdraw = true;
    exchange = (struct http_exchange){.request = {.method = HTTP_POST, .path = "/mine"}};
    assert_int_equal(pages_own(&fixture->app, &own, &exchange), HTTP_DONE);
    has(&exchange, "name=\"sure\" value=\"yes\"");
    http_exchange_finish(&exchange);
    own = (struct own_page){.id = "x", .tracking = "y", .refusal = FORM_REFUSAL_DENIED};
    exchange = (struct http_exchange){.request = {.method = HTTP_POST, .path = "/mine"}};
    assert_int_equal(pages_own(&fixture->app, &own, &exchange), HTTP_DONE);
    assert_int_equal(exchange.reply.status, 404);
    has(&exchange, "没有这份报告");
    lacks(&exchange, "⟦");
    http_exchange_finish(&exchange);
}

static void a_refusal_is_a_page_with_a_way_on(void **state)
{
    const struct fixture *fixture = *state;
    static const unsigned statuses[] = {400, 404, 429, 503};
    for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++) {
        struct http_exchange exchange = {.request = {.path = "/<x>"}};
        assert_int_equal(pages_refusal(&fixture->app, &exchange, statuses[i]), HTTP_DONE);
        assert_int_equal(exchange.reply.status, statuses[i]);
        has(&exchange, "action=\"/\" role=\"search\"");
        lacks(&exchange, "⟦");
        lacks(&exchange, "<x>");
        http_exchange_finish(&exchange);
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
        cmocka_unit_test(a_line_has_a_short_name),
        cmocka_unit_test(a_form_becomes_the_json_of_a_report),
        cmocka_unit_test(the_time_of_a_visit_is_the_one_that_was_chosen),
        cmocka_unit_test(a_candidates_button_says_more_than_the_typed_name),
        cmocka_unit_test(a_refused_form_keeps_what_was_typed_and_says_why_beside_it),
        cmocka_unit_test(a_name_that_two_stations_share_is_asked_back),
        cmocka_unit_test(hostile_text_is_shown_as_text),
        cmocka_unit_test(the_form_asks_all_questions_and_none_is_answered_before),
        cmocka_unit_test(a_receipt_tells_the_secret_once_and_what_comes_next),
        cmocka_unit_test(own_report_is_asked_for_shown_and_withdrawn_only_when_sure),
        cmocka_unit_test(a_refusal_is_a_page_with_a_way_on),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
