/* The server about itself. */
#include "collector/intake/reading.h"

enum http_progress serve_health(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct view *view = publisher_view(app->publisher);
    struct buffer json = {0};
    buffer_text(&json, "{\"status\":\"ok\",\"published\":\"");
    buffer_instant(&json, view_at(view));
    buffer_text(&json, "\"}");
    view_drop(view);
    exchange->reply.no_store = true;
    return read_json_take(exchange, &json);
}

enum http_progress serve_openapi(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct error error = {0};
    struct buffer json = {0};
    if (!source_read(app->schema, "openapi.json", &json, &error)) {
        buffer_finish(&json);
        return http_error(exchange, &error);
    }
    return read_json_take(exchange, &json);
}

enum http_progress serve_metrics(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct buffer text = {0};
    http_metrics(app->http, &text);
    store_metrics(app->store, &text);
    publisher_metrics(app->publisher, &text);
    exchange->reply.type = "text/plain; version=0.0.4; charset=utf-8";
    exchange->reply.no_store = true;
    exchange->reply.body = text;
    return HTTP_DONE;
}
