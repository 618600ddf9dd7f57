/* The report as a plain html form: the same checks and the same store as the JSON one. */
#include "collector/pages/form.h"

#include <string.h>

#include "collector/intake/handlers.h"
#include "collector/intake/submission.h"

static void values_destroy(struct form_values *values)
{
    form_values_finish(values);
    free(values);
}

enum http_progress handle_form(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    struct form_values values;
    form_values_start(app->survey, &exchange->request, &values);
    struct form_page page = {.values = &values};
    enum http_progress progress = pages_form(app, &page, exchange);
    form_values_finish(&values);
    return progress;
}

static void answer_refusal(struct submission *submission, enum form_refusal refusal)
{
    struct form_page page = {.values = submission->form, .refusal = refusal};
    (void)pages_form(submission->app, &page, submission->exchange);
}

static void answer_page(struct submission *submission)
{
    const struct stored_report *stored = &submission->prepared.stored;
    const struct outcome *outcome = &submission->outcome;
    auto_buffer struct buffer hash = {0}, nonce = {0};
    char tracking[TRACKING_TEXT_SIZE];
    buffer_hex(&hash, stored->content_hash, SECRET_KEY_SIZE);
    buffer_hex(&nonce, submission->prepared.nonce, SECRET_KEY_SIZE);
    keys_tracking(submission->app->keys, stored->uuid, tracking);
    struct receipt_page receipt = {
        .station = stored->station,
        .visited = stored->visited_text,
        .state = outcome->state,
        .again = outcome->result == PUT_SAME,
        .received = outcome->arrived,
        .content_hash = hash.data,
        .nonce = nonce.data,
        .tracking = receipt_tells_tracking(&submission->prepared, outcome) ? tracking : NULL,
    };
    memcpy(receipt.uuid, stored->uuid, UUID_SIZE);
    (void)pages_receipt(submission->app, &receipt, submission->exchange);
    secret_wipe(tracking, sizeof tracking);
}

static void answer_form(struct submission *submission)
{
    enum put_result result = submission->outcome.result;
    if (submission->job.error.kind != ERROR_NONE)
        answer_refusal(submission, FORM_REFUSAL_BUSY);
    else if (result == PUT_DIFFERENT || result == PUT_WITHDRAWN)
        answer_refusal(submission, FORM_REFUSAL_CONFLICT);
    else
        answer_page(submission);
    values_destroy(submission->form);
}

/* False: the form was answered at once with what is wrong. */
static bool check_form(const struct app *app, struct form_values *values,
                       struct submission *submission)
{
    struct report_faults faults = {0};
    struct buffer json = {0};
    form_values_json(app->survey, values, &json);
    bool checked =
        prepare_report(app, json.data, json.length, NULL, &submission->prepared, &faults);
    secret_wipe(json.data, json.capacity);
    buffer_finish(&json);
    if (checked)
        return true;
    struct form_page page = {.values = values, .faults = &faults};
    (void)pages_form(app, &page, submission->exchange);
    report_faults_finish(&faults);
    return false;
}

static enum http_progress send_form(struct submission *submission)
{
    struct error error = {0};
    if (submission_send(submission, &error))
        return HTTP_WAIT;
    answer_refusal(submission, FORM_REFUSAL_BUSY);
    values_destroy(submission->form);
    submission_destroy(submission);
    return HTTP_DONE;
}

static enum http_progress show_draft(const struct app *app, struct form_values *values,
                                     struct http_exchange *exchange)
{
    struct form_page page = {.values = values};
    enum http_progress progress = pages_form(app, &page, exchange);
    values_destroy(values);
    return progress;
}

/* Other sites are to have no reports sent by their visitors' browsers, each from an address of its
 * own. Browsers say so in Sec-Fetch-Site (W3C Fetch Metadata §2.4); Origin tells nothing here, since
 * under our referrer policy it is "null". */
static bool is_foreign(const struct http_exchange *exchange)
{
    const char *site = http_header(exchange, "Sec-Fetch-Site");
    return site != NULL && strcmp(site, "cross-site") == 0;
}

static enum http_progress show_foreign(const struct app *app, struct form_values *values,
                                       struct http_exchange *exchange)
{
    struct form_page page = {.values = values, .refusal = FORM_REFUSAL_FOREIGN};
    enum http_progress progress = pages_form(app, &page, exchange);
    values_destroy(values);
    return progress;
}

enum http_progress handle_form_post(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    const struct http_request *request = &exchange->request;
    struct form_values *values = memory_zeroed(1, sizeof *values);
    form_values_read(app->survey, request->body, request->body_length, values);
    if (values->draft)
        return show_draft(app, values, exchange);
    if (is_foreign(exchange))
        return show_foreign(app, values, exchange);
    struct submission *submission = memory_zeroed(1, sizeof *submission);
    submission->exchange = exchange;
    submission->app = app;
    submission->answer = answer_form;
    submission->form = values;
    if (check_form(app, values, submission))
        return send_form(submission);
    values_destroy(values);
    free(submission);
    return HTTP_DONE;
}
