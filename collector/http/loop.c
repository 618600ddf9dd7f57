#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "collector/http/internal.h"

enum {
    EVENTS_MAX = 16,
    TAG_STOP = LISTENERS_MAX + WATCHES_MAX,
    STEPS_MAX = 3,
    HELD_MS = 1,
    STOP_TURNS = 1000 /* of libmicrohttpd, to get rid of what waited */
};

int64_t loop_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Tags are listeners, then watches, then the stop. */
static bool poll_fd(struct http_server *server, int fd, int tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data = {.u32 = (uint32_t)tag}};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool loop_start(struct http_server *server)
{
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->now_ms = server->tick_ms = loop_now_ms();
    if (server->epoll_fd < 0 || server->stop_fd < 0 || !poll_fd(server, server->stop_fd, TAG_STOP))
        return false;
    for (int i = 0; i < server->listener_count; i++) {
        const union MHD_DaemonInfo *info =
            MHD_get_daemon_info(server->listeners[i].daemon, MHD_DAEMON_INFO_EPOLL_FD);
        if (info == NULL || !poll_fd(server, info->epoll_fd, i))
            return false;
        server->listeners[i].pending = true;
    }
    return true;
}

bool http_watch(struct http_server *server, int fd, void (*ready)(void *context), void *context)
{
    if (server->watch_count == WATCHES_MAX ||
        !poll_fd(server, fd, LISTENERS_MAX + server->watch_count))
        return false;
    server->watches[server->watch_count++] = (struct watch){fd, ready, context};
    return true;
}

void http_on_turn(struct http_server *server, void (*ended)(void *context), void *context)
{
    server->turn_ended = ended;
    server->turn_context = context;
}

static void dispatch(struct http_server *server, uint32_t tag)
{
    if (tag < LISTENERS_MAX) {
        server->listeners[tag].pending = true;
    } else if (tag < TAG_STOP) {
        const struct watch *watch = &server->watches[tag - LISTENERS_MAX];
        watch->ready(watch->context);
    } else {
        server->stopping = true;
        epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, server->stop_fd, NULL);
    }
}

/* libmicrohttpd's own time limits are for inactivity alone, and stop for what is suspended. */
static void enforce(struct http_call *call)
{
    if (call->unheard && call->phase == CALL_IDLE)
        call_listen(call);
    if (call->deadline_ms > call->server->now_ms)
        return;
    call->deadline_ms = INT64_MAX;
    if (call->phase == CALL_WAITING) {
        handle_abandon(call);
        return;
    }
    call->server->counters.deadlines++;
    shutdown(call->fd, SHUT_RDWR);
}

static void tick(struct http_server *server)
{
    server->tick_ms = server->now_ms;
    for (struct http_call *call = server->calls; call != NULL; call = call->next)
        enforce(call);
    for (int i = 0; i < server->listener_count; i++)
        server->listeners[i].pending = true;
}

/* Whether libmicrohttpd wants to be run again at once: always while calls are parked, whatever
 * else there is. */
static bool wants_more(const struct listener *listener)
{
    MHD_UNSIGNED_LONG_LONG timeout = 0;
    return MHD_get_timeout(listener->daemon, &timeout) == MHD_YES && timeout == 0;
}

/* A request takes libmicrohttpd two or three steps, between which there is nothing to wait for.
 * While calls are parked it goes on where requests made progress; anything else that it may have
 * to do (such as input that came behind a request) is held for a moment. */
static void run_listener(struct listener *listener)
{
    for (int step = 0; listener->pending && step < STEPS_MAX; step++) {
        uint64_t before = listener->progress;
        MHD_run(listener->daemon);
        bool more = wants_more(listener);
        bool moves = listener->busy > 0 && listener->progress != before;
        listener->held = more && listener->parked > 0;
        listener->pending = more && (listener->parked == 0 || moves);
    }
}

static bool is_pending(const struct http_server *server)
{
    for (int i = 0; i < server->listener_count; i++)
        if (server->listeners[i].pending)
            return true;
    return false;
}

/* What libmicrohttpd is asked for again after HELD_MS, though nothing happens. */
static bool take_held(struct http_server *server)
{
    bool any = false;
    for (int i = 0; i < server->listener_count; i++) {
        struct listener *listener = &server->listeners[i];
        any = any || listener->held;
        listener->pending = listener->pending || listener->held;
        listener->held = false;
    }
    return any;
}

static int wait_events(struct http_server *server, struct epoll_event *events, int timeout_ms)
{
    bool is_due = is_pending(server);
    if (take_held(server) && timeout_ms > HELD_MS)
        timeout_ms = HELD_MS;
    return epoll_wait(server->epoll_fd, events, EVENTS_MAX, is_due ? 0 : timeout_ms);
}

static void loop_turn(struct http_server *server, int timeout_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = wait_events(server, events, timeout_ms);
    server->now_ms = loop_now_ms();
    for (int i = 0; i < count; i++)
        dispatch(server, events[i].data.u32);
    if (server->now_ms - server->tick_ms >= server->tick_every_ms)
        tick(server);
    for (int i = 0; i < server->listener_count; i++)
        run_listener(&server->listeners[i]);
    if (server->turn_ended != NULL)
        server->turn_ended(server->turn_context);
}

static void refuse_new(struct http_server *server)
{
    for (int i = 0; i < server->listener_count; i++) {
        int fd = MHD_quiesce_daemon(server->listeners[i].daemon);
        if (fd >= 0)
            close(fd);
    }
}

/* What a client has sent already is still read: only then comes the end of its input. */
static void hang_up_idle(struct http_server *server)
{
    for (struct http_call *call = server->calls; call != NULL; call = call->next)
        if (call->phase == CALL_IDLE && call->connection != NULL)
            shutdown(call->fd, SHUT_RD);
}

static bool is_connected(const struct http_server *server)
{
    for (const struct http_call *call = server->calls; call != NULL; call = call->next)
        if (call->connection != NULL)
            return true;
    return false;
}

static bool is_waiting(const struct http_server *server)
{
    for (const struct http_call *call = server->calls; call != NULL; call = call->next)
        if (call->connection != NULL && call->phase == CALL_WAITING)
            return true;
    return false;
}

/* MHD_stop_daemon aborts while a connection is suspended. */
void loop_give_up(struct http_server *server)
{
    for (struct http_call *call = server->calls; call != NULL; call = call->next)
        if (call->connection != NULL && call->phase == CALL_WAITING)
            handle_abandon(call);
    for (int turn = 0; turn < STOP_TURNS && (is_pending(server) || is_waiting(server)); turn++)
        loop_turn(server, 0);
}

static void drain(struct http_server *server)
{
    int64_t until_ms = server->now_ms + server->options.drain_ms;
    loop_turn(server, 0);
    refuse_new(server);
    hang_up_idle(server);
    while (is_connected(server) && server->now_ms < until_ms)
        loop_turn(server, server->tick_every_ms);
    loop_give_up(server);
}

void http_run(struct http_server *server)
{
    while (!server->stopping)
        loop_turn(server, server->tick_every_ms);
    drain(server);
}

void http_stop(struct http_server *server)
{
    const uint64_t one = 1;
    int kept = errno;
    /* Fails only when the count is full, that is when it was asked for before. */
    if (write(server->stop_fd, &one, sizeof one) < 0)
        errno = kept;
}
