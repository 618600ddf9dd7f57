#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "collector/base/secret.h"
#include "collector/http/internal.h"
#include "collector/http/negotiate.h"

struct method {
    const char *name;
    enum http_method method;
    bool is_head;
};

static const struct method methods[] = {
    {"GET", HTTP_GET, false}, {"HEAD", HTTP_GET, true},       {"POST", HTTP_POST, false},
    {"PUT", HTTP_PUT, false}, {"DELETE", HTTP_DELETE, false},
};

static const struct method *find_method(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
        if (strcmp(methods[i].name, name) == 0)
            return &methods[i];
    return NULL;
}

static enum MHD_Result keep_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct http_call *call = cls;
    struct http_request *request = &call->exchange.request;
    (void)kind;
    if (request->header_count == REQUEST_HEADERS_MAX)
        return MHD_NO;
    call->headers[request->header_count++] = (struct http_pair){name, value != NULL ? value : ""};
    return MHD_YES;
}

static bool keep_headers(struct http_call *call)
{
    return MHD_get_connection_values(call->connection, MHD_HEADER_KIND, keep_header, call) <=
           REQUEST_HEADERS_MAX;
}

/* True, or the reply is a problem. */
static bool admit_target(struct http_call *call)
{
    if (call->turn.target_length == SIZE_MAX)
        http_problem(&call->exchange, 414, "The address has at most %d bytes.", TARGET_MAX);
    else if (call->exchange.request.path[0] != '/')
        http_problem(&call->exchange, 400, "The address does not begin with a slash.");
    else
        return true;
    return false;
}

static void refuse_method(struct http_exchange *exchange, unsigned allowed)
{
    static const char *const names[ROUTE_METHODS] = {"GET, HEAD", "POST", "PUT", "DELETE"};
    auto_buffer struct buffer list = {0};
    for (unsigned method = 0; method < ROUTE_METHODS; method++) {
        if ((allowed & 1U << method) == 0)
            continue;
        if (list.length != 0)
            buffer_text(&list, ", ");
        buffer_text(&list, names[method]);
    }
    http_set_header(exchange, "Allow", list.data);
    http_problem(exchange, 405, "What is here takes %s.", list.data);
}

static bool admit_route(struct http_call *call, const struct method *method)
{
    struct http_request *request = &call->exchange.request;
    struct route_match *match = &call->turn.match;
    char *scratch = call->target.data + call->turn.target_length + 2;
    if (!router_match(call->server->router, request, scratch, match)) {
        http_problem(&call->exchange, 400, "The address is not UTF-8, percent-encoded.");
        return false;
    }
    if (match->allowed == 0) {
        http_problem(&call->exchange, 404, "Nothing is at this address.");
        return false;
    }
    if (method == NULL || match->route == NULL) {
        match->route = NULL;
        refuse_method(&call->exchange, match->allowed);
        return false;
    }
    memcpy(request->arguments, match->arguments, sizeof request->arguments);
    call->exchange.reply.public_data = (match->route->flags & HTTP_PUBLIC) != 0;
    return true;
}

/* The query is decoded behind the decoded path. */
static bool admit_query(struct http_call *call)
{
    struct http_request *request = &call->exchange.request;
    if (request->query[0] == '\0')
        return true;
    char *scratch = call->target.data + call->turn.target_length + strlen(request->path) + 3;
    const char *wrong = query_parse(request->query, strlen(request->query), scratch, request);
    if (wrong == NULL)
        return true;
    http_problem(&call->exchange, 400, "%s", wrong);
    return false;
}

/* Nothing here takes a body apart (RFC 9110 §15.5.16 has the name of the header for that). */
static bool admit_coding(struct http_call *call)
{
    const char *coding = http_header(&call->exchange, "Content-Encoding");
    if (coding == NULL || *coding == '\0' || strcasecmp(coding, "identity") == 0)
        return true;
    http_set_header(&call->exchange, "Accept-Encoding", "identity");
    http_problem(&call->exchange, 415, "The body is to be sent without a Content-Encoding.");
    return false;
}

static bool admit_type(struct http_call *call)
{
    const struct http_route *route = call->turn.match.route;
    const char *accepts = route->accepts;
    if (accepts == NULL && (route->flags & HTTP_FORM) != 0)
        accepts = "application/x-www-form-urlencoded";
    if (accepts == NULL || negotiate_is_type(http_header(&call->exchange, "Content-Type"), accepts))
        return true;
    http_problem(&call->exchange, 415, "The body is to be %s.", accepts);
    return false;
}

static void refuse_length(struct http_call *call)
{
    http_problem(&call->exchange, 413, "The body has at most %zu bytes here.",
                 call->turn.match.route->body_limit);
}

static bool admit_body(struct http_call *call, const struct framing *framing)
{
    if (!framing->has_body)
        return true;
    if (framing->content_length > call->turn.match.route->body_limit) {
        refuse_length(call);
        return false;
    }
    return admit_coding(call) && admit_type(call);
}

static bool admit_rate(struct http_call *call)
{
    return (call->turn.match.route->flags & HTTP_RATED) == 0 ||
           http_rate_charge(&call->exchange, 1);
}

static bool admit(struct http_call *call, const struct method *method,
                  const struct framing *framing)
{
    return admit_target(call) && admit_route(call, method) && admit_query(call) &&
           admit_body(call, framing) && admit_rate(call);
}

/* Many clients look for a reply only when they have written the whole body, and one that comes
 * with a reset is lost to them: a body of bearable size is read first. Without a body the reply
 * waits for the next step as well, since libmicrohttpd closes after one that comes in this. */
static bool refuse(struct http_call *call, const struct framing *framing)
{
    call->turn.refused = true;
    if (!framing->expects_continue && framing->content_length <= DISCARD_MAX)
        return true;
    call->turn.close = true;
    return reply_send(call);
}

static bool refuse_framing(struct http_call *call, unsigned status, const char *wrong)
{
    http_problem(&call->exchange, status, "%s", wrong);
    call->turn.close = true;
    return reply_send(call);
}

static bool request_head(struct http_call *call, const char *method_name, const char *version)
{
    struct http_request *request = &call->exchange.request;
    const struct method *method = find_method(method_name);
    struct framing framing;
    call->turn.begun = true;
    call->turn.is_head = method != NULL && method->is_head;
    call->phase = CALL_BODY;
    call->deadline_ms = call->server->now_ms + call->server->options.request_ms;
    request->method = method != NULL ? method->method : HTTP_POST; /* one that may have a body */
    if (!keep_headers(call))
        return refuse_framing(call, 431, "There are too many headers.");
    const char *wrong = framing_check(request, version, &framing);
    if (wrong != NULL)
        return refuse_framing(call, 400, wrong);
    return admit(call, method, &framing) || refuse(call, &framing);
}

static void give_body_back(struct http_call *call)
{
    call->turn.refused = true;
    call->server->bodies_held -= call->body.length;
    secret_wipe(call->body.data, call->body.length);
    buffer_finish(&call->body);
}

/* A private note may be in it: what it outgrows is wiped. */
static void keep_bytes(struct buffer *body, const char *data, size_t size)
{
    if (body->length + size >= body->capacity) {
        struct buffer larger = {0};
        buffer_reserve(&larger, 2 * body->length + size);
        buffer_bytes(&larger, body->data, body->length);
        secret_wipe(body->data, body->length);
        buffer_finish(body);
        *body = larger;
    }
    buffer_bytes(body, data, size);
}

static bool request_body(struct http_call *call, const char *data, size_t size)
{
    struct http_server *server = call->server;
    call->turn.body_seen += size;
    server->counters.received_bytes += size;
    if (call->turn.refused)
        return call->turn.body_seen <= DISCARD_MAX;
    if (call->turn.body_seen > call->turn.match.route->body_limit) {
        give_body_back(call);
        refuse_length(call);
    } else if (server->bodies_held + size > BODIES_MAX) {
        give_body_back(call);
        http_problem(&call->exchange, 503, "Too much is being sent at once.");
    } else {
        server->bodies_held += size;
        keep_bytes(&call->body, data, size);
    }
    return true;
}

static bool request_whole(struct http_call *call)
{
    if (call->turn.broken || call->phase != CALL_BODY)
        return false;
    call->deadline_ms = INT64_MAX;
    if (call->turn.refused)
        return reply_send(call);
    if (call->body.length != 0)
        call->exchange.request.body = call->body.data;
    call->exchange.request.body_length = call->body.length;
    return handle_request(call);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are libmicrohttpd's. */
enum MHD_Result request_step(void *listener, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **context)
{
    struct http_call *call = *context;
    (void)listener;
    (void)connection;
    (void)url;
    bool good;
    if (call->turn.parked) {
        handle_asked(call);
        return MHD_YES;
    }
    call->listener->progress++;
    if (!call->turn.begun) {
        good = request_head(call, method, version);
    } else if (*size != 0) {
        good = request_body(call, data, *size);
        *size = 0;
    } else {
        good = request_whole(call);
    }
    return good ? MHD_YES : MHD_NO;
}
