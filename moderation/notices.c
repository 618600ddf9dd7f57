/* Notices that the operator adds, and the request to learn the model anew. */
#include <jansson.h>
#include <string.h>

#include "moderation/handlers.h"
#include "moderation/task.h"

enum {
    NOTICES_MAX = 100 /* a request */
};

struct added {
    char *id;
    char *json;
    enum change_result result;
};

struct notices {
    struct task task; /* the first member */
    struct added items[NOTICES_MAX];
    size_t count;
};

static void notices_destroy(struct task *task)
{
    struct notices *notices = (struct notices *)task;

    for (size_t i = 0; i < notices->count; i++) {
        free(notices->items[i].id);
        free(notices->items[i].json);
    }
}

static bool is_built_in(const struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->notice_count; i++)
        if (strcmp(survey->notices[i].id, id) == 0)
            return true;
    return false;
}

static bool take_notice(struct notices *notices, const json_t *json, struct error *error)
{
    const struct survey *survey = notices->task.app->survey;
    struct added *added = &notices->items[notices->count];
    struct notice notice = {0};
    char where[40];

    snprintf(where, sizeof where, "notice %zu", notices->count + 1);
    if (!notice_parse(survey, json, where, &notice, error))
        return false;
    added->id = memory_text(notice.id);
    added->json = json_dumps(json, JSON_COMPACT);
    notices->count++;
    notice_finish(&notice);
    if (is_built_in(survey, added->id))
        return error_set(error, ERROR_CONFLICT, "%s is a notice of the survey itself", added->id);
    return true;
}

static bool take_notices(struct notices *notices, const json_t *body, struct error *error)
{
    size_t count = json_array_size(body);

    if (json_is_object(body))
        return take_notice(notices, body, error);
    if (count == 0 || count > NOTICES_MAX)
        return error_set(error, ERROR_INVALID, "a notice, or an array of 1 to %d, is wanted",
                         NOTICES_MAX);
    for (size_t i = 0; i < count; i++)
        if (!take_notice(notices, json_array_get(body, i), error))
            return false;
    return true;
}

static bool run_add(struct session *session, struct store_job *job, struct error *error)
{
    struct notices *notices = (struct notices *)job;

    for (size_t i = 0; i < notices->count; i++) {
        struct added *added = &notices->items[i];
        if (!session_notice_add(session, added->id, added->json, &added->result, error))
            return false;
    }
    return true;
}

/* The worst result is the reply's status. */
static void answer_add(struct task *task)
{
    struct notices *notices = (struct notices *)task;
    struct http_reply *reply = &task->exchange->reply;

    reply->status = 200;
    buffer_text(&reply->body, "{\"results\":[");
    for (size_t i = 0; i < notices->count; i++) {
        const struct added *added = &notices->items[i];
        bool is_good = added->result == CHANGE_DONE || added->result == CHANGE_SAME;
        buffer_text(&reply->body, i > 0 ? ",{\"id\":" : "{\"id\":");
        buffer_json(&reply->body, added->id, strlen(added->id));
        buffer_format(&reply->body, ",\"ok\":%s,\"status\":%d,\"error\":%s}",
                      is_good ? "true" : "false", is_good ? 200 : 409,
                      is_good ? "null" : "\"another notice has this id\"");
        if (!is_good)
            reply->status = 409;
    }
    buffer_text(&reply->body, "]}");
}

enum http_progress handle_notice_add(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    struct notices *notices = task_create(sizeof *notices, exchange, context);
    struct error error = {0};
    json_error_t place;
    json_t *body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, &place);
    bool is_good = false;

    notices->task.answer = answer_add;
    notices->task.destroy = notices_destroy;
    if (body != NULL)
        is_good = take_notices(notices, body, &error);
    json_decref(body);
    if (is_good)
        return task_send(&notices->task, run_add);
    task_drop(&notices->task);
    if (error.kind == ERROR_NONE)
        return http_problem(exchange, 400, "Not JSON, at line %d: %s", place.line, place.text);
    return http_error(exchange, &error);
}

enum http_progress handle_refit(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;

    publisher_refit(app->publisher);
    exchange->reply.status = 202;
    exchange->reply.no_store = true;
    buffer_text(&exchange->reply.body, "{\"status\":\"started\"}");
    return HTTP_DONE;
}
