/*
 * One report by its id: what everybody may read of it, and what its reporter may do with it. The
 * tracking secret is checked before the store is asked, and every refusal is the same 404, so that
 * nobody learns which ids there are.
 */
#include <string.h>
#include <strings.h>

#include "collector/intake/faulty.h"
#include "collector/intake/handlers.h"
#include "collector/intake/prepare.h"
#include "collector/intake/shown.h"

struct own {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    const struct app *app;
    uint8_t uuid[UUID_SIZE];
    unsigned status; /* of the answer; 404 until something is found */
    struct buffer body;
    struct prepared prepared; /* of PUT alone */
    bool has_prepared;
    bool is_public; /* the answer is for everybody */
};

static enum http_progress no_such_report(struct http_exchange *exchange)
{
    return http_problem(exchange, 404,
                        "No published report has this id, or the tracking secret is not its own.");
}

static void own_destroy(struct own *own)
{
    if (own->has_prepared)
        prepared_finish(&own->prepared);
    buffer_finish(&own->body);
    free(own);
}

static void own_answer(struct own *own)
{
    struct http_exchange *exchange = own->exchange;
    if (own->job.error.kind != ERROR_NONE) {
        http_error(exchange, &own->job.error);
        return;
    }
    if (own->status == 409) {
        http_problem(exchange, 409, "This report was withdrawn and cannot be changed any more.");
        return;
    }
    if (own->status != 200) {
        no_such_report(exchange);
        return;
    }
    exchange->reply.status = 200;
    exchange->reply.no_store = !own->is_public;
    exchange->reply.public_data = own->is_public;
    exchange->reply.body = own->body;
    own->body = (struct buffer){0};
}

static void own_finish(struct store_job *job)
{
    struct own *own = (struct own *)job;
    struct http_exchange *exchange = own->exchange;
    own_answer(own);
    own_destroy(own);
    http_resume(exchange);
}

typedef bool own_run(struct session *session, struct store_job *job, struct error *error);

static enum http_progress own_send(struct own *own, own_run *run)
{
    struct http_exchange *exchange = own->exchange;
    struct error error = {0};
    own->status = 404;
    own->job.collector = own->app->collector;
    own->job.run = run;
    own->job.finish = own_finish;
    if (store_submit(own->app->store, &own->job, &error))
        return HTTP_WAIT;
    own_destroy(own);
    return http_error(exchange, &error);
}

static struct own *own_create(struct http_exchange *exchange, const struct app *app,
                              const uint8_t uuid[UUID_SIZE])
{
    struct own *own = memory_zeroed(1, sizeof *own);
    own->exchange = exchange;
    own->app = app;
    memcpy(own->uuid, uuid, UUID_SIZE);
    return own;
}

static bool run_published(struct session *session, struct store_job *job, struct error *error)
{
    struct own *own = (struct own *)job;
    struct stored_report report;
    bool found = false;
    if (!session_get_published(session, own->uuid, &report, &found, error))
        return false;
    if (!found)
        return true;
    own->status = 200;
    shown_published(own->app->survey, &report, &own->body);
    return true;
}

static bool run_own(struct session *session, struct store_job *job, struct error *error)
{
    struct own *own = (struct own *)job;
    struct stored_report report;
    uint8_t nonce[SECRET_KEY_SIZE];
    bool found = false;
    if (!session_get(session, own->uuid, &report, &found, error))
        return false;
    if (!found)
        return true;
    own->status = 200;
    report_nonce(own->app->keys->commitment, own->uuid, nonce);
    shown_own(own->app->survey, &report, nonce, &own->body);
    return true;
}

static bool run_withdraw(struct session *session, struct store_job *job, struct error *error)
{
    struct own *own = (struct own *)job;
    enum change_result result;
    char id[UUID_TEXT_SIZE];
    if (!session_withdraw(session, own->uuid, &result, error))
        return false;
    if (result != CHANGE_DONE && result != CHANGE_SAME)
        return true;
    own->status = 200;
    uuid_print(own->uuid, id);
    buffer_format(&own->body, "{\"id\":\"%s\",\"status\":\"withdrawn\"}", id);
    return true;
}

/* The answer to an amendment is a receipt for what is kept now, with its version. */
static bool amended(struct session *session, struct own *own, struct error *error)
{
    struct stored_report kept;
    bool found = false;
    if (!session_get(session, own->uuid, &kept, &found, error))
        return false;
    if (!found)
        return true;
    struct outcome outcome = {.state = kept.state, .arrived = kept.arrived};
    own->status = 200;
    buffer_char(&own->body, '{');
    receipt_members(own->app, &own->prepared, &outcome, "status", &own->body);
    buffer_format(&own->body, ",\"version\":%u}", kept.version);
    return true;
}

static bool run_amend(struct session *session, struct store_job *job, struct error *error)
{
    struct own *own = (struct own *)job;
    auto_buffer struct buffer sealed = {0};
    enum change_result result;
    uint32_t version;
    if (!prepared_complete(session, own->app, &own->prepared, &sealed, error) ||
        !session_amend(session, &own->prepared.stored, &result, &version, error))
        return false;
    own->prepared.stored.sealed_note = NULL;
    if (result == CHANGE_CONFLICT)
        own->status = 409;
    return result == CHANGE_CONFLICT || result == CHANGE_NOT_FOUND || amended(session, own, error);
}

/* "Bearer TOKEN" (RFC 6750 §2.1) with the secret of this report. */
static bool is_reporter(const struct http_exchange *exchange, const struct app *app,
                        const uint8_t uuid[UUID_SIZE])
{
    static const char scheme[] = "Bearer ";
    const char *header = http_header(exchange, "Authorization");
    if (header == NULL || strncasecmp(header, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *token = header + sizeof scheme - 1;
    return keys_tracking_matches(app->keys, uuid, token, strlen(token));
}

static bool address_id(const struct http_exchange *exchange, uint8_t uuid_out[UUID_SIZE])
{
    const char *id = exchange->request.arguments[0];
    return uuid_parse(id, strlen(id), uuid_out);
}

enum http_progress handle_report_get(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    uint8_t uuid[UUID_SIZE];
    bool asks_own = http_header(exchange, "Authorization") != NULL;
    if (!address_id(exchange, uuid) || (asks_own && !is_reporter(exchange, app, uuid)))
        return no_such_report(exchange);
    struct own *own = own_create(exchange, app, uuid);
    own->is_public = !asks_own;
    return own_send(own, asks_own ? run_own : run_published);
}

enum http_progress handle_report_delete(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    uint8_t uuid[UUID_SIZE];
    if (!address_id(exchange, uuid) || !is_reporter(exchange, app, uuid))
        return no_such_report(exchange);
    return own_send(own_create(exchange, app, uuid), run_withdraw);
}

static enum http_progress refuse_faulty(struct own *own, struct report_faults *faults)
{
    faulty_problem(own->exchange, own->app->survey, faults);
    report_faults_finish(faults);
    own_destroy(own);
    return HTTP_DONE;
}

enum http_progress handle_report_put(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    const struct http_request *request = &exchange->request;
    struct report_faults faults = {0};
    uint8_t uuid[UUID_SIZE];
    if (!address_id(exchange, uuid) || !is_reporter(exchange, app, uuid))
        return no_such_report(exchange);
    struct own *own = own_create(exchange, app, uuid);
    own->has_prepared =
        prepare_report(app, request->body, request->body_length, uuid, &own->prepared, &faults);
    if (!own->has_prepared)
        return refuse_faulty(own, &faults);
    return own_send(own, run_amend);
}
