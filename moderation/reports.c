/* What waits, as a list; and how moderators are shown a report. */
#include "moderation/reports.h"

#include <inttypes.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/intake/keys.h"
#include "collector/survey/report.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/search.h"
#include "moderation/task.h"

enum {
    LIMIT_DEFAULT = 50,
    LIMIT_MAX = 500,
    CANDIDATES_MAX = 8
};

void reports_text(struct buffer *buffer, const char *key, const char *text)
{
    buffer_format(buffer, ",\"%s\":", key);
    if (text == NULL || text[0] == '\0')
        buffer_text(buffer, "null");
    else
        buffer_json(buffer, text, strlen(text));
}

static void print_instant(struct buffer *buffer, const char *key, int64_t instant)
{
    buffer_format(buffer, ",\"%s\":", key);
    if (instant == 0) {
        buffer_text(buffer, "null");
        return;
    }
    buffer_char(buffer, '"');
    buffer_instant(buffer, instant);
    buffer_char(buffer, '"');
}

static void print_station(const struct survey *survey, const struct stored_report *report,
                          struct buffer *buffer)
{
    const struct station *station;

    if (report->station < 0) {
        buffer_text(buffer, ",\"station\":null,\"name\":null,\"visited\":null,\"basis\":null,"
                            "\"answers\":null");
        return;
    }
    station = &survey->stations[report->station];
    reports_text(buffer, "station", station->id);
    buffer_text(buffer, ",\"name\":{\"zh\":");
    buffer_json(buffer, station->name.in[LANGUAGE_ZH], strlen(station->name.in[LANGUAGE_ZH]));
    buffer_text(buffer, ",\"en\":");
    buffer_json(buffer, station->name.in[LANGUAGE_EN], strlen(station->name.in[LANGUAGE_EN]));
    buffer_char(buffer, '}');
    reports_text(buffer, "visited", report->visited_text);
    reports_text(buffer, "basis", survey->basis[report->basis].term.id);
    buffer_text(buffer, ",\"answers\":");
    report_answers_json(survey, report->answers, buffer);
}

static void print_decision(const struct stored_report *report, struct buffer *buffer)
{
    reports_text(buffer, "reason", report->reason);
    reports_text(buffer, "reason_note", report->reason_note);
    buffer_format(buffer, ",\"note_hidden\":%s", report->note_hidden ? "true" : "false");
    print_instant(buffer, "decided", report->decided);
    if (report->entry == 0)
        buffer_text(buffer, ",\"entry\":null");
    else
        buffer_format(buffer, ",\"entry\":%" PRIu64, report->entry - 1);
}

static void print_reporter(const struct app *app, const struct stored_report *report,
                           struct buffer *buffer)
{
    char pseudonym[PSEUDONYM_TEXT_SIZE] = "";

    if (report->has_reporter && report->station >= 0)
        keys_pseudonym(app->keys, report->reporter, app->survey->stations[report->station].id,
                       pseudonym);
    reports_text(buffer, "reporter", pseudonym);
}

void reports_print(const struct app *app, const struct stored_report *report, struct buffer *buffer)
{
    char id[UUID_TEXT_SIZE];

    uuid_print(report->uuid, id);
    buffer_format(buffer, "{\"id\":\"%s\"", id);
    print_station(app->survey, report, buffer);
    reports_text(buffer, "note", report->note);
    buffer_format(buffer, ",\"version\":%" PRIu32, report->version);
    reports_text(buffer, "state", report_state_name(report->state));
    print_instant(buffer, "received", report->arrived);
    buffer_text(buffer, ",\"content_hash\":\"");
    buffer_hex(buffer, report->content_hash, sizeof report->content_hash);
    buffer_char(buffer, '"');
    print_reporter(app, report, buffer);
    print_decision(report, buffer);
    buffer_format(buffer, ",\"has_private_note\":%s",
                  report->sealed_note != NULL ? "true" : "false");
}

struct queue {
    struct task task; /* the first member */
    struct report_filter filter;
    char *after;
    struct buffer body;
    size_t count;
    char *next;
    bool bad_after;
};

static void queue_destroy(struct task *task)
{
    struct queue *queue = (struct queue *)task;

    free(queue->after);
    free(queue->next);
    buffer_finish(&queue->body);
}

static void queue_add(void *context, const struct stored_report *report)
{
    struct queue *queue = context;

    if (queue->count++ > 0)
        buffer_char(&queue->body, ',');
    reports_print(queue->task.app, report, &queue->body);
    buffer_char(&queue->body, '}');
}

static bool run_queue(struct session *session, struct store_job *job, struct error *error)
{
    struct queue *queue = (struct queue *)job;

    buffer_text(&queue->body, "{\"reports\":[");
    if (!session_page(session, &queue->filter, queue_add, queue, &queue->next, &queue->bad_after,
                      error))
        return false;
    buffer_char(&queue->body, ']');
    reports_text(&queue->body, "next", queue->next);
    buffer_char(&queue->body, '}');
    return true;
}

static void queue_answer(struct task *task)
{
    struct queue *queue = (struct queue *)task;
    struct http_exchange *exchange = task->exchange;

    if (queue->bad_after) {
        http_problem(exchange, 400, "\"after\" is not a mark of an earlier page");
        return;
    }
    exchange->reply.body = queue->body;
    queue->body = (struct buffer){0};
}

/* "pending" unless asked otherwise; "all" is any. */
static bool read_state(const struct http_request *request, struct report_filter *filter,
                       struct error *error)
{
    const char *state = http_parameter(request, "state");

    filter->state = STATE_PENDING;
    filter->any_state = state != NULL && strcmp(state, "all") == 0;
    if (state == NULL || filter->any_state || report_state_find(state, &filter->state))
        return true;
    return error_set(error, ERROR_INVALID,
                     "state must be pending, approved, rejected, withheld, withdrawn or all");
}

bool reports_station(const struct survey *survey, const struct http_request *request,
                     struct report_filter *filter, struct error *error)
{
    const char *name = http_parameter(request, "station");
    int candidates[CANDIDATES_MAX];
    int count;

    filter->station = -1;
    if (name == NULL || name[0] == '\0')
        return true;
    count = survey_find_station(survey, name, strlen(name), candidates, CANDIDATES_MAX);
    if (count == 0)
        return error_set(
            error, ERROR_NOT_FOUND,
            "there is no station %.60s: give its id, or its name in Chinese, English or pinyin",
            name);
    if (count > 1)
        return error_set(error, ERROR_INVALID, "%.60s may be %s or %s: give the id", name,
                         survey->stations[candidates[0]].id, survey->stations[candidates[1]].id);
    filter->station = candidates[0];
    return true;
}

bool reports_limit(const struct http_request *request, uint32_t *limit_out, struct error *error)
{
    const char *text = http_parameter(request, "limit");
    uint64_t limit = LIMIT_DEFAULT;

    if (text != NULL && (!number_unsigned(text, strlen(text), LIMIT_MAX, &limit) || limit == 0))
        return error_set(error, ERROR_INVALID, "limit must be 1 to %d", LIMIT_MAX);
    *limit_out = (uint32_t)limit;
    return true;
}

enum http_progress reports_refuse_query(struct http_exchange *exchange, const struct error *error)
{
    return http_problem(exchange, 400, "%s", error->text);
}

enum http_progress handle_queue(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    const struct app *app = context;
    struct report_filter filter = {.order = ORDER_OLDEST_ARRIVAL};
    struct error error = {0};
    struct asker asker;
    struct queue *queue;

    if (!guard_passes(exchange, app, &asker))
        return HTTP_DONE;
    if (search_is_wanted(request))
        return search_send(exchange, app);
    if (!read_state(request, &filter, &error) ||
        !reports_station(app->survey, request, &filter, &error) ||
        !reports_limit(request, &filter.limit, &error))
        return reports_refuse_query(exchange, &error);
    queue = task_create(sizeof *queue, exchange, app);
    queue->task.answer = queue_answer;
    queue->task.destroy = queue_destroy;
    queue->after = memory_text(http_parameter(request, "after"));
    queue->filter = filter;
    queue->filter.after = queue->after;
    return task_send(&queue->task, run_queue);
}
