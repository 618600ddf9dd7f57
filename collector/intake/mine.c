/* The reporter's own report as a page: found by id and tracking secret, which travel in bodies. */
#include <string.h>

#include "collector/intake/handlers.h"
#include "collector/intake/keys.h"
#include "collector/pages/form.h"

struct mine {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    const struct app *app;
    struct buffer id, tracking; /* as typed */
    uint8_t uuid[UUID_SIZE];
    bool asks_withdraw; /* wants to withdraw, and is asked whether sure */
    bool withdraws;
    bool found;
    struct stored_report report;
    struct buffer texts[3]; /* what `report` points to, kept past the store job */
};

static void mine_destroy(struct mine *mine)
{
    if (mine->tracking.data != NULL)
        secret_wipe(mine->tracking.data, mine->tracking.capacity);
    buffer_finish(&mine->id);
    buffer_finish(&mine->tracking);
    for (size_t i = 0; i < ARRAY_LENGTH(mine->texts); i++)
        buffer_finish(&mine->texts[i]);
    free(mine);
}

static const char *kept_text(struct buffer *copy, const char *text)
{
    if (text == NULL)
        return NULL;
    buffer_reserve(copy, 1);
    buffer_text(copy, text);
    return copy->data;
}

static void keep(struct mine *mine, const struct stored_report *report)
{
    mine->found = true;
    mine->report = *report;
    mine->report.visited_text = kept_text(&mine->texts[0], report->visited_text);
    mine->report.note = kept_text(&mine->texts[1], report->note);
    mine->report.reason_note = kept_text(&mine->texts[2], report->reason_note);
    mine->report.sealed_note = NULL; /* nobody here can open it */
    mine->report.sealed_length = 0;
}

static bool mine_run(struct session *session, struct store_job *job, struct error *error)
{
    struct mine *mine = (struct mine *)job;
    struct stored_report report;
    enum change_result result;
    bool found = false;
    if (mine->withdraws && !session_withdraw(session, mine->uuid, &result, error))
        return false;
    if (!session_get(session, mine->uuid, &report, &found, error))
        return false;
    if (found)
        keep(mine, &report);
    return true;
}

static void show(struct mine *mine, enum form_refusal refusal)
{
    struct own_page page = {
        .report = mine->found ? &mine->report : NULL,
        .id = mine->id.data,
        .tracking = mine->tracking.data,
        .ask_withdraw = mine->asks_withdraw && mine->found,
        .refusal = refusal,
    };
    (void)pages_own(mine->app, &page, mine->exchange);
}

static void mine_finish(struct store_job *job)
{
    struct mine *mine = (struct mine *)job;
    struct http_exchange *exchange = mine->exchange;
    if (job->error.kind != ERROR_NONE)
        show(mine, FORM_REFUSAL_BUSY);
    else
        show(mine, mine->found ? FORM_REFUSAL_NONE : FORM_REFUSAL_DENIED);
    mine_destroy(mine);
    http_resume(exchange);
}

/* A field as typed, with surrounding space cut off; "" when absent. */
static void read_field(const struct http_request *request, const char *name, struct buffer *value)
{
    buffer_reserve(value, 1);
    if (!http_form_field(request->body, request->body_length, name, 0, value))
        buffer_clear(value);
    while (value->length > 0 && strchr(" \t\r\n", value->data[value->length - 1]) != NULL)
        value->length--;
    size_t space = value->length == 0 ? 0 : strspn(value->data, " \t\r\n");
    if (space > value->length)
        space = value->length;
    value->length -= space;
    memmove(value->data, value->data + space, value->length);
    value->data[value->length] = '\0';
}

static bool field_is(const struct http_request *request, const char *name, const char *expected)
{
    auto_buffer struct buffer value = {0};
    read_field(request, name, &value);
    return strcmp(value.data, expected) == 0;
}

static bool may_see(struct mine *mine)
{
    return uuid_parse(mine->id.data, mine->id.length, mine->uuid) &&
           keys_tracking_matches(mine->app->keys, mine->uuid, mine->tracking.data,
                                 mine->tracking.length);
}

static enum http_progress refuse(struct mine *mine, enum form_refusal refusal)
{
    show(mine, refusal);
    mine_destroy(mine);
    return HTTP_DONE;
}

enum http_progress handle_mine(struct http_exchange *exchange, void *context)
{
    struct own_page page = {.id = "", .tracking = ""};
    return pages_own(context, &page, exchange);
}

enum http_progress handle_mine_post(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    struct mine *mine = memory_zeroed(1, sizeof *mine);
    struct error error = {0};
    mine->exchange = exchange;
    mine->app = context;
    read_field(request, "id", &mine->id);
    read_field(request, "tracking", &mine->tracking);
    if (!may_see(mine))
        return refuse(mine, FORM_REFUSAL_DENIED);
    bool withdraw = field_is(request, "act", "withdraw");
    mine->withdraws = withdraw && field_is(request, "sure", "yes");
    mine->asks_withdraw = withdraw && !mine->withdraws;
    mine->job = (struct store_job){
        .collector = mine->app->collector,
        .run = mine_run,
        .finish = mine_finish,
    };
    if (store_submit(mine->app->store, &mine->job, &error))
        return HTTP_WAIT;
    return refuse(mine, FORM_REFUSAL_BUSY);
}
