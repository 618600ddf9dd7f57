/* The data as files (design §6, consensus.md §7): reports from the store, with their header from
 * one view; figures from the view. Up to EXPORT_WHOLE reports come from one moment at which the
 * view was exactly what the store had; more come a page at a time, and what is decided meanwhile
 * may be in them. */
#include <string.h>

#include "collector/intake/keys.h"
#include "collector/intake/reading.h"
#include "collector/intake/shown.h"
#include "collector/store/session.h"

enum {
    EXPORT_PAGE = 500,
    EXPORT_WHOLE = 20000, /* in one job: more would keep intake waiting */
    EXPORT_TRIES = 2000   /* with a view that is behind; then it must do */
};

struct export
{
    struct http_stream stream; /* the first member */
    struct store_job job;
    struct http_exchange *exchange;
    const struct app *app;
    struct view *view;
    void (*begin)(const struct export *export, struct buffer *buffer);
    void (*print)(const struct export *export, const struct stored_report *report,
                  struct buffer *buffer);
    int tries;
    bool is_behind; /* the log has more entries than the view */
    struct buffer part;
    char *after;
    bool has_ended, is_broken;
};

static void export_destroy(struct http_stream *stream)
{
    struct export *export = (struct export *)(void *)stream;
    view_drop(export->view);
    buffer_finish(&export->part);
    free(export->after);
    free(export);
}

static struct export *export_of_job(struct store_job *job)
{
    return (struct export *)(void *)((char *)job - offsetof(struct export, job));
}

static void export_report(void *context, const struct stored_report *report)
{
    struct export *export = context;
    export->print(export, report, &export->part);
}

static bool export_page(struct session *session, struct export *export, struct error *error)
{
    char *next = NULL;
    bool is_bad_after = false;
    const struct report_filter filter = {.station = -1,
                                         .published = true,
                                         .order = ORDER_ID,
                                         .limit = EXPORT_PAGE,
                                         .after = export->after};
    if (!session_page(session, &filter, export_report, export, &next, &is_bad_after, error))
        return false;
    free(export->after);
    export->after = next;
    export->has_ended = next == NULL;
    export->is_broken = is_bad_after;
    return true;
}

static bool export_begin(struct session *session, struct export *export, struct error *error)
{
    uint64_t entries = 0;
    if (!session_entry_count(session, &entries, error))
        return false;
    export->is_behind = entries != view_entries(export->view) && export->tries < EXPORT_TRIES;
    if (export->is_behind)
        return true;
    export->begin(export, &export->part);
    for (int rows = 0; rows < EXPORT_WHOLE && !export->has_ended; rows += EXPORT_PAGE)
        if (!export_page(session, export, error))
            return false;
    return true;
}

static bool export_run(struct session *session, struct store_job *job, struct error *error)
{
    struct export *export = export_of_job(job);
    buffer_clear(&export->part);
    return export->after == NULL ? export_begin(session, export, error)
                                 : export_page(session, export, error);
}

static void export_finish(struct store_job *job)
{
    struct export *export = export_of_job(job);
    export->is_broken = export->is_broken || job->error.kind != ERROR_NONE;
    http_resume(export->exchange);
}

static void export_catch_up(struct export *export)
{
    view_drop(export->view);
    export->view = publisher_view(export->app->publisher);
    export->tries++;
    publisher_look(export->app->publisher);
}

static enum http_progress export_next(struct http_stream *stream, struct http_exchange *exchange,
                                      struct buffer *part)
{
    struct export *export = (struct export *)(void *)stream;
    struct error error = {0};
    if (export->is_broken)
        return HTTP_BROKEN;
    if (export->part.length > 0) {
        buffer_bytes(part, export->part.data, export->part.length);
        buffer_clear(&export->part);
        return HTTP_DONE;
    }
    if (export->has_ended)
        return HTTP_DONE;
    if (export->is_behind)
        export_catch_up(export);
    export->exchange = exchange;
    export->job = (struct store_job){
        .collector = export->app->collector, .run = export_run, .finish = export_finish};
    return store_submit(export->app->store, &export->job, &error) ? HTTP_WAIT : HTTP_BROKEN;
}

static void print_entry(const struct stored_report *report, struct buffer *buffer)
{
    if (report->entry > 0)
        buffer_integer(buffer, (int64_t)report->entry - 1);
}

static void print_pseudonym(const struct export *export, const struct stored_report *report,
                            struct buffer *buffer)
{
    char text[PSEUDONYM_TEXT_SIZE];
    const struct survey *survey = export->app->survey;
    keys_pseudonym(export->app->keys, report->reporter, survey->stations[report->station].id, text);
    buffer_text(buffer, text);
}

/* A published report with what the fit says of its reporter. */
static void print_ndjson(const struct export *export, const struct stored_report *report,
                         struct buffer *buffer)
{
    shown_published(export->app->survey, report, buffer);
    buffer->length--; /* its closing brace: members follow */
    buffer_text(buffer, ",\"entry\":");
    if (report->entry == 0)
        buffer_text(buffer, "null");
    print_entry(report, buffer);
    buffer_text(buffer, ",\"reporter\":");
    if (report->has_reporter) {
        buffer_char(buffer, '"');
        print_pseudonym(export, report, buffer);
        buffer_char(buffer, '"');
    } else {
        buffer_text(buffer, "null");
    }
    buffer_text(buffer, ",\"accuracy\":");
    buffer_number(buffer, view_reporter_accuracy(export->view, report->reporter_number), 4);
    buffer_text(buffer, "}\n");
}

static void csv_text(struct buffer *buffer, const char *text)
{
    buffer_char(buffer, ',');
    if (text != NULL)
        buffer_csv(buffer, text, strlen(text), true);
}

static void csv_answers(const struct survey *survey, const struct stored_report *report,
                        struct buffer *buffer)
{
    for (int q = 0; q < survey->question_count; q++) {
        int8_t answer = report->answers[q];
        csv_text(buffer, answer < 0 ? NULL : survey->questions[q].options[answer].term.id);
    }
}

static void print_csv(const struct export *export, const struct stored_report *report,
                      struct buffer *buffer)
{
    const struct survey *survey = export->app->survey;
    auto_buffer struct buffer visited = {0};
    char id[UUID_TEXT_SIZE];
    uuid_print(report->uuid, id);
    shown_visited(report, &visited);
    buffer_text(buffer, id);
    csv_text(buffer, survey->stations[report->station].id);
    buffer_char(buffer, ',');
    buffer_bytes(buffer, visited.data + 1, visited.length - 2); /* without its quotes */
    csv_text(buffer, survey->basis[report->basis].term.id);
    csv_answers(survey, report, buffer);
    csv_text(buffer, report->note_hidden ? NULL : report->note);
    buffer_format(buffer, ",%u,", report->version);
    if (report->decided != 0)
        buffer_day(buffer, day_of_instant(report->decided, survey->offset_seconds));
    buffer_char(buffer, ',');
    print_entry(report, buffer);
    buffer_char(buffer, ',');
    if (report->has_reporter)
        print_pseudonym(export, report, buffer);
    buffer_char(buffer, ',');
    buffer_number(buffer, view_reporter_accuracy(export->view, report->reporter_number), 4);
    buffer_char(buffer, '\n');
}

static struct export *export_start(struct http_exchange *exchange, const struct app *app)
{
    struct export *export = memory_zeroed(1, sizeof *export);
    export->stream.next = export_next;
    export->stream.destroy = export_destroy;
    export->app = app;
    export->view = publisher_view(app->publisher);
    exchange->reply.stream = &export->stream;
    exchange->reply.public_data = true;
    return export;
}

static void begin_ndjson(const struct export *export, struct buffer *buffer)
{
    view_export_header(export->view, buffer);
    buffer_char(buffer, '\n');
}

static void begin_csv(const struct export *export, struct buffer *buffer)
{
    const struct survey *survey = export->app->survey;
    buffer_text(buffer, "id,station,visited,basis");
    for (int q = 0; q < survey->question_count; q++)
        csv_text(buffer, survey->questions[q].term.id);
    buffer_text(buffer, ",note,version,decided,entry,reporter,accuracy\n");
}

enum http_progress serve_export_ndjson(struct http_exchange *exchange, void *context)
{
    struct export *export = export_start(exchange, context);
    export->print = print_ndjson;
    export->stream.file_name = "reports.ndjson";
    exchange->reply.type = "application/x-ndjson";
    export->begin = begin_ndjson;
    return HTTP_DONE;
}

enum http_progress serve_export_csv(struct http_exchange *exchange, void *context)
{
    struct export *export = export_start(exchange, context);
    export->begin = begin_csv;
    export->print = print_csv;
    export->stream.file_name = "reports.csv";
    exchange->reply.type = "text/csv; charset=utf-8";
    return HTTP_DONE;
}

static enum http_progress csv_reply(struct http_exchange *exchange, const struct view *view,
                                    void (*print)(const struct view *view, struct buffer *buffer),
                                    const char *disposition)
{
    struct buffer csv = {0};
    print(view, &csv);
    exchange->reply.type = "text/csv; charset=utf-8";
    http_set_header(exchange, "Content-Disposition", disposition);
    return read_json_take(exchange, &csv);
}

static enum http_progress respond_status(struct http_exchange *exchange, const struct app *app,
                                         const struct view *view)
{
    (void)app;
    return csv_reply(exchange, view, view_status_csv, "attachment; filename=\"status.csv\"");
}

static enum http_progress respond_history(struct http_exchange *exchange, const struct app *app,
                                          const struct view *view)
{
    (void)app;
    return csv_reply(exchange, view, view_history_csv, "attachment; filename=\"history.csv\"");
}

enum http_progress serve_status_csv(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_status);
}

enum http_progress serve_history_csv(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_history);
}
