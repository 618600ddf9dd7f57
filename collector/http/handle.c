#include "collector/http/internal.h"

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

void handle_wait(struct http_call *call)
{
    call->phase = CALL_WAITING;
    call->deadline_ms = call->server->now_ms + call->server->options.wait_ms;
    MHD_suspend_connection(call->connection);
}

static void go_on(struct http_call *call)
{
    call->listener->pending = true;
    MHD_resume_connection(call->connection);
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
    call->phase = CALL_REPLYING;
    call->deadline_ms = INT64_MAX;
    call->turn.broken = !call->turn.streaming && !reply_send(call);
    go_on(call);
}

void handle_abandon(struct http_call *call)
{
    call->turn.abandoned = true;
    call->turn.close = true;
    call->phase = CALL_REPLYING;
    call->deadline_ms = INT64_MAX;
    call->server->counters.deadlines++;
    call->turn.broken = !call->turn.streaming && !reply_apology(call);
    go_on(call);
}
