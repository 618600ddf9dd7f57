#include "collector/intake/reading.h"

#include <string.h>

#include "collector/base/number.h"

/* A request that waits for a view of the past. */
struct waiting {
    struct http_exchange *exchange;
    const struct app *app;
    read_respond *respond;
};

static void past_ready(void *context, struct view *view, const struct error *error)
{
    struct waiting *waiting = context;
    struct http_exchange *exchange = waiting->exchange;
    if (view == NULL)
        http_error(exchange, error);
    else
        waiting->respond(exchange, waiting->app, view);
    view_drop(view);
    free(waiting);
    http_resume(exchange);
}

static enum http_progress read_past(struct http_exchange *exchange, const struct app *app,
                                    read_respond *respond, int32_t known_at)
{
    struct waiting *waiting = memory_zeroed(1, sizeof *waiting);
    *waiting = (struct waiting){exchange, app, respond};
    const struct past_view request = {known_at, past_ready, waiting};
    struct view *view = NULL;
    struct error error = {0};
    if (!publisher_past_view(app->publisher, app->collector, &request, &view, &error)) {
        if (error.kind == ERROR_NONE)
            return HTTP_WAIT;
        free(waiting);
        return http_error(exchange, &error);
    }
    free(waiting);
    enum http_progress progress = respond(exchange, app, view);
    view_drop(view);
    return progress;
}

enum http_progress read_view(struct http_exchange *exchange, const struct app *app,
                             read_respond *respond)
{
    int32_t known_at = INT32_MAX;
    if (!read_day(exchange, "known_at", &known_at))
        return HTTP_DONE;
    if (known_at != INT32_MAX)
        return read_past(exchange, app, respond, known_at);
    struct view *view = publisher_view(app->publisher);
    enum http_progress progress = respond(exchange, app, view);
    view_drop(view);
    return progress;
}

bool read_day(struct http_exchange *exchange, const char *name, int32_t *day_out)
{
    const char *text = http_parameter(&exchange->request, name);
    if (text == NULL || day_parse(text, strlen(text), day_out))
        return true;
    http_problem(exchange, 400, "The parameter %s must be a day such as 2024-01-15.", name);
    return false;
}

bool read_limit(struct http_exchange *exchange, uint32_t *limit_out)
{
    const char *text = http_parameter(&exchange->request, "limit");
    uint64_t limit = 0;
    if (text == NULL)
        return true;
    if (!number_unsigned(text, strlen(text), READ_LIMIT_MAX, &limit) || limit == 0) {
        http_problem(exchange, 400, "The parameter limit must be a number from 1 to %d.",
                     READ_LIMIT_MAX);
        return false;
    }
    *limit_out = (uint32_t)limit;
    return true;
}

int read_station(struct http_exchange *exchange, const struct survey *survey)
{
    int station = survey_station(survey, exchange->request.arguments[0]);
    if (station < 0)
        http_problem(exchange, 404,
                     "No station has this id; /api/v1/stations lists them all and finds names "
                     "with the parameter q.");
    return station;
}

enum http_progress read_json_take(struct http_exchange *exchange, struct buffer *json)
{
    exchange->reply.body = *json;
    exchange->reply.public_data = true;
    *json = (struct buffer){0};
    return HTTP_DONE;
}

enum http_progress read_blob_take(struct http_exchange *exchange, struct blob *blob)
{
    exchange->reply.public_data = true;
    return http_blob_take(exchange, blob);
}

/* What the header of the export says, with the log so far, is all that the figures follow from. */
void reading_tag(const struct view *view, const char *what, struct buffer *text)
{
    auto_buffer struct buffer header = {0};
    uint8_t digest[16];

    view_export_header(view, &header);
    buffer_format(&header, "%s %llu", what, (unsigned long long)view_entries(view));
    blake2b(NULL, header.data, header.length, digest, sizeof digest);
    buffer_base64url(text, digest, 12); /* as that of a blob */
}

void reading_set_view(struct http_exchange *exchange, const struct view *view)
{
    auto_buffer struct buffer tag = {0};

    reading_tag(view, "view", &tag);
    http_set_header(exchange, "Zhanji-View", tag.data);
}
