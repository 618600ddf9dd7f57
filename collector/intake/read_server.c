/* The server about itself. */
#include "collector/intake/reading.h"
#include "collector/intake/record.h"

/* How far the log is signed; null where it is not, and the operator is told why by `check`. */
static void print_log(const struct app *app, struct buffer *json)
{
    auto_buffer struct buffer refusal = {0};
    if (record_refuses(app->record, &refusal))
        buffer_text(json, ",\"log\":null");
    else
        buffer_format(json, ",\"log\":%llu", (unsigned long long)record_size(app->record));
}

/* While reports are read after a start: how much of them. */
static void print_loading(const struct app *app, struct buffer *json)
{
    double loaded = publisher_loaded(app->publisher);
    if (loaded >= 1)
        return;
    buffer_text(json, ",\"loading\":");
    buffer_number(json, loaded, 2);
}

enum http_progress serve_health(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    if (store_has_failed(app->store))
        return http_problem(
            exchange, 503,
            "The database cannot be written: nothing more is stored. Mend the disk, "
            "then restart.");
    struct view *view = publisher_view(app->publisher);
    struct buffer json = {0};
    buffer_text(&json, "{\"status\":\"ok\",\"published\":\"");
    buffer_instant(&json, view_at(view));
    buffer_char(&json, '"');
    print_log(app, &json);
    print_loading(app, &json);
    buffer_char(&json, '}');
    view_drop(view);
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
