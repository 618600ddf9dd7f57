#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "collector/survey/report.h"
#include "moderation/commands/import_approve.h"
#include "moderation/import.h"

enum {
    BATCH_LINES = 2000,
    BATCH_LINES_FAR = 50, /* to a URL, where each line counts against --rate */
    BATCH_BYTES = 1 << 20,
    TRIES_MAX = 20, /* of one batch that the server has no room for */
    RETRY_SECONDS_MAX = 60
};

struct importing {
    struct tool *tool;
    struct wording wording;
    struct import import;
    struct buffer body;        /* the batch that is filled */
    size_t lines[BATCH_LINES]; /* their places in the file */
    size_t line_count;
    uint64_t created, unchanged, refused, approved;
    struct waiting_reports waiting; /* to be approved */
    json_t *errors;                 /* for --json */
};

static void complain(struct importing *importing, size_t line, unsigned status, const char *text)
{
    importing->refused++;
    terminal_complain("%s:%zu: %s (%u)", importing->tool->arguments.words[0], line, text, status);
    json_array_append_new(importing->errors,
                          json_pack("{s:I, s:I, s:s}", "line", (json_int_t)line, "status",
                                    (json_int_t)status, "error", text));
}

/* All the faults of one line in one sentence: "/visited in_future: …; /answers empty: …". */
static void print_faults(const json_t *result, struct buffer *text)
{
    const json_t *errors = json_object_get(result, "errors");

    terminal_text(text, wording_member(result, "detail"));
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const json_t *fault = json_array_get(errors, i);
        buffer_format(
            text, "%s%s%s%s: ", text->length > 0 ? "; " : "", wording_member(fault, "pointer"),
            wording_member(fault, "pointer")[0] == '\0' ? "" : " ", wording_member(fault, "code"));
        terminal_text(text, wording_member(fault, "detail"));
    }
    if (text->length == 0)
        buffer_text(text, "refused");
}

static void take_result(struct importing *importing, const json_t *result)
{
    auto_buffer struct buffer text = {0};
    unsigned status = (unsigned)json_integer_value(json_object_get(result, "status"));
    size_t line = (size_t)json_integer_value(json_object_get(result, "line"));
    const char *id = wording_member(result, "id");

    if (status == 201) {
        importing->created++;
        waiting_reports_add(&importing->waiting, id);
    } else if (status == 409 && importing->import.is_export) {
        importing->unchanged++; /* the server has more of it than was published */
    } else if (status == 200) {
        importing->unchanged++;
        if (strcmp(wording_member(result, "state"), "pending") == 0)
            waiting_reports_add(&importing->waiting, id);
    } else {
        print_faults(result, &text);
        complain(importing,
                 line >= 1 && line <= importing->line_count ? importing->lines[line - 1] : line,
                 status, text.data);
    }
}

static void take_results(struct importing *importing, const struct buffer *body)
{
    const char *at = body->data;
    const char *end = at + body->length;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = newline == NULL ? (size_t)(end - at) : (size_t)(newline - at);
        json_t *result = json_loadb(at, length, 0, NULL);
        if (result != NULL)
            take_result(importing, result);
        json_decref(result);
        at += length + 1;
    }
}

static void pause_for(const struct client_reply *reply)
{
    struct timespec pause = {.tv_sec = 1};

    if (reply->retry_after > 0 && reply->retry_after <= RETRY_SECONDS_MAX)
        pause.tv_sec = reply->retry_after;
    nanosleep(&pause, NULL);
}

/* A server that has enough for now is asked again when it says. */
static bool send_patiently(struct importing *importing, const struct client_request *request,
                           struct client_reply *reply, struct error *error)
{
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        if (!client_send(&importing->tool->client, request, reply, error))
            return false;
        if (reply->status != 429 && reply->status != 503)
            return true;
        pause_for(reply);
        client_reply_finish(reply);
        *reply = (struct client_reply){0};
    }
    return error_set(error, ERROR_CONFLICT,
                     "the server takes no more for now: import again later, what is there already "
                     "is not stored twice; on the server itself (--socket) there is no limit");
}

static bool send_batch(struct importing *importing, struct error *error)
{
    auto_reply struct client_reply reply = {0};
    struct client_request request = {
        .method = "POST",
        .path = "/api/v1/reports/batch",
        .type = "application/x-ndjson",
        .body = importing->body.data,
        .length = importing->body.length,
    };

    if (importing->line_count == 0)
        return true;
    if (!send_patiently(importing, &request, &reply, error))
        return false;
    if (reply.status != 200 || reply.body.data == NULL)
        return client_refused(&reply, error);
    take_results(importing, &reply.body);
    buffer_clear(&importing->body);
    importing->line_count = 0;
    terminal_progress(&importing->tool->terminal, "importing", import_position(&importing->import),
                      importing->import.length,
                      importing->created + importing->unchanged + importing->refused);
    return true;
}

/* The server would refuse the whole batch for a line that is longer than any report. */
static void take_line(struct importing *importing, size_t before, size_t line)
{
    auto_buffer struct buffer text = {0};

    if (importing->body.length - before <= REPORT_BODY_MAX) {
        buffer_char(&importing->body, '\n');
        importing->lines[importing->line_count++] = line;
        return;
    }
    importing->body.length = before;
    buffer_format(&text, "a report has at most %d bytes", REPORT_BODY_MAX);
    complain(importing, line, 413, text.data);
}

static bool send_file(struct importing *importing, struct error *error)
{
    size_t batch_lines = importing->tool->client.server == NULL ? BATCH_LINES : BATCH_LINES_FAR;
    int found;

    for (;;) {
        size_t before = importing->body.length;
        size_t line;
        found = import_next(&importing->import, &importing->body, &line, error);
        if (found <= 0)
            break;
        take_line(importing, before, line);
        if ((importing->line_count == batch_lines || importing->body.length >= BATCH_BYTES) &&
            !send_batch(importing, error))
            return false;
    }
    /* What stands before a broken row is good. */
    if (found < 0) {
        struct error later = {0};
        if (!send_batch(importing, &later))
            *error = later;
        return false;
    }
    return send_batch(importing, error);
}

static enum exit_code print_summary(const struct importing *importing)
{
    const struct tool *tool = importing->tool;
    bool approves = tool->arguments.options[OPTION_APPROVE] != NULL;
    bool is_good =
        importing->refused == 0 && (!approves || importing->approved == importing->waiting.count);
    auto_json json_t *json = NULL;
    auto_free char *text = NULL;

    if (!tool->json) {
        printf("%" PRIu64 " new, %" PRIu64 " there before, %" PRIu64 " refused", importing->created,
               importing->unchanged, importing->refused);
        if (approves)
            printf(", %" PRIu64 " approved", importing->approved);
        putchar('\n');
        return is_good ? EXIT_DONE : EXIT_REFUSED;
    }
    json = json_pack("{s:I, s:I, s:I, s:I, s:O}", "created", (json_int_t)importing->created,
                     "unchanged", (json_int_t)importing->unchanged, "refused",
                     (json_int_t)importing->refused, "approved", (json_int_t)importing->approved,
                     "errors", importing->errors);
    text = json_dumps(json, JSON_COMPACT);
    puts(text);
    return is_good ? EXIT_DONE : EXIT_REFUSED;
}

static enum exit_code run(struct importing *importing)
{
    struct tool *tool = importing->tool;
    struct error error = {0};
    enum exit_code code;
    bool is_good = send_file(importing, &error);

    if (is_good && tool->arguments.options[OPTION_APPROVE] != NULL)
        is_good = waiting_reports_approve(&importing->waiting, tool, &importing->wording,
                                          &importing->approved, &error);
    code = print_summary(importing);
    return is_good ? code : tool_refuse(&error);
}

enum exit_code command_import(struct tool *tool)
{
    auto_free struct importing *importing = memory_zeroed(1, sizeof *importing);
    struct error error = {0};
    enum exit_code code;

    importing->tool = tool;
    if (!wording_load(&tool->client, tool->terminal.language, &importing->wording, &error))
        return tool_refuse(&error);
    if (!import_open(tool->arguments.words[0], &importing->wording, &importing->import, &error)) {
        wording_finish(&importing->wording);
        return tool_refuse(&error);
    }
    importing->errors = json_array();
    code = run(importing);
    json_decref(importing->errors);
    waiting_reports_finish(&importing->waiting);
    buffer_finish(&importing->body);
    import_close(&importing->import);
    wording_finish(&importing->wording);
    return code;
}
