/* What is sent of a reply, and in which form: headers, validators, codings, languages. */
#include "http_sample.h"

#include <zlib.h>

static void every_response_carries_the_security_headers(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\n" HOST "\r\n",
        "GET /blob HTTP/1.1\r\n" HOST "\r\n",
        "GET /blob HTTP/1.1\r\n" HOST "If-None-Match: *\r\n\r\n",
        "GET /nowhere HTTP/1.1\r\n" HOST "\r\n",
        "GET /redirect HTTP/1.1\r\n" HOST "\r\n",
        "GET / HTTP/1.1\r\n" HOST HOST "\r\n",
        "HEAD / HTTP/1.1\r\n" HOST "\r\n",
    };
    static const struct http_pair headers[] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
         "'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
         "base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
        struct response response;
        assert_true(ask(&harness, requests[i], &response));
        for (size_t j = 0; j < ARRAY_LENGTH(headers); j++)
            assert_true(response_has(&response, headers[j].name, headers[j].value));
        assert_null(response_header(&response, "Server"));
        assert_null(response_header(&response, "Strict-Transport-Security"));
        assert_null(response_header(&response, "X-Bad"));
        response_finish(&response);
    }
}

static void only_public_data_is_open_to_other_origins(void **state)
{
    (void)state;
    struct response response;
    assert_true(ask(&harness, "GET /blob HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_true(response_has(&response, "Access-Control-Allow-Origin", "*"));
    assert_true(response_has(&response, "Cross-Origin-Resource-Policy", "cross-origin"));
    response_finish(&response);
    assert_true(ask(&harness, "GET / HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_null(response_header(&response, "Access-Control-Allow-Origin"));
    assert_true(response_has(&response, "Cross-Origin-Resource-Policy", "same-origin"));
    response_finish(&response);
    assert_true(ask(&harness, "GET /open?a=%f HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_int_equal(response.status, 400);
    assert_true(response_has(&response, "Access-Control-Allow-Origin", "*"));
    response_finish(&response);
}

/* Asks for a path with one more header. */
static void what_has_not_changed_is_not_sent_again(void **state)
{
    (void)state;
    static const char *const paths[] = {"/blob", "/page"};
    static const char *const codings[] = {"X: y", "Accept-Encoding: gzip"};
    for (size_t i = 0; i < 4; i++) {
        struct response response;
        auto_buffer struct buffer header = {0};
        ask_with("GET", paths[i / 2], codings[i % 2], &response);
        assert_int_equal(response.status, 200);
        auto_free char *etag = response_header(&response, "ETag");
        assert_non_null(etag);
        assert_true(response_has(&response, "Cache-Control", "no-cache"));
        response_finish(&response);
        buffer_format(&header, "%s\r\nIf-None-Match: \"x\", W/%s", codings[i % 2], etag);
        ask_with("GET", paths[i / 2], header.data, &response);
        assert_int_equal(response.status, 304);
        assert_true(response_has(&response, "ETag", etag));
        response_finish(&response);
        ask_with("GET", paths[i / 2], "If-None-Match: \"x\"", &response);
        assert_int_equal(response.status, 200);
        response_finish(&response);
    }
}

static void gzip_is_another_form_of_the_same(void **state)
{
    (void)state;
    static const char *const paths[] = {"/blob", "/page"};
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        struct response plain;
        struct response packed;
        char bytes[4096];
        ask_with("GET", paths[i], "X: y", &plain);
        ask_with("GET", paths[i], "Accept-Encoding: br, gzip", &packed);
        assert_null(response_header(&plain, "Content-Encoding"));
        assert_true(response_has(&packed, "Content-Encoding", "gzip"));
        auto_free char *vary = response_header(&plain, "Vary");
        assert_true(strncmp(vary, "Accept-Encoding", 15) == 0);
        assert_true(response_has(&packed, "Vary", vary));
        auto_free char *etag = response_header(&plain, "ETag");
        assert_false(response_has(&packed, "ETag", etag));
        assert_true(packed.body.length < plain.body.length / 2);
        z_stream stream = {.next_in = (unsigned char *)packed.body.data,
                           .avail_in = (unsigned)packed.body.length,
                           .next_out = (unsigned char *)bytes,
                           .avail_out = sizeof bytes};
        assert_int_equal(inflateInit2(&stream, 31), Z_OK);
        assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
        assert_int_equal(stream.total_out, plain.body.length);
        assert_memory_equal(bytes, plain.body.data, plain.body.length);
        inflateEnd(&stream);
        response_finish(&plain);
        response_finish(&packed);
    }
}

static void what_is_short_is_not_compressed(void **state)
{
    (void)state;
    struct response response;
    ask_with("GET", "/", "Accept-Encoding: gzip", &response);
    assert_null(response_header(&response, "Content-Encoding"));
    response_finish(&response);
}

static void the_language_of_a_page_is_the_clients(void **state)
{
    (void)state;
    struct response response;
    ask_with("GET", "/page", "Accept-Language: en", &response);
    assert_true(strncmp(response.body.data, "en..", 4) == 0);
    assert_true(response_has(&response, "Vary", "Accept-Encoding, Accept-Language"));
    response_finish(&response);
}

static void head_tells_the_length_and_sends_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = {"/blob", "/page", "/"};
    struct client client;
    client_open(&client, &harness);
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        auto_buffer struct buffer request = {0};
        struct response get;
        struct response head;
        buffer_format(&request, "HEAD %s HTTP/1.1\r\n" HOST "\r\n", paths[i]);
        client_say(&client, request.data);
        assert_true(client_read(&client, true, &head));
        ask_with("GET", paths[i], "X: y", &get);
        auto_free char *length = response_header(&get, "Content-Length");
        assert_true(response_has(&head, "Content-Length", length));
        assert_int_equal(head.status, 200);
        response_finish(&get);
        response_finish(&head);
    }
    client_close(&client);
}

static void what_is_shown_for_a_secret_is_not_stored(void **state)
{
    (void)state;
    struct response response;
    ask_with("GET", "/blob", "Authorization: Bearer x", &response);
    assert_int_equal(response.status, 200);
    assert_true(response_has(&response, "Cache-Control", "no-store"));
    auto_free char *etag = response_header(&response, "ETag");
    assert_non_null(etag);
    response_finish(&response);
    auto_buffer struct buffer header = {0};
    buffer_format(&header, "Authorization: Bearer x\r\nIf-None-Match: %s", etag);
    ask_with("GET", "/blob", header.data, &response);
    assert_int_equal(response.status, 304);
    assert_true(response_has(&response, "Cache-Control", "no-store"));
    response_finish(&response);
}

static void a_redirect_is_a_see_other(void **state)
{
    (void)state;
    struct response response;
    ask_with("GET", "/redirect", "X: y", &response);
    assert_int_equal(response.status, 303);
    assert_true(response_has(&response, "Location", "/stations/  X-Bad: 1"));
    response_finish(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_response_carries_the_security_headers),
        cmocka_unit_test(only_public_data_is_open_to_other_origins),
        cmocka_unit_test(what_has_not_changed_is_not_sent_again),
        cmocka_unit_test(gzip_is_another_form_of_the_same),
        cmocka_unit_test(what_is_short_is_not_compressed),
        cmocka_unit_test(the_language_of_a_page_is_the_clients),
        cmocka_unit_test(head_tells_the_length_and_sends_nothing),
        cmocka_unit_test(what_is_shown_for_a_secret_is_not_stored),
        cmocka_unit_test(a_redirect_is_a_see_other),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
