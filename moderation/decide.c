/*
 * POST /api/v1/moderation/decisions: signed entries (trust §2), each judged by itself. They go to
 * the store some at a time, because checking a signature takes longer than storing a report.
 */
#include <jansson.h>
#include <string.h>

#include "moderation/bulk.h"
#include "moderation/canonical.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/review.h"

enum {
    CHUNK = 64 /* entries a store job */
};

struct decision {
    char *line; /* NULL when the element was neither a text nor an object */
    size_t length;
    char id[UUID_TEXT_SIZE]; /* "" while not known */
    unsigned status;         /* 0 while undecided */
    bool has_state;
    enum report_state state;
    char error[240];
    struct covered_report *reports; /* of a decision on many */
    size_t report_count;
    uint64_t entry_end; /* number + 1 of the entry that was appended; 0: none */
};

struct decisions {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    const struct app *app;
    struct asker asker;
    json_t *lists; /* of decisions on many; NULL: none */
    struct decision *items;
    size_t count;
    size_t next; /* the first that is not in the store yet */
    size_t end;  /* of the chunk that is under way */
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

static void set_outcome(struct decision *decision, unsigned status, const char *text)
{
    size_t length = strnlen(text, sizeof decision->error - 1);

    decision->status = status;
    memcpy(decision->error, text, length);
    decision->error[length] = '\0';
}

static void set_error(struct decision *decision, const struct error *error)
{
    set_outcome(decision, error_http_status(error->kind), error->text);
}

/* What can be said of an entry without the store. */
static bool judge(const struct decisions *decisions, struct decision *decision, int64_t now,
                  struct entry *entry)
{
    struct error error = {0};

    if (!entry_parse(decision->line, decision->length, entry, &error)) {
        set_outcome(decision, 422, error.text);
        return false;
    }
    if (entry->reports == 0)
        uuid_print(entry->report, decision->id);
    if (!entry_verify(entry)) {
        set_outcome(decision, 422, "the entry's signature does not fit it");
        return false;
    }
    if (decisions->asker.has_key &&
        memcmp(decisions->asker.key, entry->key, sizeof entry->key) != 0) {
        set_outcome(decision, 403, "the entry is signed by another key than the request");
        return false;
    }
    if (!review_check(decisions->app->survey, entry, now, &error)) {
        set_error(decision, &error);
        return false;
    }
    return true;
}

static void set_result(struct decision *decision, enum change_result result,
                       enum report_state state, const struct error *reason)
{
    static const unsigned statuses[] = {
        [CHANGE_DONE] = 200,
        [CHANGE_SAME] = 200,
        [CHANGE_NOT_FOUND] = 404,
        [CHANGE_CONFLICT] = 409,
    };
    bool is_denied = reason->kind == ERROR_DENIED;

    decision->has_state = result != CHANGE_NOT_FOUND && !is_denied;
    decision->state = state;
    set_outcome(decision, is_denied ? 403 : statuses[result], reason->text);
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
    set_result(decision, result, state, &reason);
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
        set_error(decision, &reason);
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

static void print_result(const struct decision *decision, struct buffer *buffer)
{
    buffer_text(buffer, "{\"id\":");
    if (decision->id[0] == '\0')
        buffer_text(buffer, "null");
    else
        buffer_format(buffer, "\"%s\"", decision->id);
    buffer_format(buffer,
                  ",\"ok\":%s,\"status\":%u,\"state\":", decision->status == 200 ? "true" : "false",
                  decision->status);
    if (decision->has_state)
        buffer_format(buffer, "\"%s\"", report_state_name(decision->state));
    else
        buffer_text(buffer, "null");
    buffer_text(buffer, ",\"error\":");
    if (decision->status == 200)
        buffer_text(buffer, "null");
    else
        buffer_json(buffer, decision->error, strlen(decision->error));
    if (decision->reports != NULL)
        bulk_print(decision->reports, decision->report_count, decision->entry_end, buffer);
    buffer_char(buffer, '}');
}

/* The status of one decision is that of the reply, then a problem that has the result as well; of
 * several each has its own. */
static void answer(const struct decisions *decisions)
{
    struct http_exchange *exchange = decisions->exchange;
    const struct decision *only = decisions->count == 1 ? &decisions->items[0] : NULL;
    auto_buffer struct buffer results = {0};

    exchange->reply.no_store = true;
    buffer_text(&results, "\"results\":[");
    for (size_t i = 0; i < decisions->count; i++) {
        if (i > 0)
            buffer_char(&results, ',');
        print_result(&decisions->items[i], &results);
    }
    buffer_char(&results, ']');
    if (only != NULL && only->status != 200) {
        http_problem_with(exchange, only->status, &results, "%s", only->error);
        return;
    }
    buffer_format(&exchange->reply.body, "{%s}", results.data);
}

/* Those of the chunk that failed were rolled back with it, and the rest was not tried. */
static void give_up(struct decisions *decisions, const struct error *error)
{
    if (decisions->next == 0) {
        http_error(decisions->exchange, error);
        return;
    }
    for (size_t i = decisions->next; i < decisions->count; i++)
        set_error(&decisions->items[i], error);
    answer(decisions);
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
        answer(decisions);
    else
        give_up(decisions, &error);
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
        set_outcome(decision, 422, error.text);
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
