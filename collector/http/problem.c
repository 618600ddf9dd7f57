#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/utf8.h"
#include "collector/http/internal.h"
#include "collector/http/negotiate.h"

enum {
    DETAIL_MAX = 512
};

struct title {
    unsigned status;
    const char *text;
};

/* RFC 9110 §15 and RFC 6585 */
static const struct title titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

static const char *title_of(unsigned status)
{
    for (size_t i = 0; i < ARRAY_LENGTH(titles); i++)
        if (titles[i].status == status)
            return titles[i].text;
    return "Error";
}

static bool has_header(const struct http_reply *reply, const char *name)
{
    for (int i = 0; i < reply->header_count; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return true;
    return false;
}

/* Takes back what the reply was to be; headers stay. */
static void clear_reply(struct http_reply *reply)
{
    buffer_clear(&reply->body);
    blob_drop(TAKE(reply->blob));
    if (reply->stream != NULL)
        reply->stream->destroy(TAKE(reply->stream));
}

static void write_problem(struct http_reply *reply, const struct buffer *members,
                          const char *detail)
{
    struct buffer *body = &reply->body;
    const char *title = title_of(reply->status);
    buffer_text(body, "{\"type\":\"about:blank\",\"title\":");
    buffer_json(body, title, strlen(title));
    buffer_text(body, ",\"status\":");
    buffer_integer(body, reply->status);
    if (detail[0] != '\0') {
        buffer_text(body, ",\"detail\":");
        buffer_json(body, detail, strlen(detail));
    }
    if (members != NULL && members->length != 0) {
        buffer_char(body, ',');
        buffer_bytes(body, members->data, members->length);
    }
    buffer_text(body, "}");
    reply->type = "application/problem+json";
}

static bool wants_page(const struct http_exchange *exchange)
{
    return exchange->call != NULL && exchange->call->server->options.problem_page != NULL &&
           strncmp(exchange->request.path, "/api/", 5) != 0 &&
           negotiate_html(http_header(exchange, "Accept"));
}

static void set_problem(struct http_exchange *exchange, unsigned status,
                        const struct buffer *members, const char *detail)
{
    struct http_reply *reply = &exchange->reply;
    if (!utf8_valid(detail, strlen(detail)))
        detail = "";
    clear_reply(reply);
    reply->status = status;
    reply->no_store = true;
    if ((status == 429 || status == 503) && !has_header(reply, "Retry-After"))
        http_set_header(exchange, "Retry-After", status == 429 ? "60" : "2");
    if (wants_page(exchange)) {
        const struct http_options *options = &exchange->call->server->options;
        if (options->problem_page(exchange, status, detail, options->context))
            return;
    }
    write_problem(reply, members, detail);
}

enum http_progress http_problem(struct http_exchange *exchange, unsigned status, const char *detail,
                                ...)
{
    char text[DETAIL_MAX];
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    set_problem(exchange, status, NULL, text);
    return HTTP_DONE;
}

enum http_progress http_problem_with(struct http_exchange *exchange, unsigned status,
                                     const struct buffer *members, const char *detail, ...)
{
    char text[DETAIL_MAX];
    va_list arguments;
    va_start(arguments, detail);
    vsnprintf(text, sizeof text, detail, arguments);
    va_end(arguments);
    set_problem(exchange, status, members, text);
    return HTTP_DONE;
}

static void report_fault(const struct http_exchange *exchange, const char *text)
{
    if (exchange->call == NULL)
        return;
    const struct http_options *options = &exchange->call->server->options;
    const struct http_route *route = exchange->call->turn.match.route;
    auto_buffer struct buffer line = {0};
    buffer_format(&line, "%s: %s", route != NULL ? route->pattern : "http", text);
    if (options->fault != NULL)
        options->fault(options->context, line.data);
    else
        fprintf(stderr, "%s\n", line.data);
}

enum http_progress http_error(struct http_exchange *exchange, const struct error *error)
{
    if (error->kind != ERROR_INTERNAL)
        return http_problem(exchange, error_http_status(error->kind), "%s", error->text);
    report_fault(exchange, error->text);
    return http_problem(exchange, error_http_status(error->kind),
                        "A fault of the server, which its operator can read about.");
}
