/* Figures as files (design §6): what the view tells of today, and its history. */
#include "collector/intake/reading.h"

static enum http_progress csv_reply(struct http_exchange *exchange, const struct view *view,
                                    void (*print)(const struct view *view, struct buffer *buffer),
                                    const char *disposition)
{
    struct buffer csv = {0};
    print(view, &csv);
    exchange->reply.type = "text/csv; charset=utf-8";
    http_set_header(exchange, "Content-Disposition", disposition);
    return read_json_take(exchange, &csv);
}

static enum http_progress respond_status(struct http_exchange *exchange, const struct app *app,
                                         const struct view *view)
{
    (void)app;
    reading_set_view(exchange, view);
    return csv_reply(exchange, view, view_status_csv, "attachment; filename=\"status.csv\"");
}

static enum http_progress respond_history(struct http_exchange *exchange, const struct app *app,
                                          const struct view *view)
{
    (void)app;
    return csv_reply(exchange, view, view_history_csv, "attachment; filename=\"history.csv\"");
}

enum http_progress serve_status_csv(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_status);
}

enum http_progress serve_history_csv(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_history);
}
