/* Pages that are kept, and what researchers read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/pages/cache.h"
#include "collector/pages/tally.h"
#include "tests/unit/site_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_written_once_for_a_view_an_address_and_a_language),
        cmocka_unit_test(pages_of_an_older_view_are_forgotten),
        cmocka_unit_test(the_page_asked_for_longest_ago_makes_room),
        cmocka_unit_test(answers_are_counted_as_they_are_in_reports),
        cmocka_unit_test(data_of_another_day_say_what_is_of_today),
        cmocka_unit_test(the_reference_tells_what_bodies_are_made_of),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
