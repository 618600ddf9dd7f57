#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "collector/base/secret.h"
#include "collector/http/internal.h"

static const struct sockaddr *peer_address(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info != NULL ? info->client_addr : NULL;
}

static int peer_fd(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info != NULL ? info->connect_fd : -1;
}

struct http_call *call_create(struct listener *listener, struct MHD_Connection *connection)
{
    struct http_server *server = listener->server;
    struct http_call *call = memory_zeroed(1, sizeof *call);
    const struct sockaddr *address = listener->local ? NULL : peer_address(connection);
    call->server = server;
    call->listener = listener;
    call->connection = connection;
    call->fd = peer_fd(connection);
    call->prefix = rate_prefix_of(address);
    call->loopback = listener->local || rate_is_loopback(address);
    call->deadline_ms = server->now_ms + server->options.headers_ms;
    call->next = server->calls;
    if (call->next != NULL)
        call->next->previous = call;
    server->calls = call;
    server->counters.connections++;
    return call;
}

static void call_unlink(struct http_call *call)
{
    if (call->next != NULL)
        call->next->previous = call->previous;
    if (call->previous != NULL)
        call->previous->next = call->next;
    else
        call->server->calls = call->next;
}

void call_destroy(struct http_call *call)
{
    call->turn.abandoned = false;
    call_end(call);
    call_unlink(call);
    buffer_finish(&call->target);
    buffer_finish(&call->body);
    buffer_finish(&call->part);
    buffer_finish(&call->raw);
    free(call);
}

void call_disconnect(struct http_call *call)
{
    if (!call->turn.abandoned) {
        call_destroy(call);
        return;
    }
    call->connection = NULL;
    call->fd = -1;
    call->deadline_ms = INT64_MAX;
    call->exchange.request.header_count = 0;
}

/* RFC 9112 §3.2.2: a server must understand "http://host/path" too. */
static const char *skip_authority(const char *target)
{
    if (strncmp(target, "http://", 7) != 0 && strncmp(target, "https://", 8) != 0)
        return target;
    const char *authority = strstr(target, "//") + 2;
    return authority + strcspn(authority, "/");
}

/* Room for the target twice: as sent, and decoded. */
static void keep_target(struct http_call *call, const char *target)
{
    size_t length = strlen(target);
    struct http_request *request = &call->exchange.request;
    call->turn.target_length = length <= TARGET_MAX ? length : SIZE_MAX;
    if (length > TARGET_MAX)
        length = 0;
    buffer_clear(&call->target);
    char *path = buffer_reserve(&call->target, 2 * length + 4);
    memcpy(path, target, length);
    path[length] = path[length + 1] = '\0';
    char *mark = memchr(path, '?', length);
    request->path = path;
    request->query = mark != NULL ? mark + 1 : path + length;
    if (mark != NULL)
        *mark = '\0';
}

void call_begin(struct http_call *call, const char *target)
{
    int64_t deadline_ms = call->server->now_ms + call->server->options.headers_ms;
    call->phase = CALL_HEADERS;
    call->listener->busy++;
    if (deadline_ms < call->deadline_ms)
        call->deadline_ms = deadline_ms;
    call->exchange.call = call;
    call->exchange.request.local = call->listener->local;
    call->exchange.request.body = "";
    call->exchange.request.headers = call->headers;
    keep_target(call, skip_authority(target));
}

/* It may hold what nobody but the moderators shall read, or a tracking secret (trust §4). */
static void shrink(struct buffer *buffer)
{
    secret_wipe(buffer->data, buffer->length);
    if (buffer->capacity > BODY_KEEP)
        buffer_finish(buffer);
    else
        buffer_clear(buffer);
}

void call_listen(struct http_call *call)
{
    char byte;
    call->unheard = false;
    if (recv(call->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) == 0)
        shutdown(call->fd, SHUT_RD);
}

/* When the server stops, the connection has had its last reply: the client may read it to the
 * end, and libmicrohttpd sees the end of the input. */
static void call_rest(struct http_call *call)
{
    struct http_server *server = call->server;
    call->listener->busy -= call->phase != CALL_IDLE && call->phase != CALL_WAITING;
    call->listener->progress++;
    call->phase = CALL_IDLE;
    call->deadline_ms = server->now_ms + server->options.idle_ms;
    if (call->connection == NULL)
        return;
    if (server->stopping)
        shutdown(call->fd, SHUT_RDWR);
    else if (call->unheard && call->listener->busy == 0)
        call_listen(call);
}

void call_end(struct http_call *call)
{
    call_rest(call);
    if (call->turn.abandoned)
        return;
    call->server->bodies_held -= call->body.length;
    shrink(&call->body);
    shrink(&call->part);
    shrink(&call->raw);
    gzip_destroy(call->turn.gzip);
    kept_return(call);
    http_exchange_finish(&call->exchange);
    call->exchange = (struct http_exchange){0};
    call->turn = (struct turn){0};
}
