/* Exchanges that wait, streams that wait, clients that do not, and the end of it all. */
#include "http_harness.h"

#include <sys/eventfd.h>
#include <zlib.h>

enum {
    WAITING_MAX = 512,
    LONG_BODY = 500000
};

/* What is handed to "the store": the test decides when it comes back, on the HTTP thread. */
struct desk {
    struct harness harness;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct http_exchange *waiting[WAITING_MAX];
    int count;
    int destroyed; /* states */
    int releases;
    int release_fd;
};

static struct desk desk;

static void state_gone(void *state)
{
    struct desk *owner = state;
    pthread_mutex_lock(&owner->lock);
    owner->destroyed++;
    pthread_cond_broadcast(&owner->changed);
    pthread_mutex_unlock(&owner->lock);
}

static void hand_over(struct http_exchange *exchange)
{
    pthread_mutex_lock(&desk.lock);
    desk.waiting[desk.count++] = exchange;
    pthread_cond_broadcast(&desk.changed);
    pthread_mutex_unlock(&desk.lock);
}

static enum http_progress wait_for_desk(struct http_exchange *exchange, void *context)
{
    exchange->state = context;
    exchange->destroy_state = state_gone;
    hand_over(exchange);
    return HTTP_WAIT;
}

static enum http_progress resume_at_once(struct http_exchange *exchange, void *context)
{
    (void)context;
    buffer_text(&exchange->reply.body, "\"at once\"");
    http_resume(exchange);
    return HTTP_WAIT;
}

static enum http_progress count_bytes(struct http_exchange *exchange, void *context)
{
    (void)context;
    buffer_integer(&exchange->reply.body, (int64_t)exchange->request.body_length);
    return HTTP_DONE;
}

/* A stream of parts, which waits before each when told so. */
struct parts {
    struct http_stream stream;
    int sent;
    int total;
    bool waits;
    bool waited;
    bool breaks;
};

static enum http_progress next_part(struct http_stream *stream, struct http_exchange *exchange,
                                    struct buffer *part)
{
    struct parts *parts = (struct parts *)stream;
    if (parts->waits && !parts->waited) {
        parts->waited = true;
        hand_over(exchange);
        return HTTP_WAIT;
    }
    parts->waited = false;
    if (parts->sent == parts->total)
        return parts->breaks ? HTTP_BROKEN : HTTP_DONE;
    for (int i = 0; i < 1000; i++)
        buffer_format(part, "%d:%d,", parts->sent, i);
    parts->sent++;
    return HTTP_DONE;
}

static void destroy_parts(struct http_stream *stream)
{
    state_gone(&desk);
    free(stream);
}

static enum http_progress give_stream(struct http_exchange *exchange, void *context)
{
    (void)context;
    struct parts *parts = memory_zeroed(1, sizeof *parts);
    const char *kind = exchange->request.arguments[0];
    *parts = (struct parts){
        .stream = {.next = next_part, .destroy = destroy_parts, .file_name = "parts.csv"},
        .total = 30};
    parts->waits = strcmp(kind, "waiting") == 0;
    parts->breaks = strcmp(kind, "broken") == 0;
    exchange->reply.type = "text/csv";
    exchange->reply.stream = &parts->stream;
    return HTTP_DONE;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/wait", wait_for_desk, 0, NULL, 0},
    {HTTP_POST, "/wait", wait_for_desk, 100, NULL, 0},
    {HTTP_GET, "/once", resume_at_once, 0, NULL, 0},
    {HTTP_POST, "/long", count_bytes, LONG_BODY, NULL, 0},
    {HTTP_GET, "/stream/{kind}", give_stream, 0, NULL, 0},
};

/* On the HTTP thread: all that waits comes back. */
static void release(void *context)
{
    struct desk *owner = context;
    struct http_exchange *back[WAITING_MAX];
    uint64_t ignored = 0;
    assert_int_equal(read(owner->release_fd, &ignored, sizeof ignored), (int)sizeof ignored);
    pthread_mutex_lock(&owner->lock);
    int count = owner->count;
    memcpy(back, owner->waiting, sizeof back);
    owner->count = 0;
    owner->releases++;
    pthread_cond_broadcast(&owner->changed);
    pthread_mutex_unlock(&owner->lock);
    for (int i = 0; i < count; i++) {
        if (back[i]->reply.stream == NULL)
            buffer_format(&back[i]->reply.body, "\"%s %s\"", back[i]->request.path,
                          back[i]->request.body);
        http_resume(back[i]);
    }
}

static void open_desk(const struct http_options *options)
{
    struct http_options given = *options;
    given.context = &desk;
    desk = (struct desk){.release_fd = eventfd(0, 0)};
    pthread_mutex_init(&desk.lock, NULL);
    pthread_cond_init(&desk.changed, NULL);
    harness_start(&desk.harness, &given, routes, ARRAY_LENGTH(routes));
    assert_true(http_watch(desk.harness.server, desk.release_fd, release, &desk));
    harness_go(&desk.harness);
}

static void finish_desk(void)
{
    close(desk.release_fd);
    pthread_mutex_destroy(&desk.lock);
    pthread_cond_destroy(&desk.changed);
}

static int start(void **state)
{
    (void)state;
    const struct http_options options = {0};
    open_desk(&options);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    harness_stop(&desk.harness);
    finish_desk();
    return 0;
}

static void await(const int *value, int wanted)
{
    pthread_mutex_lock(&desk.lock);
    while (*value < wanted)
        pthread_cond_wait(&desk.changed, &desk.lock);
    pthread_mutex_unlock(&desk.lock);
}

/* Returns when all that waited is on its way back. */
static void let_go(void)
{
    const uint64_t one = 1;
    int before = desk.releases;
    assert_int_equal(write(desk.release_fd, &one, sizeof one), (int)sizeof one);
    await(&desk.releases, before + 1);
}

#define HOST "Host: a\r\n"

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

static void check_parts(const struct buffer *body)
{
    auto_buffer struct buffer expected = {0};
    for (int part = 0; part < 30; part++)
        for (int i = 0; i < 1000; i++)
            buffer_format(&expected, "%d:%d,", part, i);
    assert_int_equal(body->length, expected.length);
    assert_memory_equal(body->data, expected.data, expected.length);
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

static void a_stream_comes_whole(void **state)
{
    (void)state;
    struct response response;
    assert_true(ask(&desk.harness, "GET /stream/plain HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_true(
        response_has(&response, "Content-Disposition", "attachment; filename=\"parts.csv\""));
    assert_true(response_has(&response, "Content-Type", "text/csv"));
    assert_true(response_has(&response, "X-Content-Type-Options", "nosniff"));
    check_parts(&response.body);
    response_finish(&response);
    await(&desk.destroyed, 1);
}

static void a_stream_is_compressed_where_it_may(void **state)
{
    (void)state;
    struct response response;
    auto_buffer struct buffer plain = {0};
    assert_true(ask(&desk.harness,
                    "GET /stream/plain HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n",
                    &response));
    assert_true(response_has(&response, "Content-Encoding", "gzip"));
    z_stream stream = {.next_in = (unsigned char *)response.body.data,
                       .avail_in = (unsigned)response.body.length,
                       .next_out = (unsigned char *)buffer_reserve(&plain, 1 << 20),
                       .avail_out = 1 << 20};
    assert_int_equal(inflateInit2(&stream, 31), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    plain.length = stream.total_out;
    inflateEnd(&stream);
    check_parts(&plain);
    response_finish(&response);
}

static void a_stream_may_wait_for_each_part(void **state)
{
    (void)state;
    struct client client;
    struct response response;
    client_open(&client, &desk.harness);
    client_say(&client, "GET /stream/waiting HTTP/1.1\r\n" HOST "\r\n");
    for (int part = 0; part <= 30; part++) {
        await(&desk.count, 1);
        let_go();
    }
    assert_true(client_read(&client, false, &response));
    check_parts(&response.body);
    response_finish(&response);
    client_close(&client);
}

static void a_broken_stream_is_cut_before_its_end(void **state)
{
    (void)state;
    struct response response;
    assert_false(ask(&desk.harness, "GET /stream/broken HTTP/1.1\r\n" HOST "\r\n", &response));
    assert_int_equal(response.status, 200);
    response_finish(&response);
    await(&desk.destroyed, 1);
}

/* Waits for the next part, or for the end of the stream. */
static bool is_destroyed(void)
{
    pthread_mutex_lock(&desk.lock);
    while (desk.count == 0 && desk.destroyed == 0)
        pthread_cond_wait(&desk.changed, &desk.lock);
    bool destroyed = desk.destroyed != 0;
    pthread_mutex_unlock(&desk.lock);
    return destroyed;
}

static void a_reader_of_a_stream_may_leave(void **state)
{
    (void)state;
    struct client client;
    client_open(&client, &desk.harness);
    client_say(&client, "GET /stream/waiting HTTP/1.1\r\n" HOST "\r\n");
    for (int part = 0; part < 3; part++) {
        await(&desk.count, 1);
        let_go();
    }
    await(&desk.count, 1);
    client_close(&client);
    let_go();
    for (int part = 3; part < 31 && !is_destroyed(); part++)
        let_go();
    await(&desk.destroyed, 1);
}

static void head_of_a_stream_asks_for_no_part(void **state)
{
    (void)state;
    struct client client;
    struct response response;
    client_open(&client, &desk.harness);
    client_say(&client, "HEAD /stream/waiting HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_read(&client, true, &response));
    assert_int_equal(response.status, 200);
    assert_true(client_is_closed(&client)); /* not a byte of a body, nor of its end */
    response_finish(&response);
    client_close(&client);
    await(&desk.destroyed, 1);
    assert_int_equal(desk.count, 0);
}

/* These end their server themselves. */

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
        cmocka_unit_test_setup_teardown(a_client_that_left_harms_nobody, start, stop),
        cmocka_unit_test_setup_teardown(a_client_that_breaks_off_harms_nobody, start, stop),
        cmocka_unit_test_setup_teardown(others_are_served_while_some_wait, start, stop),
        cmocka_unit_test_setup_teardown(what_came_behind_a_request_that_waits_is_answered_too,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_client_that_has_finished_speaking_is_answered, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_stream_comes_whole, start, stop),
        cmocka_unit_test_setup_teardown(a_stream_is_compressed_where_it_may, start, stop),
        cmocka_unit_test_setup_teardown(a_stream_may_wait_for_each_part, start, stop),
        cmocka_unit_test_setup_teardown(a_broken_stream_is_cut_before_its_end, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_of_a_stream_may_leave, start, stop),
        cmocka_unit_test_setup_teardown(head_of_a_stream_asks_for_no_part, start, stop),
        cmocka_unit_test(the_end_waits_for_what_is_in_hand),
        cmocka_unit_test(the_end_does_not_wait_forever),
        cmocka_unit_test(a_handler_that_stays_away_is_answered_for),
        cmocka_unit_test(who_waits_long_is_answered),
        cmocka_unit_test(a_server_that_never_ran_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
