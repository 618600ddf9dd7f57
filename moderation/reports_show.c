/* One report, with the part of its private note that was sealed to whoever asks. */
#include <string.h>

#include "collector/intake/seal.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/reports.h"
#include "moderation/task.h"

struct show {
    struct task task; /* the first member */
    uint8_t uuid[UUID_SIZE];
    struct asker reader; /* whose part of the private note is wanted */
    bool found;
    struct buffer body;
};

static void show_destroy(struct task *task)
{
    buffer_finish(&((struct show *)task)->body);
}

/* The reader's own part, which the server cannot open. */
static void print_private_note(const struct show *show, const struct stored_report *report,
                               struct buffer *buffer)
{
    const uint8_t *part = NULL;

    if (report->sealed_note != NULL && show->reader.has_key)
        part = seal_part(report->sealed_note, report->sealed_length, show->reader.key);
    buffer_text(buffer, ",\"private_note\":");
    if (part == NULL) {
        buffer_text(buffer, "null");
        return;
    }
    buffer_char(buffer, '"');
    buffer_base64(buffer, part, SEAL_PART_SIZE);
    buffer_char(buffer, '"');
}

static bool run_show(struct session *session, struct store_job *job, struct error *error)
{
    struct show *show = (struct show *)job;
    struct stored_report report;

    if (!session_get(session, show->uuid, &report, &show->found, error))
        return false;
    if (!show->found)
        return true;
    reports_print(show->task.app, &report, &show->body);
    print_private_note(show, &report, &show->body);
    buffer_char(&show->body, '}');
    return true;
}

static void show_answer(struct task *task)
{
    struct show *show = (struct show *)task;
    struct http_exchange *exchange = task->exchange;

    if (!show->found) {
        http_problem(exchange, 404, "there is no report %s", exchange->request.arguments[0]);
        return;
    }
    exchange->reply.body = show->body;
    show->body = (struct buffer){0};
}

/* On the Unix socket nobody has signed, so the tool says whose key it has. */
static void read_reader(const struct http_request *request, struct asker *reader)
{
    const char *key = http_parameter(request, "key");

    if (!reader->has_key && key != NULL)
        reader->has_key = hex_parse(key, strlen(key), reader->key, sizeof reader->key);
}

enum http_progress handle_show(struct http_exchange *exchange, void *context)
{
    const char *id = exchange->request.arguments[0];
    const struct app *app = context;
    uint8_t uuid[UUID_SIZE];
    struct asker asker;
    struct show *show;

    if (!guard_passes(exchange, app, &asker))
        return HTTP_DONE;
    if (!uuid_parse(id, strlen(id), uuid))
        return http_problem(exchange, 404, "%.60s is not the id of a report", id);
    show = task_create(sizeof *show, exchange, app);
    show->task.answer = show_answer;
    show->task.destroy = show_destroy;
    memcpy(show->uuid, uuid, sizeof uuid);
    show->reader = asker;
    read_reader(&exchange->request, &show->reader);
    return task_send(&show->task, run_show);
}
