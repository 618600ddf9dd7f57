/* The Unix socket, and who is rated behind which door. */
#include "http_harness.h"

#include <sys/stat.h>

static char folder[] = "/tmp/zhanji-http-XXXXXX";
static char path[64];

static enum http_progress answer(struct http_exchange *exchange, void *context)
{
    (void)context;
    buffer_text(&exchange->reply.body, exchange->request.local ? "\"local\"" : "\"remote\"");
    return HTTP_DONE;
}

static enum http_progress charge_nine(struct http_exchange *exchange, void *context)
{
    return http_rate_charge(exchange, 9) ? answer(exchange, context) : HTTP_DONE;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/", answer, 0, NULL, 0},
    {HTTP_GET, "/metrics", answer, 0, NULL, HTTP_LOCAL_ONLY},
    {HTTP_POST, "/reports", answer, 100, NULL, HTTP_RATED},
    {HTTP_POST, "/batch", charge_nine, 100, NULL, HTTP_RATED},
};

static int64_t stopped_clock(void *context)
{
    (void)context;
    return 1700000000;
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/z.sock", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void serve(struct harness *harness, unsigned rate, const char *header)
{
    const struct http_options options = {.listen = "127.0.0.1:0",
                                         .socket_path = path,
                                         .rate_per_minute = rate,
                                         .trust_proxy = header,
                                         .clock = {stopped_clock, NULL}};
    harness_start(harness, &options, routes, ARRAY_LENGTH(routes));
    harness_go(harness);
}

static void ask_local(const char *request, struct response *response)
{
    struct client client;
    client_open_local(&client, path);
    client_say(&client, request);
    assert_true(client_read(&client, false, response));
    client_close(&client);
}

#define HOST "Host: a\r\n"

static void the_socket_is_the_owners_and_goes_with_the_server(void **state)
{
    (void)state;
    struct harness harness;
    struct stat status;
    struct response response;
    serve(&harness, 0, NULL);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    ask_local("GET /metrics HTTP/1.1\r\n" HOST "\r\n", &response);
    assert_string_equal(response.body.data, "\"local\"");
    response_finish(&response);
    assert_true(ask(&harness, "GET / HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_string_equal(response.body.data, "\"remote\"");
    response_finish(&response);
    harness_stop(&harness);
    assert_int_equal(stat(path, &status), -1);
}

static struct http_server *try_socket(struct error *error)
{
    const struct http_options options = {.socket_path = path, .clock = clock_real()};
    const struct http_route *const table = routes;
    const size_t length = ARRAY_LENGTH(routes);
    return http_create(&options, &table, &length, 1, error);
}

static void a_stale_socket_is_replaced(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct error error = {0};
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    struct http_server *server = try_socket(&error);
    assert_non_null(server);
    http_destroy(server);
}

static void the_socket_of_a_living_server_is_left_alone(void **state)
{
    (void)state;
    struct harness harness;
    struct error error = {0};
    struct response response;
    serve(&harness, 0, NULL);
    assert_null(try_socket(&error));
    assert_int_equal(error.kind, ERROR_CONFLICT);
    ask_local("GET / HTTP/1.1\r\n" HOST "\r\n", &response);
    assert_int_equal(response.status, 200);
    response_finish(&response);
    harness_stop(&harness);
}

/* It has an owner, though not one that a stream can be opened to. */
static void a_socket_of_another_kind_is_left_alone(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct error error = {0};
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_null(try_socket(&error));
    assert_int_equal(error.kind, ERROR_CONFLICT);
    close(fd);
    assert_int_equal(unlink(path), 0);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
    (void)state;
    struct error error = {0};
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_null(try_socket(&error));
    assert_int_equal(error.kind, ERROR_CONFLICT);
    assert_int_equal(unlink(path), 0);
}

static void an_address_that_cannot_be_had_is_refused(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "127.0.0.1", "127.0.0.1:x", "127.0.0.1:123456", "203.0.113.1:0", "no.such.host.invalid:0",
        ":"};
    for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
        const struct http_options options = {.listen = addresses[i]};
        const struct http_route *const table = routes;
        const size_t length = ARRAY_LENGTH(routes);
        struct error error = {0};
        assert_null(http_create(&options, &table, &length, 1, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
    }
}

#define POST  "POST /reports HTTP/1.1\r\n" HOST "Content-Length: 0\r\n"
#define BATCH "POST /batch HTTP/1.1\r\n" HOST "Content-Length: 0\r\n"

/* How many of 12 requests are taken at one a minute, where ten is a full bucket. */
static int count_taken(const struct harness *harness, const char *request, bool local)
{
    int taken = 0;
    for (int i = 0; i < 12; i++) {
        struct response response;
        if (local)
            ask_local(request, &response);
        else
            assert_true(ask(harness, request, &response));
        assert_true(response.status == 200 || response.status == 429);
        if (response.status == 429)
            assert_true(response_has(&response, "Retry-After", "60"));
        taken += response.status == 200;
        response_finish(&response);
    }
    return taken;
}

static void the_machine_itself_is_not_rated(void **state)
{
    (void)state;
    struct harness harness;
    serve(&harness, 1, NULL);
    assert_int_equal(count_taken(&harness, POST "\r\n", false), 12);
    assert_int_equal(count_taken(&harness, POST "X-Forwarded-For: 192.0.2.1\r\n\r\n", false), 12);
    assert_int_equal(count_taken(&harness, POST "\r\n", true), 12);
    harness_stop(&harness);
}

static void behind_a_proxy_the_clients_are_rated(void **state)
{
    (void)state;
    struct harness harness;
    serve(&harness, 1, "X-Forwarded-For");
    assert_int_equal(count_taken(&harness, POST "X-Forwarded-For: 192.0.2.1\r\n\r\n", false), 10);
    assert_int_equal(
        count_taken(&harness, POST "X-Forwarded-For: 10.0.0.1, 192.0.2.1\r\n\r\n", false), 0);
    assert_int_equal(count_taken(&harness,
                                 POST "X-Forwarded-For: 203.0.113.9\r\n"
                                      "X-Forwarded-For: 192.0.2.1\r\n\r\n",
                                 false),
                     0);
    assert_int_equal(count_taken(&harness, POST "X-Forwarded-For: 192.0.2.2\r\n\r\n", false), 10);
    assert_int_equal(count_taken(&harness, POST "X-Forwarded-For: 2001:db8::1\r\n\r\n", true), 10);
    assert_int_equal(count_taken(&harness, POST "\r\n", false), 10);
    assert_int_equal(count_taken(&harness, POST "\r\n", true), 12);
    harness_stop(&harness);
}

static void a_batch_is_charged_as_a_whole(void **state)
{
    (void)state;
    struct harness harness;
    struct response response;
    serve(&harness, 1, "X-Real-IP");
    assert_true(ask(&harness, BATCH "X-Real-IP: 192.0.2.1\r\n\r\n", &response));
    assert_int_equal(response.status, 200);
    response_finish(&response);
    assert_true(ask(&harness, BATCH "X-Real-IP: 192.0.2.1\r\n\r\n", &response));
    assert_int_equal(response.status, 429);
    assert_true(response_has(&response, "Content-Type", "application/problem+json"));
    response_finish(&response);
    harness_stop(&harness);
}

static void transport_security_is_demanded_of_those_who_came_by_it(void **state)
{
    (void)state;
    struct harness harness;
    struct response response;
    serve(&harness, 0, "X-Forwarded-For");
    assert_true(
        ask(&harness, "GET / HTTP/1.1\r\n" HOST "X-Forwarded-Proto: https\r\n\r\n", &response));
    assert_true(response_has(&response, "Strict-Transport-Security", "max-age=31536000"));
    response_finish(&response);
    assert_true(ask(&harness, "GET / HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_null(response_header(&response, "Strict-Transport-Security"));
    response_finish(&response);
    harness_stop(&harness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_socket_is_the_owners_and_goes_with_the_server),
        cmocka_unit_test(a_stale_socket_is_replaced),
        cmocka_unit_test(the_socket_of_a_living_server_is_left_alone),
        cmocka_unit_test(a_socket_of_another_kind_is_left_alone),
        cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
        cmocka_unit_test(an_address_that_cannot_be_had_is_refused),
        cmocka_unit_test(the_machine_itself_is_not_rated),
        cmocka_unit_test(behind_a_proxy_the_clients_are_rated),
        cmocka_unit_test(a_batch_is_charged_as_a_whole),
        cmocka_unit_test(transport_security_is_demanded_of_those_who_came_by_it),
    };
    struct error error = {0};
    return secret_start(&error) ? cmocka_run_group_tests(tests, make_folder, remove_folder) : 1;
}
