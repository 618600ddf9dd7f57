#include <string.h>
#include <strings.h>

#include "collector/base/secret.h"
#include "collector/http/internal.h"
#include "collector/http/negotiate.h"

void http_exchange_finish(struct http_exchange *exchange)
{
    struct http_reply *reply = &exchange->reply;
    if (exchange->destroy_state != NULL)
        exchange->destroy_state(exchange->state);
    exchange->destroy_state = NULL;
    exchange->state = NULL;
    secret_wipe(reply->body.data, reply->body.length);
    buffer_finish(&reply->body);
    blob_drop(reply->blob);
    if (reply->stream != NULL)
        reply->stream->destroy(reply->stream);
    for (int i = 0; i < reply->header_count; i++) {
        void *value = (void *)(uintptr_t)reply->headers[i].value;
        free(value);
    }
    *reply = (struct http_reply){0};
}

const char *http_header(const struct http_exchange *exchange, const char *name)
{
    const struct http_request *request = &exchange->request;
    for (int i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

/* A control character in a value would split the response in two. */
static void blank_controls(char *value)
{
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < 0x20 || *value == 0x7f)
            *value = ' ';
}

void http_set_header(struct http_exchange *exchange, const char *name, const char *value)
{
    struct http_reply *reply = &exchange->reply;
    if (reply->header_count == HTTP_HEADERS_MAX || value[0] == '\0')
        return;
    char *copy = memory_text(value);
    blank_controls(copy);
    reply->headers[reply->header_count++] = (struct http_pair){name, copy};
}

enum http_progress http_blob_take(struct http_exchange *exchange, struct blob *blob)
{
    blob_drop(exchange->reply.blob);
    exchange->reply.blob = blob;
    return HTTP_DONE;
}

enum http_progress http_redirect(struct http_exchange *exchange, const char *location)
{
    exchange->reply.status = 303;
    exchange->reply.no_store = true;
    http_set_header(exchange, "Location", location);
    return HTTP_DONE;
}

size_t http_language(struct http_exchange *exchange, const char *const *tags, size_t count)
{
    if (exchange->call != NULL)
        exchange->call->turn.vary_language = true;
    return negotiate_language(http_header(exchange, "Accept-Language"), tags, count);
}

/* Some proxies add a line of their own behind what the client sent. */
static const char *last_header(const struct http_exchange *exchange, const char *name)
{
    const struct http_request *request = &exchange->request;
    for (int i = request->header_count - 1; i >= 0; i--)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

/* Behind a proxy the address is the one it names; who comes past the proxy by TCP is rated by his
 * own, and the operator's Unix socket not at
 * all. What the proxy cannot name shares one bucket. */
static struct rate_prefix rated_prefix(const struct http_call *call)
{
    const char *header = call->server->options.trust_proxy;
    const char *named = header != NULL ? last_header(&call->exchange, header) : NULL;
    if (named != NULL) {
        struct rate_prefix prefix = rate_prefix_parse(named);
        return prefix.length != 0 ? prefix : (struct rate_prefix){.length = 1};
    }
    if (call->listener->local || (header == NULL && call->loopback))
        return (struct rate_prefix){0};
    return call->prefix;
}

static void refuse_rate(struct http_exchange *exchange, uint32_t wait)
{
    const struct http_options *options = &exchange->call->server->options;
    exchange->call->server->counters.rate_limited++;
    if (wait == UINT32_MAX) {
        http_problem(exchange, 429, "At most %u reports at once from one network.",
                     options->rate_per_minute * RATE_BURST_MINUTES);
        return;
    }
    auto_buffer struct buffer seconds = {0};
    buffer_integer(&seconds, wait);
    http_set_header(exchange, "Retry-After", seconds.data);
    http_problem(exchange, 429, "Too many from one network; please come back in %u s.", wait);
}

bool http_rate_charge(struct http_exchange *exchange, unsigned count)
{
    struct http_call *call = exchange->call;
    if (call == NULL || call->server->rate == NULL)
        return true;
    struct rate_prefix prefix = rated_prefix(call);
    if (prefix.length == 0)
        return true;
    uint32_t wait =
        rate_take(call->server->rate, &prefix, count, clock_now(&call->server->options.clock));
    if (wait != 0)
        refuse_rate(exchange, wait);
    return wait == 0;
}
