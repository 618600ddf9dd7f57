#include <inttypes.h>

#include "collector/http/internal.h"

static const char *const method_names[ROUTE_METHODS] = {"GET", "POST", "PUT", "DELETE"};

static void write_replies(const struct http_server *server, size_t index, struct buffer *buffer)
{
    const struct http_route *route = index == 0 ? NULL : router_at(server->router, index - 1);
    for (int class = 1; class < STATUS_CLASSES; class ++) {
        uint64_t count = server->counters.routes[index][class];
        if (count == 0)
            continue;
        buffer_format(buffer,
                      "zhanji_http_replies_total{method=\"%s\",route=\"%s\",class=\"%dxx\"} "
                      "%" PRIu64 "\n",
                      route != NULL ? method_names[route->method] : "",
                      route != NULL ? route->pattern : "", class, count);
    }
}

static void write_number(struct buffer *buffer, const char *name, const char *type,
                         const char *help, uint64_t value)
{
    buffer_format(buffer, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type,
                  name, value);
}

static void count_calls(const struct http_server *server, uint64_t *open, uint64_t *waiting)
{
    for (const struct http_call *call = server->calls; call != NULL; call = call->next) {
        *open += call->connection != NULL;
        *waiting += call->phase == CALL_WAITING;
    }
}

void http_metrics(const struct http_server *server, struct buffer *buffer)
{
    const struct counters *counters = &server->counters;
    uint64_t open = 0;
    uint64_t waiting = 0;
    count_calls(server, &open, &waiting);
    buffer_text(buffer, "# HELP zhanji_http_replies_total Replies by route and status class.\n"
                        "# TYPE zhanji_http_replies_total counter\n");
    for (size_t i = 0; i <= router_size(server->router); i++)
        write_replies(server, i, buffer);
    write_number(buffer, "zhanji_http_connections_total", "counter", "Connections accepted.",
                 counters->connections);
    write_number(buffer, "zhanji_http_connections", "gauge", "Connections open.", open);
    write_number(buffer, "zhanji_http_waiting", "gauge", "Requests that wait for the store.",
                 waiting);
    write_number(buffer, "zhanji_http_body_bytes", "gauge", "Bytes of request bodies in memory.",
                 server->bodies_held);
    write_number(buffer, "zhanji_http_received_bytes_total", "counter", "Bytes of request bodies.",
                 counters->received_bytes);
    write_number(buffer, "zhanji_http_rate_limited_total", "counter",
                 "Requests refused by the rate limit.", counters->rate_limited);
    write_number(buffer, "zhanji_http_deadlines_total", "counter",
                 "Connections cut and waits given up because their time was over.",
                 counters->deadlines);
}
