#include "http_harness.h"

#include <zlib.h>

static struct harness harness;

static enum http_progress say_path(struct http_exchange *exchange, void *context)
{
    (void)context;
    exchange->reply.type = "text/plain";
    buffer_format(&exchange->reply.body, "path=%s query=%s", exchange->request.path,
                  exchange->request.query);
    for (int i = 0; i < HTTP_ARGUMENTS_MAX && exchange->request.arguments[i] != NULL; i++)
        buffer_format(&exchange->reply.body, " %s", exchange->request.arguments[i]);
    for (int i = 0; i < exchange->request.parameter_count; i++)
        buffer_format(&exchange->reply.body, " %s=%s", exchange->request.parameters[i].name,
                      exchange->request.parameters[i].value);
    return HTTP_DONE;
}

static enum http_progress echo_body(struct http_exchange *exchange, void *context)
{
    (void)context;
    exchange->reply.status = 201;
    buffer_bytes(&exchange->reply.body, exchange->request.body, exchange->request.body_length);
    return HTTP_DONE;
}

static struct blob *shared;

static enum http_progress give_blob(struct http_exchange *exchange, void *context)
{
    (void)context;
    exchange->reply.public_data = true;
    return http_blob_take(exchange, blob_hold(shared));
}

/* 2,000 bytes that are made anew each time. */
static enum http_progress make_page(struct http_exchange *exchange, void *context)
{
    static const char *const tags[] = {"zh", "en"};
    (void)context;
    size_t language = http_language(exchange, tags, 2);
    exchange->reply.type = "text/html; charset=utf-8";
    for (int i = 0; i < 500; i++)
        buffer_format(&exchange->reply.body, "%s..", tags[language]);
    return HTTP_DONE;
}

static enum http_progress redirect(struct http_exchange *exchange, void *context)
{
    (void)context;
    return http_redirect(exchange, "/stations/\r\nX-Bad: 1");
}

static enum http_progress fall_over(struct http_exchange *exchange, void *context)
{
    (void)context;
    struct error error = {0};
    error_set(&error, ERROR_INTERNAL, "the secret reason");
    return http_error(exchange, &error);
}

static enum http_progress count_all(struct http_exchange *exchange, void *context)
{
    (void)context;
    http_metrics(harness.server, &exchange->reply.body);
    return HTTP_DONE;
}

static enum http_progress cut(struct http_exchange *exchange, void *context)
{
    (void)exchange;
    (void)context;
    return HTTP_BROKEN;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/blob", give_blob, 0, NULL, 0},
    {HTTP_GET, "/open", give_blob, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/page", make_page, 0, NULL, 0},
    {HTTP_GET, "/redirect", redirect, 0, NULL, 0},
    {HTTP_GET, "/fault", fall_over, 0, NULL, 0},
    {HTTP_GET, "/counts", count_all, 0, NULL, 0},
    {HTTP_GET, "/cut", cut, 0, NULL, 0},
    {HTTP_POST, "/large", echo_body, 1 << 20, NULL, 0},
    {HTTP_GET, "/", say_path, 0, NULL, 0},
    {HTTP_GET, "/stations/{id}", say_path, 0, NULL, 0},
    {HTTP_GET, "/log/{rest...}", say_path, 0, NULL, 0},
    {HTTP_POST, "/stations/{id}", echo_body, 64, "application/json", 0},
    {HTTP_DELETE, "/stations/{id}", say_path, 0, NULL, 0},
    {HTTP_POST, "/form", echo_body, 64, NULL, HTTP_FORM},
    {HTTP_GET, "/metrics", say_path, 0, NULL, HTTP_LOCAL_ONLY},
};

static struct buffer faults;

static void note_fault(void *context, const char *line)
{
    (void)context;
    buffer_text(&faults, line);
}

static bool show_page(struct http_exchange *exchange, unsigned status, const char *detail,
                      void *context)
{
    (void)context;
    exchange->reply.type = "text/html; charset=utf-8";
    buffer_format(&exchange->reply.body, "<p>%u %s</p>", status, detail);
    return true;
}

static int start(void **state)
{
    (void)state;
    struct buffer text = {0};
    const struct http_options options = {.fault = note_fault, .problem_page = show_page};
    for (int i = 0; i < 700; i++)
        buffer_format(&text, "%d,", i % 10);
    shared = blob_create_take(&text, "application/json");
    harness_start(&harness, &options, routes, ARRAY_LENGTH(routes));
    harness_go(&harness);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    harness_stop(&harness);
    blob_drop(shared);
    buffer_finish(&faults);
    return 0;
}

#define HOST "Host: a\r\n"

static void a_request_is_answered_by_its_route(void **state)
{
    (void)state;

    static const struct {
        const char *request;
        int status;
        const char *body;
    } cases[] = {
        {"GET / HTTP/1.1\r\n" HOST "\r\n", 200, "path=/ query="},
        {"GET /?a=1&b=x+y HTTP/1.1\r\n" HOST "\r\n", 200, "path=/ query=a=1&b=x+y a=1 b=x y"},
        {"GET /stations/%E5%8C%97 HTTP/1.1\r\n" HOST "\r\n", 200,
         "path=/stations/%E5%8C%97 query= \xe5\x8c\x97"},
        {"GET http://a/stations/x HTTP/1.1\r\n" HOST "\r\n", 200, "path=/stations/x query= x"},
        {"GET /log/tile/0/x001/067 HTTP/1.1\r\n" HOST "\r\n", 200,
         "path=/log/tile/0/x001/067 query= tile/0/x001/067"},
        {"POST /stations/a HTTP/1.1\r\n" HOST
         "Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}",
         201, "{}"},
        {"POST /stations/a HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
         "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
         201, "{}"},
        {"DELETE /stations/a HTTP/1.1\r\n" HOST "\r\n", 200, "path=/stations/a query= a"},
        {"POST /form HTTP/1.1\r\n" HOST
         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1",
         201, "a=1"},
        {"GET / HTTP/1.0\r\n\r\n", 200, "path=/ query="},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct response response;
        assert_true(ask(&harness, cases[i].request, &response));
        assert_int_equal(response.status, cases[i].status);
        assert_string_equal(response.body.data, cases[i].body);
        response_finish(&response);
    }
}

#define JSON "Content-Type: application/json\r\n"

static void a_refusal_is_a_problem_document(void **state)
{
    (void)state;

    static const struct {
        const char *request;
        int status;
        const char *title;
        const char *header; /* and its value, or NULL */
        const char *value;
    } cases[] = {
        {"GET /nowhere HTTP/1.1\r\n" HOST "\r\n", 404, "Not Found", NULL, NULL},
        {"HELO / HTTP/1.1\r\n" HOST "\r\n", 405, "Method Not Allowed", "Allow", "GET, HEAD"},
        {"PUT /stations/a HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n\r\n{}", 405,
         "Method Not Allowed", "Allow", "GET, HEAD, POST, DELETE"},
        {"PATCH /stations/a HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n\r\n{}", 405,
         "Method Not Allowed", "Allow", "GET, HEAD, POST, DELETE"},
        {"OPTIONS /form HTTP/1.1\r\n" HOST "\r\n", 405, "Method Not Allowed", "Allow", "POST"},
        {"GET /metrics HTTP/1.1\r\n" HOST "\r\n", 404, "Not Found", NULL, NULL},
        {"GET /?a=1&a=2 HTTP/1.1\r\n" HOST "\r\n", 400, "Bad Request", NULL, NULL},
        {"GET /?a=%f HTTP/1.1\r\n" HOST "\r\n", 400, "Bad Request", NULL, NULL},
        {"GET /?a=%00 HTTP/1.1\r\n" HOST "\r\n", 400, "Bad Request", NULL, NULL},
        {"GET /stations/%ff HTTP/1.1\r\n" HOST "\r\n", 400, "Bad Request", NULL, NULL},
        {"GET /?1&2&3&4&5&6&7&8&9&10&11&12&13&14&15&16&17 HTTP/1.1\r\n" HOST "\r\n", 400,
         "Bad Request", NULL, NULL},
        {"POST /stations/a HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\nContent-Length: "
         "2\r\n\r\n{}",
         415, "Unsupported Media Type", NULL, NULL},
        {"POST /stations/a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}", 415,
         "Unsupported Media Type", NULL, NULL},
        {"POST /stations/a HTTP/1.1\r\n" HOST JSON "Content-Encoding: gzip\r\nContent-Length: "
         "2\r\n\r\n\x1f\x8b",
         415, "Unsupported Media Type", "Accept-Encoding", "identity"},
        {"POST /form HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n\r\n{}", 415,
         "Unsupported Media Type", NULL, NULL},
        {"POST /stations/a HTTP/1.1\r\n" HOST JSON "Content-Length: 65\r\n\r\n"
         "0123456789012345678901234567890123456789012345678901234567890123456789",
         413, "Content Too Large", NULL, NULL},
        {"POST /stations/a HTTP/1.1\r\n" HOST JSON "Transfer-Encoding: chunked\r\n\r\n"
         "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n"
         "1\r\nx\r\n0\r\n\r\n",
         413, "Content Too Large", NULL, NULL},
        {"GET /fault HTTP/1.1\r\n" HOST "\r\n", 500, "Internal Server Error", NULL, NULL},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_buffer struct buffer begin = {0};
        struct response response;
        assert_true(ask(&harness, cases[i].request, &response));
        assert_int_equal(response.status, cases[i].status);
        buffer_format(&begin, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,",
                      cases[i].title, cases[i].status);
        assert_true(strncmp(response.body.data, begin.data, begin.length) == 0);
        assert_true(response_has(&response, "Content-Type", "application/problem+json"));
        assert_true(response_has(&response, "Cache-Control", "no-store"));
        if (cases[i].header != NULL)
            assert_true(response_has(&response, cases[i].header, cases[i].value));
        assert_null(strstr(response.body.data, "secret"));
        response_finish(&response);
    }
    assert_string_equal(faults.data, "/fault: the secret reason");
}

static void a_person_is_refused_with_a_page(void **state)
{
    (void)state;
    struct response response;
    assert_true(
        ask(&harness, "GET /nowhere HTTP/1.1\r\n" HOST "Accept: text/html,*/*\r\n\r\n", &response));
    assert_int_equal(response.status, 404);
    assert_string_equal(response.body.data, "<p>404 Nothing is at this address.</p>");
    response_finish(&response);
    assert_true(
        ask(&harness, "GET /api/x HTTP/1.1\r\n" HOST "Accept: text/html\r\n\r\n", &response));
    assert_true(response_has(&response, "Content-Type", "application/problem+json"));
    response_finish(&response);
}

/* After each of these the connection goes on. */
static void a_connection_outlives_its_requests(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\n" HOST "\r\n",
        "GET /nowhere HTTP/1.1\r\n" HOST "\r\n",
        "PUT / HTTP/1.1\r\n" HOST "\r\n",
        "POST /stations/a HTTP/1.1\r\n" HOST JSON "Content-Length: 2\r\n\r\n{}",
        "POST /stations/a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}",
        "POST /nowhere HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}",
        "POST /form HTTP/1.1\r\n" HOST "\r\n",
        "DELETE /stations/a HTTP/1.1\r\n" HOST "\r\n",
        "GET /blob HTTP/1.1\r\n" HOST "If-None-Match: *\r\n\r\n",
        "GET /?a=%f HTTP/1.1\r\n" HOST "\r\n",
    };
    struct client client;
    client_open(&client, &harness);
    for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
        struct response response;
        client_say(&client, requests[i]);
        assert_true(client_read(&client, false, &response));
        response_finish(&response);
    }
    client_close(&client);
}

static void requests_sent_at_once_are_answered_in_order(void **state)
{
    (void)state;
    struct client client;
    client_open(&client, &harness);
    for (int i = 0; i < 50; i++) {
        auto_buffer struct buffer request = {0};
        buffer_format(&request, "GET /stations/%d HTTP/1.1\r\n" HOST "\r\n", i);
        client_say(&client, request.data);
    }
    for (int i = 0; i < 50; i++) {
        auto_buffer struct buffer expected = {0};
        struct response response;
        buffer_format(&expected, "path=/stations/%d query= %d", i, i);
        assert_true(client_read(&client, false, &response));
        assert_string_equal(response.body.data, expected.data);
        response_finish(&response);
    }
    client_close(&client);
}

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
static void ask_with(const char *method, const char *path, const char *header,
                     struct response *response)
{
    auto_buffer struct buffer request = {0};
    buffer_format(&request, "%s %s HTTP/1.1\r\n" HOST "%s\r\n\r\n", method, path, header);
    assert_true(ask(&harness, request.data, response));
}

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

static void a_broken_handler_cuts_the_connection(void **state)
{
    (void)state;
    struct client client;
    client_open(&client, &harness);
    client_say(&client, "GET /cut HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_is_closed(&client));
    client_close(&client);
}

static void a_large_body_comes_whole(void **state)
{
    (void)state;
    struct client client;
    struct response response;
    auto_buffer struct buffer body = {0};
    for (int i = 0; i < 150000; i++)
        buffer_format(&body, "%06d", i);
    client_open(&client, &harness);
    client_say(&client, "POST /large HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n");
    client_send(&client, body.data, body.length);
    assert_true(client_read(&client, false, &response));
    assert_int_equal(response.body.length, body.length);
    assert_memory_equal(response.body.data, body.data, body.length);
    response_finish(&response);
    client_close(&client);
}

static void a_body_is_refused_before_it_is_sent_if_the_client_asks(void **state)
{
    (void)state;
    struct client client;
    struct response response;
    client_open(&client, &harness);
    client_say(&client, "POST /stations/a HTTP/1.1\r\n" HOST JSON
                        "Content-Length: 65\r\nExpect: 100-continue\r\n\r\n");
    assert_true(client_read(&client, false, &response));
    assert_int_equal(response.status, 413);
    assert_true(client_is_closed(&client));
    response_finish(&response);
    client_close(&client);
}

static void a_client_that_asks_is_told_to_continue(void **state)
{
    (void)state;
    struct client client;
    struct response response;
    client_open(&client, &harness);
    client_say(&client, "POST /stations/a HTTP/1.1\r\n" HOST JSON
                        "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    assert_true(client_read(&client, false, &response));
    assert_int_equal(response.status, 100);
    response_finish(&response);
    client_say(&client, "{}");
    assert_true(client_read(&client, false, &response));
    assert_int_equal(response.status, 201);
    response_finish(&response);
    client_close(&client);
}

static void a_body_without_end_is_cut(void **state)
{
    (void)state;
    struct client client;
    auto_buffer struct buffer chunk = {0};
    buffer_text(&chunk, "10000\r\n");
    for (int i = 0; i < 65536; i++)
        buffer_char(&chunk, 'x');
    buffer_text(&chunk, "\r\n");
    client_open(&client, &harness);
    client_say(&client,
               "POST /stations/a HTTP/1.1\r\n" HOST JSON "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 33 * 16; i++)
        client_send(&client, chunk.data, chunk.length);
    assert_true(client_is_closed(&client));
    client_close(&client);
}

enum {
    CROWD = 300
};

/* More than libmicrohttpd's own loop serves at once (128). */
static void a_crowd_is_answered_to_the_last(void **state)
{
    (void)state;
    static struct client clients[CROWD];
    for (int i = 0; i < CROWD; i++)
        client_open(&clients[i], &harness);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < CROWD; i++)
            client_say(&clients[i], "GET /blob HTTP/1.1\r\n" HOST "\r\n");
        for (int i = 0; i < CROWD; i++) {
            struct response response;
            assert_true(client_read(&clients[i], false, &response));
            assert_int_equal(response.body.length, 1400);
            response_finish(&response);
        }
    }
    for (int i = 0; i < CROWD; i++)
        client_close(&clients[i]);
}

static void metrics_count_replies_by_route(void **state)
{
    (void)state;
    struct response response;
    ask_with("GET", "/counts", "X: y", &response);
    assert_non_null(strstr(response.body.data,
                           "zhanji_http_replies_total{method=\"GET\",route=\"/fault\","
                           "class=\"5xx\"} 1\n"));
    assert_non_null(strstr(response.body.data, "zhanji_http_waiting 0\n"));
    response_finish(&response);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_by_its_route),
        cmocka_unit_test(a_refusal_is_a_problem_document),
        cmocka_unit_test(a_person_is_refused_with_a_page),
        cmocka_unit_test(a_connection_outlives_its_requests),
        cmocka_unit_test(requests_sent_at_once_are_answered_in_order),
        cmocka_unit_test(every_response_carries_the_security_headers),
        cmocka_unit_test(only_public_data_is_open_to_other_origins),
        cmocka_unit_test(what_has_not_changed_is_not_sent_again),
        cmocka_unit_test(gzip_is_another_form_of_the_same),
        cmocka_unit_test(what_is_short_is_not_compressed),
        cmocka_unit_test(the_language_of_a_page_is_the_clients),
        cmocka_unit_test(head_tells_the_length_and_sends_nothing),
        cmocka_unit_test(what_is_shown_for_a_secret_is_not_stored),
        cmocka_unit_test(a_redirect_is_a_see_other),
        cmocka_unit_test(a_broken_handler_cuts_the_connection),
        cmocka_unit_test(a_large_body_comes_whole),
        cmocka_unit_test(a_body_is_refused_before_it_is_sent_if_the_client_asks),
        cmocka_unit_test(a_client_that_asks_is_told_to_continue),
        cmocka_unit_test(a_body_without_end_is_cut),
        cmocka_unit_test(a_crowd_is_answered_to_the_last),
        cmocka_unit_test(metrics_count_replies_by_route),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
