/*
 * POST /api/v1/moderation/decisions: signed entries (trust §2), each judged by itself. They go to
 * the store some at a time, because checking a signature takes longer than storing a report.
 */
#include <string.h>

#include "moderation/canonical.h"
#include "moderation/decisions.h"
#include "moderation/handlers.h"
#include "moderation/review.h"

enum {
    CHUNK = 64 /* entries a store job */
};

static void decisions_destroy(struct decisions *decisions)
{
    for (size_t i = 0; i < decisions->count; i++)
        free(decisions->items[i].line);
    for (size_t i = 0; i < decisions->count; i++)
        free(decisions->items[i].reports);
    json_decref(decisions->lists);
    free(decisions->items);
    free(decisions);
}

/* What can be said of an entry without the store. */
static bool judge(const struct decisions *decisions, struct decision *decision, int64_t now,
                  struct entry *entry)
{
    struct error error = {0};

    if (!entry_parse(decision->line, decision->length, entry, &error)) {
        decision_settle(decision, 422, error.text);
        return false;
    }
    if (entry->reports == 0)
        uuid_print(entry->report, decision->id);
    if (!entry_verify(entry)) {
        decision_settle(decision, 422, "the entry's signature does not fit it");
        return false;
    }
    if (decisions->asker.has_key &&
        memcmp(decisions->asker.key, entry->key, sizeof entry->key) != 0) {
        decision_settle(decision, 403, "the entry is signed by another key than the request");
        return false;
    }
    if (!review_check(decisions->app->survey, entry, now, &error)) {
        decision_fail(decision, &error);
        return false;
    }
    return true;
}

/* The store's word on an entry that was judged. */
static bool decide_entry(struct session *session, const struct entry *entry,
                         struct decision *decision, struct error *error)
{
    struct error reason = {0};
    enum change_result result = CHANGE_NOT_FOUND;
    enum report_state state = STATE_PENDING;
    bool is_done = entry->reports == 0
                       ? session_decide(session, entry, decision->line, decision->length, &result,
                                        &state, &reason, error)
                       : session_decide_many(session, entry, decision->line, decision->length,
                                             decision->reports, &result, &state, &reason, error);

    if (!is_done)
        return false;
    decision_take_result(decision, result, state, &reason);
    if (entry->reports != 0 && decision->status != 200)
        decision->has_state = false;
    return result != CHANGE_DONE || session_entry_count(session, &decision->entry_end, error);
}

static bool decide_one(struct session *session, const struct decisions *decisions,
                       struct decision *decision, struct error *error)
{
    struct entry entry;
    struct error reason = {0};

    if (decision->status != 0 || !judge(decisions, decision, session_now(session), &entry))
        return true;
    if (entry.reports != 0 && decision->reports == NULL &&
        !bulk_take(decisions->lists, &entry, &decision->reports, &reason)) {
        decision_fail(decision, &reason);
        return true;
    }
    decision->report_count = entry.reports;
    return decide_entry(session, &entry, decision, error);
}

static bool run_chunk(struct session *session, struct store_job *job, struct error *error)
{
    struct decisions *decisions = (struct decisions *)job;

    for (size_t i = decisions->next; i < decisions->end; i++)
        if (!decide_one(session, decisions, &decisions->items[i], error))
            return false;
    return true;
}

static bool send_chunk(struct decisions *decisions, struct error *error)
{
    size_t chunk = decisions->lists == NULL ? CHUNK : 1; /* one on many is work enough */

    decisions->end =
        decisions->count - decisions->next > chunk ? decisions->next + chunk : decisions->count;
    return store_submit(decisions->app->store, &decisions->job, error);
}

static void finish_chunk(struct store_job *job)
{
    struct decisions *decisions = (struct decisions *)job;
    struct http_exchange *exchange = decisions->exchange;
    struct error error = job->error;

    if (error.kind == ERROR_NONE) {
        decisions->next = decisions->end;
        if (decisions->next < decisions->count && send_chunk(decisions, &error))
            return;
    }
    if (error.kind == ERROR_NONE)
        decisions_answer(decisions);
    else
        decisions_give_up(decisions, &error);
    decisions_destroy(decisions);
    http_resume(exchange);
}

static void take_element(struct decision *decision, json_t *element)
{
    auto_buffer struct buffer line = {0};
    struct error error = {0};

    if (json_is_string(element))
        buffer_bytes(&line, json_string_value(element), json_string_length(element));
    else if (!canonical_line(element, &line, &error)) {
        decision_settle(decision, 422, error.text);
        return;
    }
    decision->length = line.length;
    decision->line = buffer_take(&line);
}

static bool check_body(const json_t *body, struct error *error)
{
    const json_t *entries = json_object_get(body, "entries");
    const json_t *lists = json_object_get(body, "reports");

    if (!json_is_array(entries) || json_object_size(body) != (lists == NULL ? 1 : 2) ||
        (lists != NULL && !json_is_object(lists)))
        return error_set(error, ERROR_INVALID,
                         "the body must read {\"entries\":[…]}, with \"reports\":{ROOT:[id…]} for "
                         "decisions on many");
    if (json_array_size(entries) == 0 || json_array_size(entries) > DECISIONS_MAX)
        return error_set(error, ERROR_INVALID, "a request has 1 to %d entries", DECISIONS_MAX);
    return true;
}

static enum http_progress decide(struct http_exchange *exchange, const struct app *app,
                                 const struct asker *asker, const json_t *body)
{
    const json_t *entries = json_object_get(body, "entries");
    struct decisions *decisions = memory_zeroed(1, sizeof *decisions);
    struct error error = {0};

    decisions->exchange = exchange;
    decisions->app = app;
    decisions->asker = *asker;
    decisions->lists = json_incref(json_object_get(body, "reports"));
    decisions->count = json_array_size(entries);
    decisions->items = memory_zeroed(decisions->count, sizeof *decisions->items);
    for (size_t i = 0; i < decisions->count; i++)
        take_element(&decisions->items[i], json_array_get(entries, i));
    decisions->job.collector = app->collector;
    decisions->job.run = run_chunk;
    decisions->job.finish = finish_chunk;
    if (send_chunk(decisions, &error))
        return HTTP_WAIT;
    decisions_destroy(decisions);
    return http_error(exchange, &error);
}

enum http_progress handle_decisions(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    const struct app *app = context;
    enum http_progress progress;
    bool is_read;
    struct asker asker;
    struct error error = {0};
    json_error_t place;
    json_t *body;

    if (!guard_passes(exchange, app, &asker))
        return HTTP_DONE;
    body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, &place);
    if (body == NULL)
        return http_problem(exchange, 400, "Not JSON, at line %d: %s", place.line, place.text);
    is_read = check_body(body, &error);
    progress = is_read ? decide(exchange, app, &asker, body) : http_error(exchange, &error);
    json_decref(body);
    return progress;
}
