#ifndef ZHANJI_TESTS_HTTP_SAMPLE_H
#define ZHANJI_TESTS_HTTP_SAMPLE_H

/* A server with a route of each kind, whose handlers answer at once. */

#include "http_harness.h"

#define HOST "Host: a\r\n"

static struct harness harness;

__attribute__((unused)) static enum http_progress say_path(struct http_exchange *exchange,
                                                           void *context)
{
    (void)context;
    exchange->reply.type = "text/plain";
    buffer_format(&exchange->reply.body, "path=%s query=%s", exchange->request.path,
                  exchange->request.query);
    for (int i = 0; i < HTTP_ARGUMENTS_MAX && exchange->request.arguments[i] != NULL; i++)
        buffer_format(&exchange->reply.body, " %s", exchange->request.arguments[i]);
    for (int i = 0; i < exchange->request.parameter_count; i++)
        buffer_format(&exchange->reply.body, " %s=%s", exchange->request.parameters[i].name,
                      exchange->request.parameters[i].value);
    return HTTP_DONE;
}

__attribute__((unused)) static enum http_progress echo_body(struct http_exchange *exchange,
                                                            void *context)
{
    (void)context;
    exchange->reply.status = 201;
    buffer_bytes(&exchange->reply.body, exchange->request.body, exchange->request.body_length);
    return HTTP_DONE;
}

static struct blob *shared;

__attribute__((unused)) static enum http_progress give_blob(struct http_exchange *exchange,
                                                            void *context)
{
    (void)context;
    exchange->reply.public_data = true;
    return http_blob_take(exchange, blob_hold(shared));
}

/* 2,000 bytes that are made anew each time. */
__attribute__((unused)) static enum http_progress make_page(struct http_exchange *exchange,
                                                            void *context)
{
    static const char *const tags[] = {"zh", "en"};
    (void)context;
    size_t language = http_language(exchange, tags, 2);
    exchange->reply.type = "text/html; charset=utf-8";
    for (int i = 0; i < 500; i++)
        buffer_format(&exchange->reply.body, "%s..", tags[language]);
    return HTTP_DONE;
}

__attribute__((unused)) static enum http_progress redirect(struct http_exchange *exchange,
                                                           void *context)
{
    (void)context;
    return http_redirect(exchange, "/stations/\r\nX-Bad: 1");
}

__attribute__((unused)) static enum http_progress fall_over(struct http_exchange *exchange,
                                                            void *context)
{
    (void)context;
    struct error error = {0};
    error_set(&error, ERROR_INTERNAL, "the secret reason");
    return http_error(exchange, &error);
}

__attribute__((unused)) static enum http_progress count_all(struct http_exchange *exchange,
                                                            void *context)
{
    (void)context;
    http_metrics(harness.server, &exchange->reply.body);
    return HTTP_DONE;
}

__attribute__((unused)) static enum http_progress cut(struct http_exchange *exchange, void *context)
{
    (void)exchange;
    (void)context;
    return HTTP_BROKEN;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/blob", give_blob, 0, NULL, 0},
    {HTTP_GET, "/open", give_blob, 0, NULL, HTTP_PUBLIC},
    {HTTP_GET, "/page", make_page, 0, NULL, 0},
    {HTTP_GET, "/redirect", redirect, 0, NULL, 0},
    {HTTP_GET, "/fault", fall_over, 0, NULL, 0},
    {HTTP_GET, "/counts", count_all, 0, NULL, 0},
    {HTTP_GET, "/cut", cut, 0, NULL, 0},
    {HTTP_POST, "/large", echo_body, 1 << 20, NULL, 0},
    {HTTP_GET, "/", say_path, 0, NULL, 0},
    {HTTP_GET, "/stations/{id}", say_path, 0, NULL, 0},
    {HTTP_GET, "/log/{rest...}", say_path, 0, NULL, 0},
    {HTTP_POST, "/stations/{id}", echo_body, 64, "application/json", 0},
    {HTTP_DELETE, "/stations/{id}", say_path, 0, NULL, 0},
    {HTTP_POST, "/form", echo_body, 64, NULL, HTTP_FORM},
    {HTTP_GET, "/metrics", say_path, 0, NULL, HTTP_LOCAL_ONLY},
};

static struct buffer faults;

__attribute__((unused)) static void note_fault(void *context, const char *line)
{
    (void)context;
    buffer_text(&faults, line);
}

__attribute__((unused)) static bool show_page(struct http_exchange *exchange, unsigned status,
                                              const char *detail, void *context)
{
    (void)context;
    exchange->reply.type = "text/html; charset=utf-8";
    buffer_format(&exchange->reply.body, "<p>%u %s</p>", status, detail);
    return true;
}

__attribute__((unused)) static int start(void **state)
{
    (void)state;
    struct buffer text = {0};
    const struct http_options options = {.fault = note_fault, .problem_page = show_page};
    for (int i = 0; i < 700; i++)
        buffer_format(&text, "%d,", i % 10);
    shared = blob_create_take(&text, "application/json");
    harness_start(&harness, &options, routes, ARRAY_LENGTH(routes));
    harness_go(&harness);
    return 0;
}

__attribute__((unused)) static int stop(void **state)
{
    (void)state;
    harness_stop(&harness);
    blob_drop(shared);
    buffer_finish(&faults);
    return 0;
}

__attribute__((unused)) static void ask_with(const char *method, const char *path,
                                             const char *header, struct response *response)
{
    auto_buffer struct buffer request = {0};
    buffer_format(&request, "%s %s HTTP/1.1\r\n" HOST "%s\r\n\r\n", method, path, header);
    assert_true(ask(&harness, request.data, response));
}

#endif
