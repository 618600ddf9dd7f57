#include <string.h>

#include "collector/intake/faulty.h"
#include "collector/intake/handlers.h"
#include "collector/intake/submission.h"

static void write_receipt(struct submission *submission)
{
    struct buffer *receipt = &submission->receipt;
    buffer_char(receipt, '{');
    receipt_members(submission->app, &submission->prepared, &submission->outcome, "status",
                    receipt);
    buffer_char(receipt, '}');
}

static bool was_taken(const struct submission *submission)
{
    return submission->outcome.result == PUT_CREATED || submission->outcome.result == PUT_SAME;
}

static bool submission_run(struct session *session, struct store_job *job, struct error *error)
{
    struct submission *submission = (struct submission *)job;
    if (!prepared_put(session, submission->app, &submission->prepared, &submission->outcome, error))
        return false;
    if (submission->form == NULL && was_taken(submission))
        write_receipt(submission);
    return true;
}

void submission_destroy(struct submission *submission)
{
    prepared_finish(&submission->prepared);
    buffer_finish(&submission->receipt);
    free(submission);
}

static void submission_finish(struct store_job *job)
{
    struct submission *submission = (struct submission *)job;
    struct http_exchange *exchange = submission->exchange;
    submission->answer(submission);
    submission_destroy(submission);
    http_resume(exchange);
}

bool submission_send(struct submission *submission, struct error *error)
{
    submission->job = (struct store_job){
        .collector = submission->app->collector,
        .run = submission_run,
        .finish = submission_finish,
    };
    /* The end of the loop's turn releases it. */
    return store_submit_held(submission->app->store, &submission->job, error);
}

static void set_location(struct submission *submission)
{
    static const char path[] = "/api/v1/reports/";
    char location[sizeof path + UUID_TEXT_SIZE];
    memcpy(location, path, sizeof path - 1);
    uuid_print(submission->prepared.stored.uuid, location + sizeof path - 1);
    http_set_header(submission->exchange, "Location", location);
}

static void answer_receipt(struct submission *submission)
{
    struct http_reply *reply = &submission->exchange->reply;
    reply->status = submission->outcome.result == PUT_CREATED ? 201 : 200;
    reply->no_store = true;
    set_location(submission);
    buffer_finish(&reply->body);
    reply->body = submission->receipt;
    submission->receipt = (struct buffer){0};
}

const char *conflict_detail(enum put_result result)
{
    return result == PUT_WITHDRAWN
               ? "The report with this id was withdrawn. Send a new one with another id."
               : "A report with this id is there already and says something else. Change your "
                 "own with PUT and its tracking secret, or send this one with another id.";
}

static void answer_json(struct submission *submission)
{
    if (submission->job.error.kind != ERROR_NONE)
        http_error(submission->exchange, &submission->job.error);
    else if (!was_taken(submission))
        http_problem(submission->exchange, 409, "%s", conflict_detail(submission->outcome.result));
    else
        answer_receipt(submission);
}

enum http_progress handle_submit(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    const struct http_request *request = &exchange->request;
    struct report_faults faults = {0};
    struct submission *submission = memory_zeroed(1, sizeof *submission);
    if (!prepare_report(app, request->body, request->body_length, NULL, &submission->prepared,
                        &faults)) {
        free(submission);
        faulty_problem(exchange, app->survey, &faults);
        report_faults_finish(&faults);
        return HTTP_DONE;
    }
    submission->exchange = exchange;
    submission->app = app;
    submission->answer = answer_json;
    /* On the thread that frees it, so that two threads do not meet in malloc. */
    buffer_reserve(&submission->receipt, RECEIPT_SIZE);
    struct error error = {0};
    if (submission_send(submission, &error))
        return HTTP_WAIT;
    submission_destroy(submission);
    return http_error(exchange, &error);
}
