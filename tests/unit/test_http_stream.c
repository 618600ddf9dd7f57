/* Bodies that come in parts, and readers of them that leave. */
#include "http_desk.h"

#include <zlib.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_stream_comes_whole, start, stop),
        cmocka_unit_test_setup_teardown(a_stream_is_compressed_where_it_may, start, stop),
        cmocka_unit_test_setup_teardown(a_stream_may_wait_for_each_part, start, stop),
        cmocka_unit_test_setup_teardown(a_broken_stream_is_cut_before_its_end, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_of_a_stream_may_leave, start, stop),
        cmocka_unit_test_setup_teardown(head_of_a_stream_asks_for_no_part, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
