#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "collector/http/internal.h"

enum {
    FILES_RESERVED = 128, /* for all that is no connection */
    TICK_MS = 1000
};

static rlim_t raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return FILES_RESERVED * 2;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

static void *on_request_line(void *cls, const char *target, struct MHD_Connection *connection)
{
    (void)cls;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    call_begin(info->socket_context, target);
    return info->socket_context;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode reason)
{
    struct http_call *call = *context;
    (void)cls;
    (void)connection;
    (void)reason;
    *context = NULL;
    if (call == NULL)
        return;
    if (call->phase == CALL_WAITING)
        handle_lost(call);
    call_end(call);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = call_create(cls, connection);
        return;
    }
    if (*context != NULL)
        call_disconnect(*context);
    *context = NULL;
}

/* Paths and queries are decoded by us, once and strictly. */
static size_t leave_escaped(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

static unsigned connection_limit(bool local)
{
    rlim_t files = raise_files();
    rlim_t room = files > FILES_RESERVED * 2 ? files - FILES_RESERVED : FILES_RESERVED;
    rlim_t most = local ? CONNECTIONS_LOCAL_MAX : CONNECTIONS_MAX;
    return (unsigned)(most < room ? most : room);
}

/* Takes the socket. */
static bool add_listener_take(struct http_server *server, int fd, bool local, struct error *error)
{
    struct listener *listener = &server->listeners[server->listener_count];
    *listener = (struct listener){.server = server, .local = local};
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, request_step, listener,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, connection_limit(local),
        MHD_OPTION_CONNECTION_TIMEOUT, (server->options.idle_ms + 999) / 1000,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, listener, MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener,
        MHD_OPTION_URI_LOG_CALLBACK, on_request_line, listener, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escaped, listener, MHD_OPTION_END);
    if (listener->daemon == NULL) {
        close(fd);
        return error_set(error, ERROR_INTERNAL, "libmicrohttpd does not start: %s",
                         strerrordesc_np(errno));
    }
    server->listener_count++;
    return true;
}

static bool open_listeners(struct http_server *server, struct error *error)
{
    const struct http_options *options = &server->options;
    if (options->listen != NULL) {
        int fd = listen_tcp(options->listen, &server->address, error);
        if (fd < 0 || !add_listener_take(server, fd, false, error))
            return false;
    }
    if (options->socket_path != NULL) {
        int fd = listen_unix(options->socket_path, &server->socket_inode, error);
        if (fd < 0)
            return false;
        server->socket_path = memory_text(options->socket_path);
        if (!add_listener_take(server, fd, true, error))
            return false;
    }
    if (!loop_start(server))
        return error_set(error, ERROR_INTERNAL, "no event loop: %s", strerrordesc_np(errno));
    return true;
}

static unsigned or_default(unsigned value, unsigned otherwise)
{
    return value != 0 ? value : otherwise;
}

static void set_defaults(struct http_server *server)
{
    struct http_options *options = &server->options;
    options->idle_ms = or_default(options->idle_ms, 30000);
    options->headers_ms = or_default(options->headers_ms, 10000);
    options->request_ms = or_default(options->request_ms, 30000);
    options->wait_ms = or_default(options->wait_ms, 60000);
    options->drain_ms = or_default(options->drain_ms, 10000);
    const unsigned all[] = {options->idle_ms, options->headers_ms, options->request_ms,
                            options->wait_ms, options->drain_ms};
    unsigned shortest = TICK_MS * 4;
    for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
        if (all[i] < shortest)
            shortest = all[i];
    server->tick_every_ms = (int)(shortest / 4) + 1;
}

struct http_server *http_create(const struct http_options *options,
                                const struct http_route *const *tables, const size_t *table_lengths,
                                size_t table_count, struct error *error)
{
    struct http_server *server = memory_zeroed(1, sizeof *server);
    server->options = *options;
    server->epoll_fd = server->stop_fd = -1;
    server->shelf = kept_create();
    set_defaults(server);
    server->router = router_create(tables, table_lengths, table_count, error);
    if (server->router == NULL || !open_listeners(server, error)) {
        http_destroy(server);
        return NULL;
    }
    server->counters.routes =
        memory_zeroed(router_size(server->router) + 1, sizeof *server->counters.routes);
    if (options->rate_per_minute != 0)
        server->rate = rate_create(options->rate_per_minute);
    return server;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void http_destroy(struct http_server *server)
{
    if (server == NULL)
        return;
    server->stopping = true;
    if (server->calls != NULL)
        loop_give_up(server);
    for (int i = 0; i < server->listener_count; i++)
        MHD_stop_daemon(server->listeners[i].daemon);
    while (server->calls != NULL)
        call_destroy(server->calls);
    listen_unlink(server->socket_path, server->socket_inode);
    close_fd(server->epoll_fd);
    close_fd(server->stop_fd);
    router_destroy(server->router);
    rate_destroy(server->rate);
    kept_destroy(server->shelf);
    free(server->counters.routes);
    free(server->address);
    free(server->socket_path);
    free(server);
}

const char *http_address(const struct http_server *server)
{
    return server->address != NULL ? server->address : "";
}
