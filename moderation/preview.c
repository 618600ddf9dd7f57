/*
 * GET /api/v1/moderation/preview?report=ID, or POST with {"reports":[ids]}: what approving would
 * do. {"stations":[{"station","reports":N,"before","after"}…]}, both as GET /api/v1/stations/{id}
 * gives a station, without histories.
 */
#include "collector/figures/preview.h"

#include <jansson.h>
#include <string.h>

#include "collector/figures/print.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/looking.h"
#include "moderation/reports.h"
#include "moderation/worker.h"

struct foresight {
    struct errand errand; /* the first member */
    uint8_t (*ids)[UUID_SIZE];
    size_t count;
    struct buffer body;
};

static void destroy(struct task *task)
{
    struct foresight *foresight = (struct foresight *)task;

    free(foresight->ids);
    buffer_finish(&foresight->body);
}

static void print_state(const struct survey *survey, int32_t today,
                        const struct station_state *state, const char *key, struct buffer *body)
{
    buffer_format(body, ",\"%s\":", key);
    print_station(survey, today, state, true, body);
}

static bool foresee(struct foresight *foresight, struct desk *desk, int station,
                    const struct published_answer *extra, size_t count, struct error *error)
{
    const struct survey *survey = desk->app->survey;
    const struct view *view = desk->backlog.view;
    struct buffer *body = &foresight->body;
    struct preview preview;
    struct station_state before, after;

    preview_begin(view, station, &preview);
    if (!looking_read(&preview, desk->app, error)) {
        preview_finish(&preview);
        return false;
    }
    preview_state(&preview, NULL, 0, &before);
    preview_state(&preview, extra, count, &after);
    preview_finish(&preview);
    buffer_format(body, "%s{\"station\":\"%s\",\"reports\":%zu,\"changes\":%s",
                  body->data[body->length - 1] == '[' ? "" : ",", survey->stations[station].id,
                  count, before.status != after.status ? "true" : "false");
    print_state(survey, view_today(view), &before, "before", body);
    print_state(survey, view_today(view), &after, "after", body);
    buffer_char(body, '}');
    return true;
}

static int by_station(const void *left, const void *right)
{
    const struct published_answer *a = left;
    const struct published_answer *b = right;

    return a->station != b->station ? (a->station > b->station ? 1 : -1)
                                    : memcmp(a->uuid, b->uuid, UUID_SIZE);
}

static bool gather(const struct foresight *foresight, const struct desk *desk,
                   struct published_answer *extra, struct error *error)
{
    for (size_t i = 0; i < foresight->count; i++) {
        const struct waiting *waiting = backlog_find(&desk->backlog, foresight->ids[i]);
        char id[UUID_TEXT_SIZE];
        uuid_print(foresight->ids[i], id);
        if (waiting == NULL)
            return error_set(error, ERROR_NOT_FOUND, "no report %s waits", id);
        extra[i] = waiting_answer(waiting);
    }
    return true;
}

/* What came since the backlog was read is looked for in a fresh one. */
static bool gather_fresh(const struct foresight *foresight, struct desk *desk,
                         struct published_answer *extra, struct error *error)
{
    struct error missing = {0};

    return gather(foresight, desk, extra, &missing) ||
           (backlog_refresh(&desk->backlog, desk->app, 0, error) &&
            gather(foresight, desk, extra, error));
}

static bool work(struct errand *errand, struct desk *desk, struct error *error)
{
    struct foresight *foresight = (struct foresight *)errand;
    auto_free struct published_answer *extra = memory_zeroed(foresight->count + 1, sizeof *extra);
    size_t first = 0;

    if (!gather_fresh(foresight, desk, extra, error))
        return false;
    qsort(extra, foresight->count, sizeof *extra, by_station);
    buffer_text(&foresight->body, "{\"stations\":[");
    for (size_t i = 1; i <= foresight->count; i++) {
        if (i < foresight->count && extra[i].station == extra[first].station)
            continue;
        if (!foresee(foresight, desk, extra[first].station, &extra[first], i - first, error))
            return false;
        first = i;
    }
    buffer_text(&foresight->body, "]}");
    return true;
}

static void answer(struct errand *errand)
{
    struct foresight *foresight = (struct foresight *)errand;

    errand->task.exchange->reply.body = foresight->body;
    foresight->body = (struct buffer){0};
}

static bool add_id(struct foresight *foresight, const char *text, struct error *error)
{
    uint8_t *id = foresight->ids[foresight->count];

    if (text == NULL || !uuid_parse(text, strlen(text), id))
        return error_set(error, ERROR_INVALID, "%.60s is not the id of a report",
                         text == NULL ? "null" : text);
    foresight->count++;
    return true;
}

static bool read_body(struct foresight *foresight, const json_t *body, struct error *error)
{
    const json_t *ids = json_object_get(body, "reports");
    size_t count = json_array_size(ids);

    if (count == 0 || count > ENTRY_REPORTS_MAX || json_object_size(body) != 1)
        return error_set(error, ERROR_INVALID,
                         "the body must read {\"reports\":[…]} with 1 to %d ids",
                         ENTRY_REPORTS_MAX);
    foresight->ids = memory_zeroed(count, sizeof *foresight->ids);
    for (size_t i = 0; i < count; i++)
        if (!add_id(foresight, json_string_value(json_array_get(ids, i)), error))
            return false;
    return true;
}

static bool read_query(struct foresight *foresight, const struct http_request *request,
                       struct error *error)
{
    const char *id = http_parameter(request, "report");

    if (id == NULL)
        return error_set(error, ERROR_INVALID, "which report? ?report=ID");
    foresight->ids = memory_zeroed(1, sizeof *foresight->ids);
    return add_id(foresight, id, error);
}

static enum http_progress send(struct foresight *foresight, bool is_read, struct error *error)
{
    struct http_exchange *exchange = foresight->errand.task.exchange;

    if (is_read)
        return errand_send(&foresight->errand);
    task_drop(&foresight->errand.task);
    if (error->kind == ERROR_INVALID && exchange->request.method == HTTP_GET)
        return reports_refuse_query(exchange, error);
    return http_error(exchange, error);
}

enum http_progress handle_preview(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    const struct app *app = context;
    struct foresight *foresight;
    struct error error = {0};
    struct asker asker;
    json_error_t place;
    json_t *body = NULL;
    bool is_read;

    if (!guard_passes(exchange, app, &asker))
        return HTTP_DONE;
    if (request->method == HTTP_POST) {
        body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, &place);
        if (body == NULL)
            return http_problem(exchange, 400, "Not JSON, at line %d: %s", place.line, place.text);
    }
    foresight = errand_create(sizeof *foresight, exchange, app);
    foresight->errand.task.destroy = destroy;
    foresight->errand.work = work;
    foresight->errand.takes_old = true;
    foresight->errand.answer = answer;
    is_read =
        body == NULL ? read_query(foresight, request, &error) : read_body(foresight, body, &error);
    json_decref(body);
    return send(foresight, is_read, &error);
}
