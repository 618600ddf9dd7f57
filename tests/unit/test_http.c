/* Requests: which handler has them, bodies, refusals, connections. */
#include "http_sample.h"

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
