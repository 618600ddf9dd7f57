/* Stations, the city by month, and the declarations, from the view. */
#include <string.h>

#include "collector/intake/reading.h"

/* The index of a parameter's value among some names, -1 if it is absent. An unknown one is a 400
 * that lists what there is. */
struct choice {
    const char *parameter;
    int count;
    const char *(*name)(const struct survey *survey, int index);
};

static const char *line_name(const struct survey *survey, int index)
{
    return survey->lines[index].id;
}

static const char *status_name(const struct survey *survey, int index)
{
    return survey->statuses.terms[index].id;
}

static const char *standing_choice(const struct survey *survey, int index)
{
    (void)survey;
    return standing_name((enum standing)index);
}

static bool read_choice(struct http_exchange *exchange, const struct survey *survey,
                        const struct choice *choice, int *index_out)
{
    const char *text = http_parameter(&exchange->request, choice->parameter);
    auto_buffer struct buffer names = {0};
    *index_out = -1;
    if (text == NULL || text[0] == '\0')
        return true;
    for (int i = 0; i < choice->count; i++) {
        const char *name = choice->name(survey, i);
        if (strcmp(name, text) == 0) {
            *index_out = i;
            return true;
        }
        buffer_format(&names, "%s%s", i == 0 ? "" : ", ", name);
    }
    http_problem(exchange, 400, "The parameter %s must be one of %s.", choice->parameter,
                 names.data);
    return false;
}

static bool read_filter(struct http_exchange *exchange, const struct survey *survey,
                        struct station_filter *filter)
{
    const struct choice line = {"line", survey->line_count, line_name};
    const struct choice status = {"status", survey->statuses.count, status_name};
    const struct choice standing = {"standing", STANDING_UNKNOWN + 1, standing_choice};
    filter->query = http_parameter(&exchange->request, "q");
    return read_choice(exchange, survey, &line, &filter->line) &&
           read_choice(exchange, survey, &status, &filter->status) &&
           read_choice(exchange, survey, &standing, &filter->standing);
}

static bool is_everything(const struct station_filter *filter)
{
    return (filter->query == NULL || filter->query[0] == '\0') && filter->line < 0 &&
           filter->status < 0 && filter->standing < 0;
}

static enum http_progress respond_stations(struct http_exchange *exchange, const struct app *app,
                                           const struct view *view)
{
    struct station_filter filter;
    int32_t as_of = view_today(view);
    if (!read_day(exchange, "as_of", &as_of) || !read_filter(exchange, app->survey, &filter))
        return HTTP_DONE;
    if (as_of >= view_today(view) && is_everything(&filter))
        return read_blob_take(exchange, view_stations_document(view));
    struct buffer json = {0};
    view_stations_json(view, &filter, as_of, &json);
    return read_json_take(exchange, &json);
}

enum http_progress serve_stations(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_stations);
}

static enum http_progress respond_station(struct http_exchange *exchange, const struct app *app,
                                          const struct view *view)
{
    int32_t as_of = view_today(view);
    int station = read_station(exchange, app->survey);
    if (station < 0 || !read_day(exchange, "as_of", &as_of))
        return HTTP_DONE;
    if (as_of >= view_today(view))
        return read_blob_take(exchange, view_station_document(view, station));
    struct station_state state;
    struct buffer json = {0};
    view_station(view, station, as_of, &state);
    view_station_json(view, &state, true, &json);
    return read_json_take(exchange, &json);
}

enum http_progress serve_station(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_station);
}

/* A day, a month or a year, as the days it has: the answer is by month. */
static bool read_span(struct http_exchange *exchange, const char *name, struct visit *visit_out)
{
    const char *text = http_parameter(&exchange->request, name);
    size_t length = text == NULL ? 0 : strlen(text);
    if (text == NULL || (length <= strlen("2024-01-15") && visit_parse(text, length, 0, visit_out)))
        return true;
    http_problem(exchange, 400, "The parameter %s must be a day or month such as 2024-01.", name);
    return false;
}

static enum http_progress respond_summary(struct http_exchange *exchange, const struct app *app,
                                          const struct view *view)
{
    struct visit from = {.first = DAY_NONE};
    struct visit to = {.last = INT32_MAX};
    struct buffer json = {0};
    (void)app;
    if (!read_span(exchange, "from", &from) || !read_span(exchange, "to", &to))
        return HTTP_DONE;
    if (from.first == DAY_NONE && to.last == INT32_MAX)
        return read_blob_take(exchange, view_document(view, VIEW_SUMMARY));
    view_summary_json(view, from.first, to.last, &json);
    return read_json_take(exchange, &json);
}

enum http_progress serve_summary(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_summary);
}

static enum http_progress respond_timeline(struct http_exchange *exchange, const struct app *app,
                                           const struct view *view)
{
    (void)app;
    return read_blob_take(exchange, view_document(view, VIEW_TIMELINE));
}

enum http_progress serve_timeline(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_timeline);
}

static enum http_progress respond_survey(struct http_exchange *exchange, const struct app *app,
                                         const struct view *view)
{
    (void)app;
    return read_blob_take(exchange, view_document(view, VIEW_SURVEY));
}

static enum http_progress respond_notices(struct http_exchange *exchange, const struct app *app,
                                          const struct view *view)
{
    (void)app;
    return read_blob_take(exchange, view_document(view, VIEW_NOTICES));
}

static enum http_progress respond_lines(struct http_exchange *exchange, const struct app *app,
                                        const struct view *view)
{
    (void)app;
    return read_blob_take(exchange, view_document(view, VIEW_LINES));
}

enum http_progress serve_survey(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_survey);
}

enum http_progress serve_notices(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_notices);
}

enum http_progress serve_lines(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_lines);
}
