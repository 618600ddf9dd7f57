/*
 * Many reports at once. The body is worked off in slices so that the HTTP thread is never held for
 * long: a slice is parsed here, stored as one job, and its finish begins the next. The answer is
 * sent when the last slice is on disk; sending a batch again is safe, so one that was cut short by
 * a refusal is mended by sending it again.
 */
#include <string.h>

#include "collector/intake/faulty.h"
#include "collector/intake/handlers.h"
#include "collector/intake/prepare.h"

enum {
    SLICE_LINES = 128, /* about two milliseconds of parsing, and one fsync */
    SLICE_BYTES = 65536
};

struct batch_line {
    size_t number; /* from 1, blank ones counted */
    bool checked;  /* passed every check; else `refusal` is its answer */
    struct prepared prepared;
    struct outcome outcome;
    struct buffer refusal;
};

struct batch {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    const struct app *app;
    const char *next, *end; /* what is left of the body */
    size_t line_number;
    struct batch_line lines[SLICE_LINES];
    size_t line_count;
    struct buffer results;
};

static void slice_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->line_count; i++) {
        if (batch->lines[i].checked)
            prepared_finish(&batch->lines[i].prepared);
        buffer_finish(&batch->lines[i].refusal);
    }
    batch->line_count = 0;
}

static void batch_destroy(struct batch *batch)
{
    slice_clear(batch);
    buffer_finish(&batch->results);
    free(batch);
}

static bool is_blank(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return false;
    return true;
}

/* The next line without its end; false when there is none left. */
static bool next_line(struct batch *batch, const char **line_out, size_t *length_out)
{
    if (batch->next == batch->end)
        return false;
    size_t left = (size_t)(batch->end - batch->next);
    const char *newline = memchr(batch->next, '\n', left);
    *line_out = batch->next;
    *length_out = newline == NULL ? left : (size_t)(newline - batch->next);
    batch->next = newline == NULL ? batch->end : newline + 1;
    batch->line_number++;
    return true;
}

static void refuse_line(struct batch_line *line, unsigned status, const char *detail)
{
    buffer_format(&line->refusal, "\"status\":%u,\"detail\":", status);
    buffer_json(&line->refusal, detail, strlen(detail));
}

static void check_line(const struct app *app, struct batch_line *line, const char *text,
                       size_t length)
{
    if (length > REPORT_BODY_MAX) {
        refuse_line(line, 413, "A report is at most 16 KiB.");
        return;
    }
    struct report_faults faults = {0};
    line->checked = prepare_report(app, text, length, NULL, &line->prepared, &faults);
    if (line->checked)
        return;
    buffer_format(&line->refusal, "\"status\":%u,", faulty_status(&faults));
    faulty_errors(app->survey, &faults, &line->refusal);
    report_faults_finish(&faults);
}

static void slice_parse(struct batch *batch)
{
    const char *begin = batch->next;
    const char *text;
    size_t length;
    while (batch->line_count < SLICE_LINES && batch->next - begin < SLICE_BYTES &&
           next_line(batch, &text, &length)) {
        if (is_blank(text, length))
            continue;
        struct batch_line *line = &batch->lines[batch->line_count++];
        memset(line, 0, sizeof *line);
        line->number = batch->line_number;
        check_line(batch->app, line, text, length);
    }
}

static void print_stored(const struct batch *batch, const struct batch_line *line,
                         struct buffer *results)
{
    bool created = line->outcome.result == PUT_CREATED;
    buffer_format(results, "\"status\":%d,", created ? 201 : 200);
    receipt_members(batch->app, &line->prepared, &line->outcome, "state", results);
}

static void print_conflict(const struct batch_line *line, struct buffer *results)
{
    char id[UUID_TEXT_SIZE];
    const char *detail = conflict_detail(line->outcome.result);
    uuid_print(line->prepared.stored.uuid, id);
    buffer_format(results, "\"status\":409,\"id\":\"%s\",\"detail\":", id);
    buffer_json(results, detail, strlen(detail));
}

static void print_line(const struct batch *batch, const struct batch_line *line,
                       struct buffer *results)
{
    enum put_result result = line->outcome.result;
    buffer_format(results, "{\"line\":%zu,", line->number);
    if (!line->checked)
        buffer_bytes(results, line->refusal.data, line->refusal.length);
    else if (result == PUT_CREATED || result == PUT_SAME)
        print_stored(batch, line, results);
    else
        print_conflict(line, results);
    buffer_text(results, "}\n");
}

static void slice_print(struct batch *batch)
{
    for (size_t i = 0; i < batch->line_count; i++)
        print_line(batch, &batch->lines[i], &batch->results);
    slice_clear(batch);
}

static bool slice_run(struct session *session, struct store_job *job, struct error *error)
{
    struct batch *batch = (struct batch *)job;
    for (size_t i = 0; i < batch->line_count; i++) {
        struct batch_line *line = &batch->lines[i];
        if (line->checked &&
            !prepared_put(session, batch->app, &line->prepared, &line->outcome, error))
            return false;
    }
    return true;
}

static void batch_answer(struct batch *batch)
{
    struct http_reply *reply = &batch->exchange->reply;
    reply->status = 200;
    reply->type = "application/x-ndjson";
    reply->no_store = true;
    reply->body = batch->results;
    batch->results = (struct buffer){0};
    batch_destroy(batch);
}

static void batch_refuse(struct batch *batch, const struct error *error)
{
    http_problem(batch->exchange, error_http_status(error->kind),
                 "%s; not every line was stored. Send the whole batch again: what is there "
                 "already is not stored twice.",
                 error->text);
    batch_destroy(batch);
}

static void slice_finish(struct store_job *job);

/* HTTP_WAIT while a slice is with the store, HTTP_DONE when the reply is ready. */
static enum http_progress batch_advance(struct batch *batch)
{
    struct error error = {0};
    slice_parse(batch);
    if (batch->line_count == 0) {
        batch_answer(batch);
        return HTTP_DONE;
    }
    batch->job = (struct store_job){
        .collector = batch->app->collector,
        .run = slice_run,
        .finish = slice_finish,
    };
    if (store_submit(batch->app->store, &batch->job, &error))
        return HTTP_WAIT;
    batch_refuse(batch, &error);
    return HTTP_DONE;
}

static void slice_finish(struct store_job *job)
{
    struct batch *batch = (struct batch *)job;
    struct http_exchange *exchange = batch->exchange;
    if (job->error.kind != ERROR_NONE) {
        batch_refuse(batch, &job->error);
        http_resume(exchange);
        return;
    }
    slice_print(batch);
    if (batch_advance(batch) == HTTP_DONE)
        http_resume(exchange);
}

/* Stops counting where there are too many. */
static unsigned count_lines(const char *body, size_t length)
{
    const char *end = body + length;
    unsigned lines = 0;
    while (body < end && lines <= BATCH_LINES_MAX) {
        const char *newline = memchr(body, '\n', (size_t)(end - body));
        body = newline == NULL ? end : newline + 1;
        lines++;
    }
    return lines;
}

enum http_progress handle_batch(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    unsigned lines = count_lines(request->body, request->body_length);
    if (lines > BATCH_LINES_MAX)
        return http_problem(exchange, 413,
                            "A batch is at most %d lines. Nothing was stored: send it in parts.",
                            BATCH_LINES_MAX);
    if (lines > 1 && !http_rate_charge(exchange, lines - 1))
        return HTTP_DONE;
    struct batch *batch = memory_zeroed(1, sizeof *batch);
    batch->exchange = exchange;
    batch->app = context;
    batch->next = request->body;
    batch->end = request->body + request->body_length;
    return batch_advance(batch);
}
