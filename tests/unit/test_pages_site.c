#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/intake/founding.h"
#include "collector/intake/keys.h"
#include "collector/pages/cache.h"
#include "collector/pages/handlers.h"
#include "collector/pages/pages.h"
#include "collector/pages/tally.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    NOW = 1795334400, /* 2026-11-22T08:00:00Z */
    PATIENCE_MS = 20000
};

static int64_t fixed_now(void *context)
{
    (void)context;
    return NOW;
}

/* The parts that pages stand on, with the archive's reports in public view. */
struct fixture {
    struct source source;
    struct survey *survey;
    struct store *store;
    struct store_collector *collector;
    struct publisher *publisher;
    struct server_keys keys;
    struct app app;
};

static void stop_if(bool failed, const struct error *error)
{
    if (failed)
        fail_msg("%s", error->text);
}

static void open_store(struct fixture *fixture)
{
    struct error error = {0};
    const struct store_options options = {
        .path = ":memory:",
        .survey = fixture->survey,
        .source = &fixture->source,
        .clock = {fixed_now, NULL},
        .staging_seconds = 3600,
    };
    stop_if(!store_open(&options, &fixture->store, &error), &error);
    fixture->collector = store_collector_create(&error);
    stop_if(fixture->collector == NULL, &error);
}

static void publish(struct fixture *fixture)
{
    struct error error = {0};
    sign_keypair(fixture->keys.box_public, &fixture->keys.box_secret);
    fixture->app = (struct app){
        .survey = fixture->survey,
        .store = fixture->store,
        .collector = fixture->collector,
        .keys = &fixture->keys,
        .clock = {fixed_now, NULL},
        .schema = &fixture->source,
    };
    stop_if(!founding_store(&fixture->app, &fixture->source, &error), &error);
    const struct publisher_options options = {
        .survey = fixture->survey,
        .store = fixture->store,
        .clock = {fixed_now, NULL},
        .interval_ms = 1,
    };
    stop_if(!publisher_start(&options, &fixture->publisher, &error), &error);
    stop_if(!publisher_wait(fixture->publisher, &error), &error);
    fixture->app.publisher = fixture->publisher;
}

static int setup(void **state)
{
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    struct error error = {0};
    stop_if(!secret_start(&error), &error);
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    stop_if(fixture->survey == NULL, &error);
    open_store(fixture);
    publish(fixture);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    publisher_stop(fixture->publisher);
    store_close(fixture->store);
    store_collector_destroy(fixture->collector);
    survey_destroy(fixture->survey);
    free(fixture);
    return 0;
}

/* Calls a handler as the server does, and collects what the store did for it. */
static void ask(struct fixture *fixture, http_handler *handler, struct http_exchange *exchange)
{
    enum http_progress progress = handler(exchange, &fixture->app);
    struct pollfd ready = {.fd = store_collector_fd(fixture->collector), .events = POLLIN};
    while (progress == HTTP_WAIT && exchange->reply.status == 0) {
        assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
        store_collect(fixture->collector);
    }
    assert_true(exchange->reply.status != 0);
    if (exchange->reply.body.data != NULL && strstr(exchange->reply.body.data, "⟦") != NULL)
        fail_msg("a text is missing: %.60s", strstr(exchange->reply.body.data, "⟦"));
}

static void add_parameter(struct http_exchange *exchange, const char *name, const char *value)
{
    struct http_request *request = &exchange->request;
    request->parameters[request->parameter_count++] = (struct http_pair){name, value};
}

static void ask_station(struct fixture *fixture, const char *id, struct http_exchange *exchange)
{
    exchange->request.path = "/stations/x";
    exchange->request.arguments[0] = id;
    ask(fixture, handle_station, exchange);
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

static void a_page_is_written_once_for_a_view_an_address_and_a_language(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange first = {0}, again = {0}, english = {0}, past = {0};
    fixture->app.pages = page_cache_create();
    ask_station(fixture, "bagou", &first);
    ask_station(fixture, "bagou", &again);
    assert_non_null(first.reply.blob);
    assert_ptr_equal(first.reply.blob, again.reply.blob);
    assert_string_equal(again.reply.language, "zh-Hans");
    add_parameter(&english, "lang", "en");
    ask_station(fixture, "bagou", &english);
    assert_ptr_not_equal(first.reply.blob, english.reply.blob);
    add_parameter(&past, "known_at", "2020-01-01");
    ask_station(fixture, "bagou", &past);
    assert_null(past.reply.blob);
    http_exchange_finish(&first);
    http_exchange_finish(&again);
    http_exchange_finish(&english);
    http_exchange_finish(&past);
    page_cache_destroy(fixture->app.pages);
    fixture->app.pages = NULL;
}

static struct blob *page_of(const char *text)
{
    struct buffer bytes = {0};
    buffer_text(&bytes, text);
    return blob_create_take(&bytes, "text/html");
}

static void pages_of_an_older_view_are_forgotten(void **state)
{
    struct fixture *fixture = *state;
    struct page_cache *cache = page_cache_create();
    struct view *view = publisher_view(fixture->publisher);
    struct blob *page = page_of("one");
    page_cache_keep(cache, view, "/", page);
    struct blob *found = page_cache_find(cache, view, "/");
    assert_ptr_equal(found, page);
    blob_drop(found);
    assert_null(page_cache_find(cache, view, "/about"));
    assert_null(page_cache_find(cache, NULL, "/"));
    assert_null(page_cache_find(cache, view, "/"));
    blob_drop(page);
    view_drop(view);
    page_cache_destroy(cache);
}

static void the_page_asked_for_longest_ago_makes_room(void **state)
{
    struct fixture *fixture = *state;
    struct page_cache *cache = page_cache_create();
    struct view *view = publisher_view(fixture->publisher);
    struct blob *page = page_of("one");
    for (int i = 0; i <= PAGE_CACHE_PLACES; i++) {
        auto_buffer struct buffer key = {0};
        buffer_format(&key, "/%d", i);
        page_cache_keep(cache, view, key.data, page);
        blob_drop(page_cache_find(cache, view, "/0"));
    }
    struct blob *first = page_cache_find(cache, view, "/0");
    assert_non_null(first);
    assert_null(page_cache_find(cache, view, "/1"));
    blob_drop(first);
    blob_drop(page);
    view_drop(view);
    page_cache_destroy(cache);
}

static void answers_are_counted_as_they_are_in_reports(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.path = "/data"}}, again = exchange;
    fixture->app.tally = tally_create();
    add_parameter(&exchange, "lang", "en");
    ask(fixture, handle_data, &exchange);
    has(&exchange, "Answers in reports</th>");
    has(&exchange, "<h2 id=\"answers\">By month: every answer that reports gave</h2>");
    has(&exchange, "<tr class=\"of-year\"><th scope=\"row\">2023, month not known</th>"
                   "<td colspan=\"7\"></td><td>9</td>");
    has(&exchange, "<tr class=\"of-year\"><th scope=\"row\">2023, month not known</th><td>5</td>");
    const char *january = "<th scope=\"row\">2023-01</th>";
    const char *once = strstr(exchange.reply.body.data, january);
    assert_non_null(once);
    assert_null(strstr(once + 1, january)); /* no month has answers of a year */
    int card = survey_question(fixture->survey, "card_issue");
    const struct survey_question *question = &fixture->survey->questions[card];
    int no_id = survey_option(question, "no_id"), asked = survey_option(question, "id_required");
    const struct tally *tally = fixture->app.tally;
    assert_int_equal(tally_count(tally, 2023 * 12, TALLY_YEAR, card, no_id), 5);
    assert_int_equal(tally_count(tally, 2024 * 12, TALLY_YEAR, card, asked), 2);
    assert_int_equal(tally_count(tally, 2023 * 12, TALLY_MONTH, card, no_id), 0);
    assert_int_equal(tally_count(tally, 1999 * 12, TALLY_YEAR, card, no_id), 0);
    assert_int_equal(tally_count(tally, 2100 * 12, TALLY_YEAR, card, no_id), 0);
    assert_int_equal(handle_data(&again, &fixture->app), HTTP_DONE);
    http_exchange_finish(&exchange);
    http_exchange_finish(&again);
    tally_destroy(fixture->app.tally);
    fixture->app.tally = NULL;
}

static void data_of_another_day_say_what_is_of_today(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange today = {.request = {.path = "/data"}}, past = today;
    add_parameter(&today, "lang", "en");
    ask(fixture, handle_data, &today);
    lacks(&today, "role=\"note\"");
    add_parameter(&past, "lang", "en");
    add_parameter(&past, "known_at", "2020-01-01");
    ask(fixture, handle_data, &past);
    has(&past, "as published by 1 Jan 2020; the counts of answers, and the files, are");
    http_exchange_finish(&today);
    http_exchange_finish(&past);
}

static void the_reference_tells_what_bodies_are_made_of(void **state)
{
    struct fixture *fixture = *state;
    struct http_exchange exchange = {.request = {.path = "/api"}};
    ask(fixture, handle_reference, &exchange);
    has(&exchange, "<a href=\"#type-Report\">Report</a></span> <small>application/json</small>");
    has(&exchange, "<h3 id=\"type-Report\" lang=\"en\">Report</h3>");
    has(&exchange, "<code>private_note</code> <small>?</small>");
    has(&exchange, "<code>station</code></th>");
    has(&exchange, "<code>from_share.*</code>");
    has(&exchange, "<code>as_of</code>");
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
        cmocka_unit_test(a_page_is_written_once_for_a_view_an_address_and_a_language),
        cmocka_unit_test(pages_of_an_older_view_are_forgotten),
        cmocka_unit_test(the_page_asked_for_longest_ago_makes_room),
        cmocka_unit_test(answers_are_counted_as_they_are_in_reports),
        cmocka_unit_test(data_of_another_day_say_what_is_of_today),
        cmocka_unit_test(the_reference_tells_what_bodies_are_made_of),
        cmocka_unit_test(pages_carry_no_style_and_no_script_of_their_own),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
