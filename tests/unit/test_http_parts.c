/* The parts of the HTTP part that need no socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "collector/http/gzip.h"
#include "collector/http/http.h"
#include "collector/http/negotiate.h"
#include "collector/http/rate.h"
#include "collector/http/route.h"

static enum http_progress nothing(struct http_exchange *exchange, void *context)
{
    (void)exchange;
    (void)context;
    return HTTP_DONE;
}

static const struct http_route first[] = {
    {HTTP_GET, "/", nothing, 0, NULL, 0},
    {HTTP_POST, "/api/reports/batch", nothing, 0, NULL, 0},
    {HTTP_GET, "/api/reports/{id}", nothing, 0, NULL, 0},
    {HTTP_PUT, "/api/reports/{id}", nothing, 0, NULL, 0},
    {HTTP_GET, "/api/reports/late", nothing, 0, NULL, 0},
    {HTTP_GET, "/a/{x}/b/{y}", nothing, 0, NULL, 0},
    {HTTP_GET, "/a/fixed/{z}", nothing, 0, NULL, 0},
};
static const struct http_route second[] = {
    {HTTP_GET, "/log/{rest...}", nothing, 0, NULL, 0},
    {HTTP_GET, "/log/checkpoint", nothing, 0, NULL, 0},
    {HTTP_GET, "/metrics", nothing, 0, NULL, HTTP_LOCAL_ONLY},
};

static bool match_path(const struct router *router, enum http_method method, const char *path,
                       bool local, char *scratch, struct route_match *match)
{
    const struct http_request request = {.method = method, .path = path, .local = local};
    return router_match(router, &request, scratch, match);
}

static struct router *make_router(void)
{
    const struct http_route *const tables[] = {first, second};
    const size_t lengths[] = {ARRAY_LENGTH(first), ARRAY_LENGTH(second)};
    struct error error = {0};
    struct router *router = router_create(tables, lengths, 2, &error);
    assert_non_null(router);
    return router;
}

static void a_path_finds_its_route_and_arguments(void **state)
{
    (void)state;

    static const struct {
        enum http_method method;
        const char *path;
        const char *pattern; /* NULL: none for this method */
        unsigned allowed;
        const char *arguments[2];
    } cases[] = {
        {HTTP_GET, "/", "/", 1 << HTTP_GET, {NULL}},
        {HTTP_POST,
         "/api/reports/batch",
         "/api/reports/batch",
         1 << HTTP_GET | 1 << HTTP_POST | 1 << HTTP_PUT,
         {NULL}},
        {HTTP_GET,
         "/api/reports/batch",
         "/api/reports/{id}",
         1 << HTTP_GET | 1 << HTTP_POST | 1 << HTTP_PUT,
         {"batch"}},
        {HTTP_GET,
         "/api/reports/late",
         "/api/reports/{id}",
         1 << HTTP_GET | 1 << HTTP_PUT,
         {"late"}},
        {HTTP_DELETE, "/api/reports/1", NULL, 1 << HTTP_GET | 1 << HTTP_PUT, {NULL}},
        {HTTP_GET, "/api/reports", NULL, 0, {NULL}},
        {HTTP_GET, "/api/reports/", NULL, 0, {NULL}},
        {HTTP_GET, "/api/reports/1/", NULL, 0, {NULL}},
        {HTTP_GET, "/api//reports/1", NULL, 0, {NULL}},
        {HTTP_GET, "/a/fixed/b/2", "/a/{x}/b/{y}", 1 << HTTP_GET, {"fixed", "2"}},
        {HTTP_GET, "/a/fixed/b", "/a/fixed/{z}", 1 << HTTP_GET, {"b"}},
        {HTTP_GET, "/a/%2F%20/b/+", "/a/{x}/b/{y}", 1 << HTTP_GET, {"/ ", "+"}},
        {HTTP_GET, "/%61/x/b/y", "/a/{x}/b/{y}", 1 << HTTP_GET, {"x", "y"}},
        {HTTP_GET, "/log/checkpoint", "/log/{rest...}", 1 << HTTP_GET, {"checkpoint"}},
        {HTTP_GET,
         "/log/tile/0/x001/067.p/9",
         "/log/{rest...}",
         1 << HTTP_GET,
         {"tile/0/x001/067.p/9"}},
        {HTTP_GET,
         "/log/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18",
         "/log/{rest...}",
         1 << HTTP_GET,
         {"1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18"}},
        {HTTP_GET, "/log/", "/log/{rest...}", 1 << HTTP_GET, {""}},
        {HTTP_GET, "/log", NULL, 0, {NULL}},
        {HTTP_GET, "/metrics", NULL, 0, {NULL}},
    };
    struct router *router = make_router();
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char scratch[256];
        struct route_match match;
        assert_true(match_path(router, cases[i].method, cases[i].path, false, scratch, &match));
        assert_int_equal(match.allowed, cases[i].allowed);
        assert_int_equal(match.route == NULL, cases[i].pattern == NULL);
        if (match.route == NULL)
            continue;
        assert_string_equal(match.route->pattern, cases[i].pattern);
        for (int j = 0; j < 2 && cases[i].arguments[j] != NULL; j++)
            assert_string_equal(match.arguments[j], cases[i].arguments[j]);
    }
    router_destroy(router);
}

static void a_local_route_is_there_on_the_local_socket_only(void **state)
{
    (void)state;
    char scratch[16];
    struct route_match match;
    struct router *router = make_router();
    assert_true(match_path(router, HTTP_GET, "/metrics", true, scratch, &match));
    assert_non_null(match.route);
    router_destroy(router);
}

static void a_badly_encoded_path_is_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"/%", "/%4", "/%zz", "/a%00b", "/%ff", "/a/%c3"};
    struct router *router = make_router();
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        char scratch[64];
        struct route_match match;
        assert_false(match_path(router, HTTP_GET, paths[i], false, scratch, &match));
    }
    router_destroy(router);
}

static void a_bad_pattern_is_refused(void **state)
{
    (void)state;
    static const char *const patterns[] = {"",
                                           "x",
                                           "/a/",
                                           "/a//b",
                                           "/{x...}/b",
                                           "/{x",
                                           "/{a}/{b}/{c}/{d}/{e}",
                                           "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"};
    for (size_t i = 0; i < ARRAY_LENGTH(patterns); i++) {
        const struct http_route route = {HTTP_GET, patterns[i], nothing, 0, NULL, 0};
        const struct http_route *const table = &route;
        const size_t one = 1;
        struct error error = {0};
        assert_null(router_create(&table, &one, 1, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
    }
}

static void gzip_is_sent_to_those_who_take_it(void **state)
{
    (void)state;

    static const struct {
        const char *header;
        bool gzip;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"gzip", true},
        {"GZIP", true},
        {"x-gzip", true},
        {"deflate, gzip;q=0.5", true},
        {"gzip;q=0", false},
        {"gzip; q=0.000", false},
        {"*", true},
        {"*;q=0", false},
        {"*, gzip;q=0", false},
        {"gzip;q=0.001, *;q=0", true},
        {"br", false},
        {"gzipped", false},
        {"identity", false},
        {"gzip;q=2", false},
        {",,gzip , br", true},
        {"gzip;level=9;q=0", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_int_equal(negotiate_gzip(cases[i].header), cases[i].gzip);
}

static void a_validator_is_found_in_if_none_match(void **state)
{
    (void)state;

    static const struct {
        const char *header;
        bool unchanged;
    } cases[] = {
        {NULL, false},
        {"", false},
        {"\"a1\"", true},
        {"W/\"a1\"", true},
        {"\"x\", \"a1\"", true},
        {"\"x\",W/\"a1\" ", true},
        {"*", true},
        {"\"a\"", false},
        {"\"a1", false},
        {"a1", false},
        {"\"a12\"", false},
        {"\"x, \"a1\"", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_int_equal(negotiate_unchanged(cases[i].header, "\"a1\"", 4), cases[i].unchanged);
}

static void the_preferred_language_is_chosen(void **state)
{
    (void)state;
    static const char *const tags[] = {"zh", "en"};

    static const struct {
        const char *header;
        size_t index;
    } cases[] = {
        {NULL, 0},
        {"en", 1},
        {"en-GB,en;q=0.9", 1},
        {"de, en;q=0.5", 1},
        {"zh-Hans-CN, en;q=0.8", 0},
        {"en;q=0.5, zh;q=0.6", 0},
        {"en;q=0.5, zh;q=0.5", 1},
        {"fr", 0},
        {"eng", 0},
        {"en;q=0", 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_int_equal(negotiate_language(cases[i].header, tags, 2), cases[i].index);
}

static void types_are_compared_without_their_parameters(void **state)
{
    (void)state;
    assert_true(negotiate_is_type("application/json", "application/json"));
    assert_true(negotiate_is_type("Application/JSON ; charset=utf-8", "application/json"));
    assert_false(negotiate_is_type("application/json-patch", "application/json"));
    assert_false(negotiate_is_type(NULL, "application/json"));
    assert_true(negotiate_html("text/html,application/xhtml+xml,*/*;q=0.8"));
    assert_false(negotiate_html("*/*"));
    assert_false(negotiate_html("application/json, text/html;q=0.5"));
    assert_true(negotiate_compressible("text/html; charset=utf-8"));
    assert_true(negotiate_compressible("application/problem+json"));
    assert_true(negotiate_compressible("application/atom+xml"));
    assert_false(negotiate_compressible("image/png"));
}

static void form_fields_are_decoded(void **state)
{
    (void)state;
    static const char body[] = "a=1&b=x+y%2B&a=%E5%8C%97&&c&d%20e=2&bad=%zz&=n";

    static const struct {
        const char *name;
        int nth;
        const char *value; /* NULL: none */
    } cases[] = {
        {"a", 0, "1"}, {"a", 1, "\xe5\x8c\x97"}, {"a", 2, NULL},   {"b", 0, "x y+"},
        {"c", 0, ""},  {"d e", 0, "2"},          {"bad", 0, NULL}, {"none", 0, NULL},
        {"", 0, "n"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_buffer struct buffer value = {0};
        bool found = http_form_field(body, sizeof body - 1, cases[i].name, cases[i].nth, &value);
        assert_int_equal(found, cases[i].value != NULL);
        if (found)
            assert_string_equal(value.data, cases[i].value);
    }
}

static void a_bad_field_appends_nothing(void **state)
{
    (void)state;
    auto_buffer struct buffer value = {0};
    buffer_text(&value, "kept");
    assert_false(http_form_field("a=x%4", 5, "a", 0, &value));
    assert_string_equal(value.data, "kept");
    assert_int_equal(value.length, 4);
}

static void gunzip(const struct buffer *packed, struct buffer *out)
{
    z_stream stream = {.next_in = (unsigned char *)packed->data,
                       .avail_in = (unsigned)packed->length};
    assert_int_equal(inflateInit2(&stream, 31), Z_OK);
    int result = Z_OK;
    while (result == Z_OK) {
        stream.next_out = (unsigned char *)buffer_reserve(out, 4096);
        stream.avail_out = 4096;
        result = inflate(&stream, Z_NO_FLUSH);
        out->length += 4096 - stream.avail_out;
    }
    assert_int_equal(result, Z_STREAM_END);
    inflateEnd(&stream);
}

static void what_is_compressed_in_parts_is_whole_again(void **state)
{
    (void)state;
    auto_buffer struct buffer plain = {0};
    auto_buffer struct buffer packed = {0};
    auto_buffer struct buffer again = {0};
    struct gzip *gzip = gzip_create(1);
    for (int part = 1; part < 200; part++) {
        size_t before = plain.length;
        for (int i = 0; i <= part * 20; i++)
            buffer_format(&plain, "%d,", i * part);
        gzip_add(gzip, plain.data + before, plain.length - before, false, &packed);
    }
    gzip_add(gzip, NULL, 0, true, &packed);
    gzip_destroy(gzip);
    gunzip(&packed, &again);
    assert_int_equal(again.length, plain.length);
    assert_memory_equal(again.data, plain.data, plain.length);
}

static void what_gets_no_smaller_is_not_compressed(void **state)
{
    (void)state;
    uint8_t noise[1024];
    auto_buffer struct buffer out = {0};
    secret_random(noise, sizeof noise);
    assert_false(gzip_bytes((const char *)noise, sizeof noise, &out));
    assert_int_equal(out.length, 0);
}

static void addresses_count_by_their_networks(void **state)
{
    (void)state;

    static const struct {
        const char *one;
        const char *other;
        bool same;
    } cases[] = {
        {"192.0.2.1", "192.0.2.1:4711", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"2001:db8:0:1::1", "2001:db8:0:ff:2::2", true},
        {"2001:db8:0:100::1", "2001:db8:0:200::1", false},
        {"[2001:db8::1]:443", "2001:db8::2", true},
        {"fe80::1%eth0", "fe80::2", true},
        {"10.0.0.1, 192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1, 10.0.0.1", "192.0.2.1", false},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct rate_prefix one = rate_prefix_parse(cases[i].one);
        struct rate_prefix other = rate_prefix_parse(cases[i].other);
        assert_true(one.length == 4 || one.length == 7);
        assert_int_equal(memcmp(&one, &other, sizeof one) == 0, cases[i].same);
    }
    assert_int_equal(rate_prefix_parse("unknown").length, 0);
    assert_int_equal(rate_prefix_parse("").length, 0);
    assert_int_equal(rate_prefix_parse("1.2.3.4.5").length, 0);
}

static void a_bucket_empties_and_fills_again(void **state)
{
    (void)state;
    struct rate *rate = rate_create(60);
    struct rate_prefix one = rate_prefix_parse("192.0.2.1");
    struct rate_prefix other = rate_prefix_parse("192.0.2.2");
    const int64_t now = 1700000000;
    for (int i = 0; i < 600; i++)
        assert_int_equal(rate_take(rate, &one, 1, now), 0);
    assert_int_equal(rate_take(rate, &one, 1, now), 1);
    assert_int_equal(rate_take(rate, &one, 30, now), 30);
    assert_int_equal(rate_take(rate, &other, 1, now), 0);
    assert_int_equal(rate_take(rate, &one, 1, now + 1), 0);
    assert_int_equal(rate_take(rate, &one, 1, now + 1), 1);
    assert_int_equal(rate_take(rate, &one, 600, now + 601), 0);
    assert_int_equal(rate_take(rate, &one, 601, now + 100000), UINT32_MAX);
    rate_destroy(rate);
}

static void a_full_table_forgets_but_still_limits(void **state)
{
    (void)state;
    struct rate *rate = rate_create(1);
    struct rate_prefix one = rate_prefix_parse("192.0.2.1");
    const int64_t now = 1700000000;
    assert_int_equal(rate_take(rate, &one, 10, now), 0);
    for (uint32_t i = 0; i < 200000; i++) {
        struct rate_prefix other = {.length = 4};
        memcpy(other.bytes, &i, sizeof i);
        assert_int_equal(rate_take(rate, &other, 1, now), 0);
    }
    assert_true(rate_take(rate, &one, 1, now) > 0);
    rate_destroy(rate);
}

static void a_new_day_has_a_new_key_and_full_buckets(void **state)
{
    (void)state;
    struct rate *rate = rate_create(1);
    struct rate_prefix one = rate_prefix_parse("192.0.2.1");
    assert_int_equal(rate_take(rate, &one, 10, 1700000000), 0);
    assert_true(rate_take(rate, &one, 10, 1700000000 + 60) > 0);
    assert_int_equal(rate_take(rate, &one, 10, 1700000000 + 24 * 3600), 0);
    rate_destroy(rate);
}

static void a_handler_is_testable_without_a_server(void **state)
{
    (void)state;
    static const struct http_pair headers[] = {{"Accept-Language", "en"}};
    static const char *const tags[] = {"zh", "en"};
    struct http_exchange exchange = {.request = {.headers = headers, .header_count = 1}};
    auto_buffer struct buffer members = {0};
    assert_string_equal(http_header(&exchange, "accept-language"), "en");
    assert_int_equal(http_language(&exchange, tags, 2), 1);
    assert_true(http_rate_charge(&exchange, 1000000));
    buffer_text(&members, "\"errors\":[]");
    http_problem_with(&exchange, 422, &members, "A \"%s\" fault.", "small");
    assert_string_equal(exchange.reply.body.data,
                        "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\","
                        "\"status\":422,\"detail\":\"A \\\"small\\\" fault.\",\"errors\":[]}");
    http_set_header(&exchange, "Location", "/a\r\nSet-Cookie: b");
    assert_string_equal(exchange.reply.headers[0].value, "/a  Set-Cookie: b");
    http_resume(&exchange);
    http_exchange_finish(&exchange);
    assert_null(exchange.reply.body.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_route_and_arguments),
        cmocka_unit_test(a_local_route_is_there_on_the_local_socket_only),
        cmocka_unit_test(a_badly_encoded_path_is_refused),
        cmocka_unit_test(a_bad_pattern_is_refused),
        cmocka_unit_test(gzip_is_sent_to_those_who_take_it),
        cmocka_unit_test(a_validator_is_found_in_if_none_match),
        cmocka_unit_test(the_preferred_language_is_chosen),
        cmocka_unit_test(types_are_compared_without_their_parameters),
        cmocka_unit_test(form_fields_are_decoded),
        cmocka_unit_test(a_bad_field_appends_nothing),
        cmocka_unit_test(what_is_compressed_in_parts_is_whole_again),
        cmocka_unit_test(what_gets_no_smaller_is_not_compressed),
        cmocka_unit_test(addresses_count_by_their_networks),
        cmocka_unit_test(a_bucket_empties_and_fills_again),
        cmocka_unit_test(a_full_table_forgets_but_still_limits),
        cmocka_unit_test(a_new_day_has_a_new_key_and_full_buckets),
        cmocka_unit_test(a_handler_is_testable_without_a_server),
    };
    struct error error = {0};
    return secret_start(&error) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
