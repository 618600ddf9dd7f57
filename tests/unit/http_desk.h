#ifndef ZHANJI_TESTS_HTTP_DESK_H
#define ZHANJI_TESTS_HTTP_DESK_H

/* A server whose handlers hand their exchange to a desk, where the test lets it go. */

#include "http_harness.h"

#include <sys/eventfd.h>

#define HOST "Host: a\r\n"

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
    struct http_exchange *gathered[WAITING_MAX]; /* the HTTP thread's, until its turn ends */
    int gathered_count;
};

static struct desk desk;

__attribute__((unused)) static void state_gone(void *state)
{
    struct desk *owner = state;
    pthread_mutex_lock(&owner->lock);
    owner->destroyed++;
    pthread_cond_broadcast(&owner->changed);
    pthread_mutex_unlock(&owner->lock);
}

__attribute__((unused)) static void hand_over(struct http_exchange *exchange)
{
    pthread_mutex_lock(&desk.lock);
    desk.waiting[desk.count++] = exchange;
    pthread_cond_broadcast(&desk.changed);
    pthread_mutex_unlock(&desk.lock);
}

__attribute__((unused)) static enum http_progress wait_for_desk(struct http_exchange *exchange,
                                                                void *context)
{
    exchange->state = context;
    exchange->destroy_state = state_gone;
    hand_over(exchange);
    return HTTP_WAIT;
}

static enum http_progress gather(struct http_exchange *exchange, void *context)
{
    struct desk *owner = context;
    buffer_text(&exchange->reply.body, "\"gathered\"");
    owner->gathered[owner->gathered_count++] = exchange;
    return HTTP_WAIT;
}

static void end_turn(void *context)
{
    struct desk *owner = context;
    int count = owner->gathered_count;
    owner->gathered_count = 0;
    for (int i = 0; i < count; i++)
        http_resume(owner->gathered[i]);
}

__attribute__((unused)) static enum http_progress resume_at_once(struct http_exchange *exchange,
                                                                 void *context)
{
    (void)context;
    buffer_text(&exchange->reply.body, "\"at once\"");
    http_resume(exchange);
    return HTTP_WAIT;
}

__attribute__((unused)) static enum http_progress count_bytes(struct http_exchange *exchange,
                                                              void *context)
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

__attribute__((unused)) static enum http_progress next_part(struct http_stream *stream,
                                                            struct http_exchange *exchange,
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

__attribute__((unused)) static void destroy_parts(struct http_stream *stream)
{
    state_gone(&desk);
    free(stream);
}

__attribute__((unused)) static enum http_progress give_stream(struct http_exchange *exchange,
                                                              void *context)
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
    {HTTP_GET, "/gather", gather, 0, NULL, 0},
    {HTTP_GET, "/once", resume_at_once, 0, NULL, 0},
    {HTTP_POST, "/long", count_bytes, LONG_BODY, NULL, 0},
    {HTTP_GET, "/stream/{kind}", give_stream, 0, NULL, 0},
};

/* On the HTTP thread: all that waits comes back. */
__attribute__((unused)) static void release(void *context)
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

__attribute__((unused)) static void open_desk(const struct http_options *options)
{
    struct http_options given = *options;
    given.context = &desk;
    desk = (struct desk){.release_fd = eventfd(0, 0)};
    pthread_mutex_init(&desk.lock, NULL);
    pthread_cond_init(&desk.changed, NULL);
    harness_start(&desk.harness, &given, routes, ARRAY_LENGTH(routes));
    assert_true(http_watch(desk.harness.server, desk.release_fd, release, &desk));
    http_on_turn(desk.harness.server, end_turn, &desk);
    harness_go(&desk.harness);
}

__attribute__((unused)) static void finish_desk(void)
{
    close(desk.release_fd);
    pthread_mutex_destroy(&desk.lock);
    pthread_cond_destroy(&desk.changed);
}

__attribute__((unused)) static int start(void **state)
{
    (void)state;
    const struct http_options options = {0};
    open_desk(&options);
    return 0;
}

__attribute__((unused)) static int stop(void **state)
{
    (void)state;
    harness_stop(&desk.harness);
    finish_desk();
    return 0;
}

__attribute__((unused)) static void await(const int *value, int wanted)
{
    pthread_mutex_lock(&desk.lock);
    while (*value < wanted)
        pthread_cond_wait(&desk.changed, &desk.lock);
    pthread_mutex_unlock(&desk.lock);
}

/* Returns when all that waited is on its way back. */
__attribute__((unused)) static void let_go(void)
{
    const uint64_t one = 1;
    int before = desk.releases;
    assert_int_equal(write(desk.release_fd, &one, sizeof one), (int)sizeof one);
    await(&desk.releases, before + 1);
}

__attribute__((unused)) static void check_parts(const struct buffer *body)
{
    auto_buffer struct buffer expected = {0};
    for (int part = 0; part < 30; part++)
        for (int i = 0; i < 1000; i++)
            buffer_format(&expected, "%d:%d,", part, i);
    assert_int_equal(body->length, expected.length);
    assert_memory_equal(body->data, expected.data, expected.length);
}

#endif
