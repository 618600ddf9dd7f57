/* What the operator does on the Unix socket: moderators and notices. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "collector/base/utf8.h"
#include "collector/intake/seal.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/keyline.h"
#include "moderation/task.h"

struct moderators {
    struct task task; /* the first member */
    struct buffer body;
    size_t count;
    /* of add and retire: */
    struct moderator moderator;
    char name[KEYLINE_NAME_MAX + 1];
    bool name_taken;
    enum change_result result;
    struct moderator_list list; /* as it is after the change */
};

static void moderators_destroy(struct task *task)
{
    struct moderators *moderators = (struct moderators *)task;

    buffer_finish(&moderators->body);
    moderator_list_finish(&moderators->list);
}

static void print_instant(struct buffer *buffer, int64_t instant)
{
    if (instant == 0) {
        buffer_text(buffer, "null");
        return;
    }
    buffer_char(buffer, '"');
    buffer_instant(buffer, instant);
    buffer_char(buffer, '"');
}

static void print_moderator(void *context, const struct moderator *moderator)
{
    struct moderators *moderators = context;
    struct buffer *body = &moderators->body;

    buffer_text(body, moderators->count++ > 0 ? ",{\"name\":" : "{\"name\":");
    buffer_json(body, moderator->name, strlen(moderator->name));
    buffer_text(body, ",\"key\":\"");
    buffer_hex(body, moderator->key, sizeof moderator->key);
    buffer_text(body, "\",\"added\":");
    print_instant(body, moderator->added);
    buffer_text(body, ",\"retired\":");
    print_instant(body, moderator->retired);
    buffer_char(body, '}');
}

static bool run_list(struct session *session, struct store_job *job, struct error *error)
{
    struct moderators *moderators = (struct moderators *)job;

    buffer_text(&moderators->body, "{\"moderators\":[");
    if (!session_moderators(session, print_moderator, moderators, error))
        return false;
    buffer_text(&moderators->body, "]}");
    return true;
}

static void answer_list(struct task *task)
{
    struct moderators *moderators = (struct moderators *)task;

    task->exchange->reply.body = moderators->body;
    moderators->body = (struct buffer){0};
}

static struct moderators *create(struct http_exchange *exchange, const struct app *app,
                                 void (*answer)(struct task *task))
{
    struct moderators *moderators = task_create(sizeof *moderators, exchange, app);

    exchange->reply.no_store = true;
    moderators->task.answer = answer;
    moderators->task.destroy = moderators_destroy;
    return moderators;
}

enum http_progress handle_moderators(struct http_exchange *exchange, void *context)
{
    return task_send(&create(exchange, context, answer_list)->task, run_list);
}

static void compare_name(void *context, const struct moderator *moderator)
{
    struct moderators *moderators = context;

    if (moderator->retired == 0 && strcmp(moderator->name, moderators->name) == 0 &&
        memcmp(moderator->key, moderators->moderator.key, SIGN_PUBLIC_SIZE) != 0)
        moderators->name_taken = true;
}

static bool run_add(struct session *session, struct store_job *job, struct error *error)
{
    struct moderators *moderators = (struct moderators *)job;
    const struct moderator *moderator = &moderators->moderator;

    if (!session_moderators(session, compare_name, moderators, error))
        return false;
    if (moderators->name_taken)
        return true;
    if (!session_moderator_add(session, moderator, &moderators->result, error))
        return false;
    if (moderators->result == CHANGE_DONE &&
        !seal_again(session, moderators->task.app->keys, moderator->key, error))
        return false;
    return moderator_list_read(session, &moderators->list, error);
}

static void answer_add(struct task *task)
{
    struct moderators *moderators = (struct moderators *)task;
    struct http_exchange *exchange = task->exchange;
    bool is_new = moderators->result == CHANGE_DONE;

    if (moderators->name_taken) {
        http_problem(exchange, 409,
                     "there is another moderator with the name %s: choose another, or retire that "
                     "one first",
                     moderators->name);
        return;
    }
    guard_moderators_take(task->app->moderation, &moderators->list);
    if (moderators->result == CHANGE_CONFLICT) {
        http_problem(exchange, 409, "this key was retired; a retired key stays so: make a new one");
        return;
    }
    exchange->reply.status = is_new ? 201 : 200;
    buffer_format(&exchange->reply.body,
                  "{\"status\":\"%s\",\"name\":", is_new ? "added" : "unchanged");
    buffer_json(&exchange->reply.body, moderators->name, strlen(moderators->name));
    buffer_char(&exchange->reply.body, '}');
}

/* Private notes are sealed to it, so it must be a point of the curve. */
static bool is_usable_key(const uint8_t key[SIGN_PUBLIC_SIZE])
{
    uint8_t sealed[1 + BOX_OVERHEAD];

    return box_seal(key, "", 1, sealed);
}

static bool take_line(const json_t *body, struct moderators *moderators, struct error *error)
{
    const char *line = json_string_value(json_object_get(body, "line"));

    if (!keyline_parse(line == NULL ? "" : line, moderators->moderator.key, moderators->name,
                       error))
        return false;
    moderators->moderator.name = moderators->name;
    return is_usable_key(moderators->moderator.key) ||
           error_set(error, ERROR_INVALID, "this is not an Ed25519 public key");
}

enum http_progress handle_moderator_add(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    struct moderators *moderators;
    struct error error = {0};
    json_error_t place;
    json_t *body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, &place);
    bool is_good;

    if (body == NULL)
        return http_problem(exchange, 400, "Not JSON, at line %d: %s", place.line, place.text);
    moderators = create(exchange, context, answer_add);
    is_good = take_line(body, moderators, &error);
    json_decref(body);
    if (is_good)
        return task_send(&moderators->task, run_add);
    task_drop(&moderators->task);
    return http_error(exchange, &error);
}

static bool run_retire(struct session *session, struct store_job *job, struct error *error)
{
    struct moderators *moderators = (struct moderators *)job;

    return session_moderator_retire(session, moderators->name, &moderators->result, error) &&
           moderator_list_read(session, &moderators->list, error);
}

static void answer_retire(struct task *task)
{
    struct moderators *moderators = (struct moderators *)task;
    struct http_exchange *exchange = task->exchange;

    guard_moderators_take(task->app->moderation, &moderators->list);
    if (moderators->result == CHANGE_NOT_FOUND) {
        http_problem(exchange, 404, "there is no moderator with the name %s", moderators->name);
        return;
    }
    buffer_format(&exchange->reply.body, "{\"status\":\"%s\",\"name\":",
                  moderators->result == CHANGE_DONE ? "retired" : "unchanged");
    buffer_json(&exchange->reply.body, moderators->name, strlen(moderators->name));
    buffer_char(&exchange->reply.body, '}');
}

enum http_progress handle_moderator_retire(struct http_exchange *exchange, void *context)
{
    const char *name = exchange->request.arguments[0];
    struct moderators *moderators;

    if (strlen(name) > KEYLINE_NAME_MAX)
        return http_problem(exchange, 404, "no moderator has so long a name");
    moderators = create(exchange, context, answer_retire);
    memcpy(moderators->name, name, strlen(name) + 1);
    return task_send(&moderators->task, run_retire);
}
