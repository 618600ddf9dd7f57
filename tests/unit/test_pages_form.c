#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/pages/form.h"
#include "tests/unit/pages_fixture.h"

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
        .visited = "2023-12-20T23:30Z",
        .state = STATE_PENDING,
        .received = 1795334400, /* 2026-11-22T08:00:00Z */
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
    has(&exchange, "<dd class=\"\">2023年12月21日 7:30</dd>");
    has(&exchange, "<time datetime=\"2026-11-22T08:00:00Z\">2026年11月22日16时</time>");
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
    has(&exchange, "<dd>2023年</dd>");
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

static void an_approved_report_names_no_reason_as_if_there_were_an_objection(void **state)
{
    const struct fixture *fixture = *state;
    struct stored_report report = {.station = -1, .state = STATE_APPROVED, .reason = "ok"};
    const struct own_page own = {.report = &report, .id = "the-id", .tracking = "the-secret"};
    struct http_exchange exchange = {.request = {.method = HTTP_POST, .path = "/mine"}};
    assert_int_equal(pages_own(&fixture->app, &own, &exchange), HTTP_DONE);
    lacks(&exchange, "理由");
    has(&exchange, "审核员没有异议，报告已经计入。");
    http_exchange_finish(&exchange);
    report.note_hidden = true;
    exchange = (struct http_exchange){.request = {.method = HTTP_POST, .path = "/mine"}};
    assert_int_equal(pages_own(&fixture->app, &own, &exchange), HTTP_DONE);
    has(&exchange, "审核员没有公开备注");
    lacks(&exchange, "没有异议");
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
        cmocka_unit_test(a_form_becomes_the_json_of_a_report),
        cmocka_unit_test(the_time_of_a_visit_is_the_one_that_was_chosen),
        cmocka_unit_test(a_candidates_button_says_more_than_the_typed_name),
        cmocka_unit_test(a_refused_form_keeps_what_was_typed_and_says_why_beside_it),
        cmocka_unit_test(a_name_that_two_stations_share_is_asked_back),
        cmocka_unit_test(hostile_text_is_shown_as_text),
        cmocka_unit_test(the_form_asks_all_questions_and_none_is_answered_before),
        cmocka_unit_test(a_receipt_tells_the_secret_once_and_what_comes_next),
        cmocka_unit_test(own_report_is_asked_for_shown_and_withdrawn_only_when_sure),
        cmocka_unit_test(an_approved_report_names_no_reason_as_if_there_were_an_objection),
        cmocka_unit_test(a_refusal_is_a_page_with_a_way_on),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
