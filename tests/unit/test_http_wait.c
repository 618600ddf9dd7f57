/* Exchanges that wait, clients that do not, and the end of it all. */
#include "http_desk.h"

static void what_waits_is_answered_when_it_comes_back(void **state)
{
    (void)state;

    enum {
        CLIENTS = 200
    };
    static struct client clients[CLIENTS];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < CLIENTS; i++) {
            if (round == 0)
                client_open(&clients[i], &desk.harness);
            client_say(&clients[i], "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
        }
        await(&desk.count, CLIENTS);
        let_go();
        for (int i = 0; i < CLIENTS; i++) {
            struct response response;
            assert_true(client_read(&clients[i], false, &response));
            assert_string_equal(response.body.data, "\"/wait {}\"");
            response_finish(&response);
        }
        await(&desk.destroyed, (round + 1) * CLIENTS);
    }
    for (int i = 0; i < CLIENTS; i++)
        client_close(&clients[i]);
}

static void a_handler_may_come_back_before_it_has_left(void **state)
{
    (void)state;
    struct response response;
    assert_true(ask(&desk.harness, "GET /once HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_string_equal(response.body.data, "\"at once\"");
    response_finish(&response);
}

static void what_is_gathered_goes_on_when_the_turn_ends(void **state)
{
    (void)state;
    struct client clients[2];
    for (int i = 0; i < 2; i++) {
        client_open(&clients[i], &desk.harness);
        client_say(&clients[i],
                   "GET /gather HTTP/1.1\r\n" HOST "\r\nGET /gather HTTP/1.1\r\n" HOST "\r\n");
    }
    for (int i = 0; i < 4; i++) {
        struct response response;
        assert_true(client_read(&clients[i % 2], false, &response));
        assert_string_equal(response.body.data, "\"gathered\"");
        response_finish(&response);
    }
    client_close(&clients[0]);
    client_close(&clients[1]);
}

static void a_client_that_left_harms_nobody(void **state)
{
    (void)state;
    struct client leaver;
    struct client stayer;
    struct response response;
    client_open(&leaver, &desk.harness);
    client_open(&stayer, &desk.harness);
    client_say(&leaver, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    client_say(&stayer, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    await(&desk.count, 2);
    client_close(&leaver);
    let_go();
    assert_true(client_read(&stayer, false, &response));
    assert_int_equal(response.status, 200);
    response_finish(&response);
    client_close(&stayer);
    await(&desk.destroyed, 2);
}

/* Its connection ends with a reset, which a server can tell while it has no answer yet. */
static void client_reset(struct client *client)
{
    const struct linger at_once = {.l_onoff = 1};
    assert_int_equal(setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    client_close(client);
}

static void a_client_that_breaks_off_harms_nobody(void **state)
{
    (void)state;
    struct client breaker;
    struct client stayer;
    struct response response;
    client_open(&breaker, &desk.harness);
    client_open(&stayer, &desk.harness);
    client_say(&breaker, "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    client_say(&stayer, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    await(&desk.count, 2);
    client_reset(&breaker);
    /* The server has seen the reset once it answers what came after it. */
    assert_true(ask(&desk.harness, "GET /once HTTP/1.1\r\n" HOST "\r\n", &response));
    response_finish(&response);
    assert_int_equal(desk.destroyed, 0);
    let_go();
    assert_true(client_read(&stayer, false, &response));
    assert_int_equal(response.status, 200);
    response_finish(&response);
    client_close(&stayer);
    await(&desk.destroyed, 2);
}

static void others_are_served_while_some_wait(void **state)
{
    (void)state;
    struct client waiter;
    struct client client;
    struct response response;
    auto_buffer struct buffer request = {0};
    client_open(&waiter, &desk.harness);
    client_open(&client, &desk.harness);
    client_say(&waiter, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    await(&desk.count, 1);
    /* More than libmicrohttpd reads at once, and a request behind it. */
    buffer_format(&request, "POST /long HTTP/1.1\r\n" HOST "Content-Length: %d\r\n\r\n", LONG_BODY);
    for (int i = 0; i < LONG_BODY; i++)
        buffer_char(&request, 'x');
    buffer_text(&request, "GET /stream/plain HTTP/1.1\r\n" HOST "\r\n");
    client_send(&client, request.data, request.length);
    assert_true(client_read(&client, false, &response));
    assert_string_equal(response.body.data, "500000");
    response_finish(&response);
    assert_true(client_read(&client, false, &response));
    check_parts(&response.body);
    response_finish(&response);
    assert_int_equal(desk.count, 1);
    let_go();
    assert_true(client_read(&waiter, false, &response));
    response_finish(&response);
    client_close(&client);
    client_close(&waiter);
}

static void what_came_behind_a_request_that_waits_is_answered_too(void **state)
{
    (void)state;
    struct client client;
    struct client other;
    struct response response;
    client_open(&client, &desk.harness);
    client_open(&other, &desk.harness);
    client_say(&client, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    await(&desk.count, 1);
    client_say(&client, "GET /once HTTP/1.1\r\n" HOST "\r\n");
    let_go();
    client_say(&other, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_read(&client, false, &response));
    assert_string_equal(response.body.data, "\"/wait \"");
    response_finish(&response);
    assert_true(client_read(&client, false, &response));
    assert_string_equal(response.body.data, "\"at once\"");
    response_finish(&response);
    await(&desk.count, 1);
    let_go();
    assert_true(client_read(&other, false, &response));
    response_finish(&response);
    client_close(&client);
    client_close(&other);
}

static void a_client_that_has_finished_speaking_is_answered(void **state)
{
    (void)state;
    struct client client;
    struct response response;
    client_open(&client, &desk.harness);
    client_say(&client, "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    await(&desk.count, 1);
    shutdown(client.fd, SHUT_WR);
    let_go();
    assert_true(client_read(&client, false, &response));
    assert_int_equal(response.status, 200);
    response_finish(&response);
    client_close(&client);
}

/* These end their server themselves. */

/* The server's next word is the end: not silence until the client's patience is over, and not the
 * server's own time limit either, which is longer. */
static bool client_hears_the_end(struct client *client)
{
    const struct timeval patience = {.tv_sec = 20};
    char byte;
    assert_int_equal(setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
                     0);
    return client->input.length == 0 && recv(client->fd, &byte, 1, 0) == 0;
}

/* Says all it has to say, that it was all, and listens. */
static void speak_to_the_end(const char *text, int waiting)
{
    const struct http_options options = {.idle_ms = 300000};
    struct client client;
    open_desk(&options);
    client_open(&client, &desk.harness);
    client_say(&client, text);
    shutdown(client.fd, SHUT_WR);
    for (int i = 0; i < waiting; i++) {
        struct response response;
        await(&desk.count, 1);
        let_go();
        assert_true(client_read(&client, false, &response));
        assert_int_equal(response.status, 200);
        response_finish(&response);
    }
    assert_true(client_hears_the_end(&client));
    client_close(&client);
    harness_stop(&desk.harness);
    finish_desk();
}

#define WAIT "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}"

static void who_has_finished_speaking_hears_the_end(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        speak_to_the_end("", 0);
        speak_to_the_end(WAIT, 1);
        speak_to_the_end(WAIT WAIT WAIT, 3);
    }
}

static void the_end_waits_for_what_is_in_hand(void **state)
{
    (void)state;
    const struct http_options options = {0};
    struct client client;
    struct client idle;
    struct response response;
    open_desk(&options);
    client_open(&idle, &desk.harness);
    client_open(&client, &desk.harness);
    client_say(&client, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    await(&desk.count, 1);
    http_stop(desk.harness.server);
    assert_true(client_is_closed(&idle));
    let_go();
    assert_true(client_read(&client, false, &response));
    assert_string_equal(response.body.data, "\"/wait \"");
    response_finish(&response);
    assert_true(client_is_closed(&client));
    client_close(&client);
    client_close(&idle);
    harness_stop(&desk.harness);
    assert_int_equal(desk.destroyed, 1);
    finish_desk();
}

static void the_end_does_not_wait_forever(void **state)
{
    (void)state;
    const struct http_options options = {.drain_ms = 50};
    struct client client;
    struct client reader;
    struct response response;
    open_desk(&options);
    client_open(&client, &desk.harness);
    client_open(&reader, &desk.harness);
    client_say(&client, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    client_say(&reader, "GET /stream/waiting HTTP/1.1\r\n" HOST "\r\n");
    await(&desk.count, 2);
    http_stop(desk.harness.server);
    assert_true(client_read(&client, false, &response));
    assert_int_equal(response.status, 503);
    assert_true(response_has(&response, "Retry-After", "2"));
    response_finish(&response);
    assert_false(client_read(&reader, false, &response));
    response_finish(&response);
    client_close(&client);
    client_close(&reader);
    pthread_join(desk.harness.thread, NULL);
    desk.harness.running = false;
    /* One comes back after the end, the other never does. */
    assert_int_equal(desk.destroyed, 0);
    http_resume(desk.waiting[0]);
    assert_int_equal(desk.destroyed, 1);
    harness_stop(&desk.harness);
    assert_int_equal(desk.destroyed, 2);
    finish_desk();
}

static void stay_away(unsigned wait_ms)
{
    const struct http_options options = {.wait_ms = wait_ms};
    struct client client;
    struct response response;
    open_desk(&options);
    client_open(&client, &desk.harness);
    client_say(&client, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_read(&client, false, &response));
    assert_int_equal(response.status, 503);
    response_finish(&response);
    assert_true(client_is_closed(&client));
    client_close(&client);
    assert_int_equal(desk.destroyed, 0);
    let_go();
    await(&desk.destroyed, 1);
    harness_stop(&desk.harness);
    finish_desk();
}

static void a_handler_that_stays_away_is_answered_for(void **state)
{
    (void)state;
    stay_away(20); /* while it is parked */
    stay_away(300);
}

/* Longer than a commit takes, so that it is suspended meanwhile: as long as a client may idle. */
static void who_waits_long_is_answered(void **state)
{
    (void)state;
    const struct http_options options = {.idle_ms = 200, .headers_ms = 200};
    struct client client;
    struct client idle;
    struct response response;
    open_desk(&options);
    client_open(&client, &desk.harness);
    client_say(&client, "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}");
    await(&desk.count, 1);
    client_open(&idle, &desk.harness);
    assert_true(client_is_closed(&idle));
    client_close(&idle);
    let_go();
    assert_true(client_read(&client, false, &response));
    assert_string_equal(response.body.data, "\"/wait {}\"");
    response_finish(&response);
    client_close(&client);
    harness_stop(&desk.harness);
    finish_desk();
}

static void a_server_that_never_ran_ends(void **state)
{
    (void)state;
    const struct http_options options = {0};
    struct client client;
    struct harness harness;
    harness_start(&harness, &options, routes, ARRAY_LENGTH(routes));
    client_open(&client, &harness);
    client_say(&client, "GET /once HTTP/1.1\r\n" HOST "\r\n");
    http_destroy(harness.server);
    client_close(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_waits_is_answered_when_it_comes_back, start, stop),
        cmocka_unit_test_setup_teardown(a_handler_may_come_back_before_it_has_left, start, stop),
        cmocka_unit_test_setup_teardown(what_is_gathered_goes_on_when_the_turn_ends, start, stop),
        cmocka_unit_test_setup_teardown(a_client_that_left_harms_nobody, start, stop),
        cmocka_unit_test_setup_teardown(a_client_that_breaks_off_harms_nobody, start, stop),
        cmocka_unit_test_setup_teardown(others_are_served_while_some_wait, start, stop),
        cmocka_unit_test_setup_teardown(what_came_behind_a_request_that_waits_is_answered_too,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_client_that_has_finished_speaking_is_answered, start,
                                        stop),
        cmocka_unit_test(who_has_finished_speaking_hears_the_end),
        cmocka_unit_test(the_end_waits_for_what_is_in_hand),
        cmocka_unit_test(the_end_does_not_wait_forever),
        cmocka_unit_test(a_handler_that_stays_away_is_answered_for),
        cmocka_unit_test(who_waits_long_is_answered),
        cmocka_unit_test(a_server_that_never_ran_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
