#include "collector/http/internal.h"

/*
 * To suspend a connection and resume it costs four system calls: libmicrohttpd takes it out of its
 * epoll set and puts it back, which gives an event that means nothing, and tries to read. A commit
 * takes a moment only, so a call is parked first: it has neither a reply nor is it suspended, and
 * libmicrohttpd asks for it again at every turn ("the callback can be called again immediately",
 * microhttpd.h), which costs little while they are not too many. What waits longer is suspended.
 */
enum {
    PARKED_MAX = 1024, /* of a listener */
    PARKED_MS = 50
};

bool handle_request(struct http_call *call)
{
    const struct http_route *route = call->turn.match.route;
    call->phase = CALL_HANDLED;
    enum http_progress progress = route->handler(&call->exchange, call->server->options.context);
    if (progress == HTTP_BROKEN)
        return false;
    if (progress == HTTP_DONE || call->turn.resumed)
        return reply_send(call);
    handle_wait(call);
    return true;
}

static void set_parked(struct http_call *call, bool parked)
{
    call->listener->parked += parked - call->turn.parked;
    call->turn.parked = parked;
}

void handle_wait(struct http_call *call)
{
    struct listener *listener = call->listener;
    call->phase = CALL_WAITING;
    call->deadline_ms = call->server->now_ms + call->server->options.wait_ms;
    call->unheard = true;
    listener->busy--;
    if (call->turn.streaming || listener->parked == PARKED_MAX)
        MHD_suspend_connection(call->connection);
    else
        set_parked(call, true);
}

void handle_asked(struct http_call *call)
{
    const struct http_server *server = call->server;
    int64_t waited_ms = server->now_ms + server->options.wait_ms - call->deadline_ms;
    if (waited_ms < PARKED_MS)
        return;
    set_parked(call, false);
    MHD_suspend_connection(call->connection);
}

/* It is to be answered. Of a suspended one libmicrohttpd takes the reply in the next turn. */
static void go_on(struct http_call *call)
{
    bool suspended = !call->turn.parked;
    call->phase = CALL_REPLYING;
    call->deadline_ms = INT64_MAX;
    call->listener->busy++;
    call->listener->pending = true;
    set_parked(call, false);
    if (suspended)
        MHD_resume_connection(call->connection);
}

void handle_lost(struct http_call *call)
{
    set_parked(call, false);
    call->turn.abandoned = true;
}

/* The connection may be gone, or about to go, when the handler of an abandoned call comes back. */
static void resume_abandoned(struct http_call *call)
{
    call->turn.abandoned = false;
    if (call->connection == NULL)
        call_destroy(call);
}

void http_resume(struct http_exchange *exchange)
{
    struct http_call *call = exchange->call;
    if (call == NULL)
        return;
    if (call->turn.abandoned) {
        resume_abandoned(call);
        return;
    }
    if (call->phase != CALL_WAITING) {
        call->turn.resumed = true;
        return;
    }
    go_on(call);
    call->turn.broken = !call->turn.streaming && !reply_send(call);
}

void handle_abandon(struct http_call *call)
{
    call->turn.abandoned = true;
    call->turn.close = true;
    call->server->counters.deadlines++;
    go_on(call);
    call->turn.broken = !call->turn.streaming && !reply_apology(call);
}
