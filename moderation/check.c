/* What `zhanji-moderate check` asks of the server: its own look at the database, and the log's
 * entries, whose signatures the tool checks itself, so that nobody need believe the server. */
#include <inttypes.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/intake/record.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/task.h"

enum {
    ENTRIES_MAX = 500 /* a page */
};

struct check {
    struct task task; /* the first member */
    uint64_t from;    /* of the entries */
    struct buffer body;
    size_t count;
};

static void check_destroy(struct task *task)
{
    buffer_finish(&((struct check *)task)->body);
}

static void check_answer(struct task *task)
{
    struct check *check = (struct check *)task;

    task->exchange->reply.body = check->body;
    check->body = (struct buffer){0};
}

static void add_text(struct check *check, const char *text, size_t length)
{
    if (check->count++ > 0)
        buffer_char(&check->body, ',');
    buffer_json(&check->body, text, length);
}

static void add_entry(void *context, uint64_t number, const char *line, size_t length)
{
    (void)number;
    add_text(context, line, length);
}

static bool run_entries(struct session *session, struct store_job *job, struct error *error)
{
    struct check *check = (struct check *)job;

    buffer_text(&check->body, "{\"entries\":[");
    if (!session_entries(session, check->from, ENTRIES_MAX, add_entry, check, error))
        return false;
    if (check->count < ENTRIES_MAX)
        buffer_text(&check->body, "],\"next\":null}");
    else
        buffer_format(&check->body, "],\"next\":%" PRIu64 "}", check->from + check->count);
    return true;
}

static void add_fault(void *context, const char *fault)
{
    add_text(context, fault, strlen(fault));
}

static bool run_check(struct session *session, struct store_job *job, struct error *error)
{
    struct check *check = (struct check *)job;
    auto_buffer struct buffer refusal = {0};
    uint64_t entries;

    buffer_text(&check->body, "{\"faults\":[");
    if (check->task.app->record != NULL && record_refuses(check->task.app->record, &refusal))
        add_text(check, refusal.data, refusal.length);
    if (!session_check(session, add_fault, check, error) ||
        !session_entry_count(session, &entries, error))
        return false;
    buffer_format(&check->body, "],\"ok\":%s,\"entries\":%" PRIu64 "}",
                  check->count == 0 ? "true" : "false", entries);
    return true;
}

static struct check *create(struct http_exchange *exchange, const struct app *app)
{
    struct check *check = task_create(sizeof *check, exchange, app);

    exchange->reply.no_store = true;
    check->task.answer = check_answer;
    check->task.destroy = check_destroy;
    return check;
}

enum http_progress handle_check(struct http_exchange *exchange, void *context)
{
    return task_send(&create(exchange, context)->task, run_check);
}

enum http_progress handle_entries(struct http_exchange *exchange, void *context)
{
    const char *text = http_parameter(&exchange->request, "from");
    const struct app *app = context;
    struct asker asker;
    struct check *check;
    uint64_t from = 0;

    if (!guard_passes(exchange, app, &asker))
        return HTTP_DONE;
    if (text != NULL && !number_unsigned(text, strlen(text), INT64_MAX, &from))
        return http_problem(exchange, 400, "from must be the number of an entry");
    check = create(exchange, app);
    check->from = from;
    return task_send(&check->task, run_entries);
}
