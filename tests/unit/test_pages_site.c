#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/site_fixture.h"

static void the_city_lists_every_station_once(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.path = "/"}};
    add_parameter(&exchange, "lang", "en");
    ask(fixture, handle_city, &exchange);
    assert_int_equal(exchange.reply.status, 200);
    size_t stations = 0;
    const char *at = strstr(exchange.reply.body.data, "<section class=\"list\"");
    for (assert_non_null(at); (at = strstr(at, "\"/stations/")) != NULL; at++)
        stations++;
    assert_int_equal(stations, fixture->survey->station_count);
    has(&exchange, "href=\"/stations/bagou?lang=en\">Bagou</a>");
    has(&exchange, "Moderators may withhold reports under a published policy");
    http_exchange_finish(&exchange);
}

static void search_understands_names_as_people_type_them(void **state)
{
    struct fixture *fixture = *state;
    static const char *const queries[] = {"北京西", "xizhan", "bjxz", "Beijing West"};
    for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
        struct http_exchange exchange = {.request = {.path = "/"}};
        add_parameter(&exchange, "q", queries[i]);
        ask(fixture, handle_city, &exchange);
        has(&exchange, "\"/stations/beijingxizhan\"");
        lacks(&exchange, "\"/stations/bagou\"");
        http_exchange_finish(&exchange);
    }
}

static void a_line_is_listed_in_its_own_order(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.path = "/"}};
    add_parameter(&exchange, "line", "xijiao");
    ask(fixture, handle_city, &exchange);
    const char *first = strstr(exchange.reply.body.data, "\"/stations/yiheyuanximen\"");
    const char *second = strstr(exchange.reply.body.data, "\"/stations/bagou\"");
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first < second);
    lacks(&exchange, "\"/stations/beijingxizhan\"");
    http_exchange_finish(&exchange);
}

static void a_station_begins_with_its_sentence_and_ends_with_its_reports(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    ask_station(fixture, "bagou", &exchange);
    assert_int_equal(exchange.reply.status, 200);
    has(&exchange, "现在来办卡，很可能要身份信息。");
    has(&exchange, "本站最近一份报告是2023年");
    has(&exchange, "class=\"mark s1 inferred\"");
    has(&exchange, "<b>2023年</b>");
    has(&exchange, "指南");
    has(&exchange, "href=\"/report?station=bagou\"");
    http_exchange_finish(&exchange);
}

static void what_all_conditions_come_to_says_whether_it_is_inferred(void **state)
{
    struct fixture *fixture = *state;

    static const struct {
        const char *station, *as_of, *told;
    } cases[] = {
        {"andingmen", "2026-11-22", "<li class=\"false inferred\">"},
        {"andingmen", "2026-11-22", "<span>All three <small>inferred</small></span> <b>no</b>"},
        /* What is inferred is not needed where a visit has settled it. */
        {"bagou", "2026-11-22", "<span>All three <small>old record</small></span> <b>no</b>"},
        {"beijingxizhan", "2023-07-01", "<span>All three <small>likely</small></span> <b>yes</b>"},
        {"andingmen", "2022-02-01", "<span>All three</span> <b>Not known</b>"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct http_exchange exchange = {0};
        add_parameter(&exchange, "lang", "en");
        add_parameter(&exchange, "as_of", cases[i].as_of);
        ask_station(fixture, cases[i].station, &exchange);
        has(&exchange, cases[i].told);
        http_exchange_finish(&exchange);
    }
}

static void a_station_of_another_day_is_as_it_was(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    add_parameter(&exchange, "as_of", "2023-07-01");
    add_parameter(&exchange, "lang", "en");
    ask_station(fixture, "beijingxizhan", &exchange);
    has(&exchange, "This is how it was on <b>1 Jul 2023</b>");
    has(&exchange, "class=\"sentence s0\"");
    has(&exchange, "as_of=2023-07-01");
    http_exchange_finish(&exchange);
}

static void what_was_known_before_the_first_publication_is_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    add_parameter(&exchange, "known_at", "2020-01-01");
    ask_station(fixture, "bagou", &exchange);
    assert_int_equal(exchange.reply.status, 200);
    has(&exchange, "class=\"sentence none\"");
    has(&exchange, "还没有公布的报告");
    http_exchange_finish(&exchange);
}

static void a_station_tells_what_was_published_when(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange today = {0}, before = {0};
    add_parameter(&today, "lang", "en");
    ask_station(fixture, "bagou", &today);
    has(&today, "href=\"/stations/bagou?known_at=2026-11-22&amp;lang=en\"><time");
    has(&today, "first published");
    add_parameter(&before, "known_at", "2020-01-01");
    ask_station(fixture, "bagou", &before);
    lacks(&before, "\"/stations/bagou?known_at=");
    http_exchange_finish(&today);
    http_exchange_finish(&before);
}

static void ask_badge(struct fixture *fixture, const char *id, const char *language,
                      struct http_exchange *exchange)
{
    exchange->request.path = "/stations/x/badge.svg";
    exchange->request.arguments[0] = id;
    add_parameter(exchange, "lang", language);
    ask(fixture, handle_badge, exchange);
}

static void a_badge_is_hollow_where_the_status_is_inferred(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange chinese = {0}, english = {0};
    ask_badge(fixture, "bagou", "zh", &chinese);
    assert_int_equal(chinese.reply.status, 200);
    assert_string_equal(chinese.reply.type, "image/svg+xml");
    assert_true(chinese.reply.public_data);
    has(&chinese, "aria-label=\"站记 巴沟：要身份信息 · 推断\"");
    has(&chinese, "fill=\"none\" stroke=\"#b0440a\"");
    has(&chinese, "textLength=\"24\"");
    lacks(&chinese, "style=");
    ask_badge(fixture, "bagou", "en", &english);
    has(&english, ">Identity asked · inferred</text>");
    http_exchange_finish(&chinese);
    http_exchange_finish(&english);
}

static void a_badge_of_no_station_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    ask_badge(fixture, "nowhere", "en", &exchange);
    assert_int_equal(exchange.reply.status, 404);
    http_exchange_finish(&exchange);
}

static void a_station_that_is_none_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {0};
    ask_station(fixture, "<nowhere>", &exchange);
    assert_int_equal(exchange.reply.status, 404);
    lacks(&exchange, "<nowhere>");
    http_exchange_finish(&exchange);
}

static void changes_and_about_are_in_both_languages(void **state)
{
    struct fixture *fixture = *state;

    static const struct {
        http_handler *handler;
        const char *path, *zh, *en;
    } cases[] = {
        {handle_changes, "/changes", "<h1>变化</h1>", "<h1>Changes</h1>"},
        {handle_method, "/about/method", "<h1>结论怎样得出</h1>",
         "<h1>How a status comes about</h1>"},
        {handle_about, "/about", "<h1>关于站记</h1>", "<h1>About Zhanji</h1>"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        for (int language = 0; language < SURVEY_LANGUAGES; language++) {
            struct http_exchange exchange = {.request = {.path = cases[i].path}};
            add_parameter(&exchange, "lang", language == LANGUAGE_EN ? "en" : "zh");
            ask(fixture, cases[i].handler, &exchange);
            has(&exchange, language == LANGUAGE_EN ? cases[i].en : cases[i].zh);
            http_exchange_finish(&exchange);
        }
}

/* A path's points, as text. */
static void copy_path(const struct http_exchange *exchange, const char *start, char *points,
                      size_t size)
{
    const char *at = strstr(exchange->reply.body.data, start);
    assert_non_null(at);
    at += strlen(start);
    size_t length = strcspn(at, "\"");
    assert_in_range(length, 1, size - 1);
    memcpy(points, at, length);
    points[length] = '\0';
}

static void the_methods_picture_tells_what_was_known_and_what_is_known(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.path = "/about/method"}};
    char then[1 << 14];
    char now[1 << 14];
    ask(fixture, handle_method, &exchange);
    copy_path(&exchange, "<path class=\"then\" d=\"", then, sizeof(then));
    copy_path(&exchange, "<path class=\"curve\" d=\"", now, sizeof(now));
    assert_memory_not_equal(then, now, strcspn(now, "L"));
    assert_null(strpbrk(then + 1, "Mn"));
    assert_null(strpbrk(now + 1, "Mn"));
    /* Once all visits are made they are the same. */
    assert_true(strlen(then) > 300 && strlen(now) > 300);
    const char *end = strrchr(now, 'L');
    assert_non_null(strstr(then + strlen(then) - 300, end));
    http_exchange_finish(&exchange);
}

static void pages_carry_no_style_and_no_script_of_their_own(void **state)
{
    struct fixture *fixture = *state;
    static const char *const forbidden[] = {
        " style=", "<style", "javascript:", " onclick=", "<script>", "http://", "https://"};
    struct http_exchange city = {.request = {.path = "/"}}, station = {0};
    ask(fixture, handle_city, &city);
    ask_station(fixture, "bagou", &station);
    for (size_t i = 0; i < ARRAY_LENGTH(forbidden); i++) {
        lacks(&city, forbidden[i]);
        lacks(&station, forbidden[i]);
    }
    http_exchange_finish(&city);
    http_exchange_finish(&station);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_city_lists_every_station_once),
        cmocka_unit_test(search_understands_names_as_people_type_them),
        cmocka_unit_test(a_line_is_listed_in_its_own_order),
        cmocka_unit_test(a_station_begins_with_its_sentence_and_ends_with_its_reports),
        cmocka_unit_test(what_all_conditions_come_to_says_whether_it_is_inferred),
        cmocka_unit_test(a_station_of_another_day_is_as_it_was),
        cmocka_unit_test(what_was_known_before_the_first_publication_is_nothing),
        cmocka_unit_test(a_station_tells_what_was_published_when),
        cmocka_unit_test(a_badge_is_hollow_where_the_status_is_inferred),
        cmocka_unit_test(a_badge_of_no_station_is_not_found),
        cmocka_unit_test(a_station_that_is_none_is_not_found),
        cmocka_unit_test(changes_and_about_are_in_both_languages),
        cmocka_unit_test(the_methods_picture_tells_what_was_known_and_what_is_known),
        cmocka_unit_test(pages_carry_no_style_and_no_script_of_their_own),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
