#include "http_harness.h"

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

static const struct http_route routes[] = {
    {HTTP_GET, "/", say_path, 0, NULL, 0},
    {HTTP_GET, "/stations/{id}", say_path, 0, NULL, 0},
    {HTTP_GET, "/log/{rest...}", say_path, 0, NULL, 0},
    {HTTP_POST, "/stations/{id}", echo_body, 64, "application/json", 0},
    {HTTP_DELETE, "/stations/{id}", say_path, 0, NULL, 0},
    {HTTP_POST, "/form", echo_body, 64, NULL, HTTP_FORM},
    {HTTP_GET, "/metrics", say_path, 0, NULL, HTTP_LOCAL_ONLY},
};

static int start(void **state)
{
    (void)state;
    const struct http_options options = {0};
    harness_start(&harness, &options, routes, ARRAY_LENGTH(routes));
    harness_go(&harness);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    harness_stop(&harness);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered_by_its_route),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
