/*
 * POST /api/v1/moderation/purge {"days":N,"dry_run":bool}: erases what is personal of the reports
 * that were rejected or withheld before the day N days ago. {"before":day,"reports":N,"more":bool}:
 * one request takes a piece, and is sent again while there is more.
 */
#include <inttypes.h>
#include <jansson.h>

#include "collector/base/day.h"
#include "collector/store/record.h"
#include "moderation/handlers.h"
#include "moderation/task.h"

enum {
    PIECE = 5000, /* reports a request and an entry: the store is kept for a fraction of a second */
    DAYS_MAX = 36500 /* a hundred years */
};

struct purging {
    struct task task; /* the first member */
    int64_t days;
    bool is_dry;
    int32_t before;
    uint64_t reports;
};

static bool run(struct session *session, struct store_job *job, struct error *error)
{
    struct purging *purging = (struct purging *)job;
    uint32_t count = 0;

    purging->before = day_of_instant(session_now(session), 0) - (int32_t)purging->days;
    if (purging->is_dry)
        return session_purgeable(session, day_begin(purging->before, 0), &purging->reports, error);
    if (!session_purge(session, day_begin(purging->before, 0), PIECE, &count, error))
        return false;
    purging->reports = count;
    return true;
}

static void answer(struct task *task)
{
    const struct purging *purging = (const struct purging *)task;
    struct buffer *body = &task->exchange->reply.body;

    buffer_text(body, "{\"before\":\"");
    buffer_day(body, purging->before);
    buffer_format(body, "\",\"reports\":%" PRIu64 ",\"more\":%s}", purging->reports,
                  !purging->is_dry && purging->reports == PIECE ? "true" : "false");
}

static bool read_body(const json_t *body, struct purging *purging)
{
    const json_t *days = json_object_get(body, "days");
    const json_t *dry_run = json_object_get(body, "dry_run");

    purging->days = json_integer_value(days);
    purging->is_dry = json_is_true(dry_run);
    return json_object_size(body) == (dry_run == NULL ? 1 : 2) && json_is_integer(days) &&
           (dry_run == NULL || json_is_boolean(dry_run)) && purging->days >= 1 &&
           purging->days <= DAYS_MAX;
}

enum http_progress handle_purge(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    json_t *body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, NULL);
    struct purging *purging;
    bool is_read;

    if (body == NULL)
        return http_problem(exchange, 400, "Not JSON");
    purging = task_create(sizeof *purging, exchange, context);
    purging->task.answer = answer;
    exchange->reply.no_store = true;
    is_read = read_body(body, purging);
    json_decref(body);
    if (is_read)
        return task_send(&purging->task, run);
    task_drop(&purging->task);
    return http_problem(exchange, 422,
                        "The body must read {\"days\":N} with 1 to %d days, and may have "
                        "\"dry_run\":true",
                        DAYS_MAX);
}
