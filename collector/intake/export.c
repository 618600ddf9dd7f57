/* Reports as files (design §6, consensus.md §7): from the store, with their header from a view. They
 * are those of a moment at which the view was exactly what the store had, whatever is decided while
 * they are sent. */
#include <string.h>

#include "collector/intake/keys.h"
#include "collector/intake/reading.h"
#include "collector/intake/shown.h"
#include "collector/store/hold.h"

enum {
    EXPORT_PAGE = 1000
};

struct export;

struct export_kind {
    const char *file_name, *type;
    void (*begin)(const struct export *export, struct buffer *buffer);
    void (*print)(const struct export *export, const struct stored_report *report,
                  struct buffer *buffer);
};

struct export
{
    struct http_stream stream; /* the first member */
    struct store_job job;
    struct http_exchange *exchange;
    const struct app *app;
    const struct export_kind *kind;
    struct view *view;
    struct hold *hold; /* of the moment of which the view tells */
    char etag[32];
    struct buffer part;
    bool has_more, is_broken;
};

static void export_destroy(struct http_stream *stream)
{
    struct export *export = (struct export *)(void *)stream;
    hold_release(export->hold);
    view_drop(export->view);
    buffer_finish(&export->part);
    free(export);
}

static struct export *export_of_job(struct store_job *job)
{
    return (struct export *)(void *)((char *)job - offsetof(struct export, job));
}

static void export_report(void *context, const struct stored_report *report)
{
    struct export *export = context;
    export->kind->print(export, report, &export->part);
}

static bool export_run(struct session *session, struct store_job *job, struct error *error)
{
    struct export *export = export_of_job(job);
    bool is_lost = false;
    buffer_clear(&export->part);
    if (!session_hold_page(session, export->hold, EXPORT_PAGE, export_report, export,
                           &export->has_more, &is_lost, error))
        return false;
    export->is_broken = is_lost;
    return true;
}

static void export_finish(struct store_job *job)
{
    struct export *export = export_of_job(job);
    export->is_broken = export->is_broken || job->error.kind != ERROR_NONE;
    http_resume(export->exchange);
}

static bool export_submit(struct export *export,
                          bool (*run)(struct session *session, struct store_job *job,
                                      struct error *error),
                          void (*finish)(struct store_job *job), struct error *error)
{
    export->job =
        (struct store_job){.collector = export->app->collector, .run = run, .finish = finish};
    return store_submit(export->app->store, &export->job, error);
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
    if (!export->has_more)
        return HTTP_DONE;
    export->exchange = exchange;
    return export_submit(export, export_run, export_finish, &error) ? HTTP_WAIT : HTTP_BROKEN;
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

/* With how much of the log it follows from. */
static void begin_ndjson(const struct export *export, struct buffer *buffer)
{
    view_export_header(export->view, buffer);
    buffer->length--; /* its closing brace */
    buffer_text(buffer, ",\"entries\":");
    buffer_integer(buffer, (int64_t)view_entries(export->view));
    buffer_text(buffer, "}\n");
}

static void begin_csv(const struct export *export, struct buffer *buffer)
{
    const struct survey *survey = export->app->survey;
    buffer_text(buffer, "id,station,visited,basis");
    for (int q = 0; q < survey->question_count; q++)
        csv_text(buffer, survey->questions[q].term.id);
    buffer_text(buffer, ",note,version,decided,entry,reporter,accuracy\n");
}

static const struct export_kind ndjson_kind = {"reports.ndjson", "application/x-ndjson",
                                               begin_ndjson, print_ndjson};
static const struct export_kind csv_kind = {"reports.csv", "text/csv; charset=utf-8", begin_csv,
                                            print_csv};

static void make_etag(struct export *export)
{
    auto_buffer struct buffer text = {0};
    buffer_char(&text, '"');
    reading_tag(export->view, export->kind->file_name, &text);
    buffer_char(&text, '"');
    memcpy(export->etag, text.data, text.length + 1);
    export->stream.etag = export->etag;
    reading_set_view(export->exchange, export->view);
}

static void export_begin(void *context, struct view *view, struct hold *hold,
                         const struct error *error)
{
    struct export *export = context;
    struct http_exchange *exchange = export->exchange;
    export->view = view;
    export->hold = hold;
    if (hold == NULL) {
        http_error(exchange, error);
    } else {
        export->kind->begin(export, &export->part);
        export->has_more = true;
        make_etag(export);
    }
    http_resume(exchange);
}

static enum http_progress serve_export(struct http_exchange *exchange, const struct app *app,
                                       const struct export_kind *kind)
{
    struct error error = {0};
    struct export *export = memory_zeroed(1, sizeof *export);
    const struct exact_view request = {export_begin, export};
    export->stream = (struct http_stream){
        .next = export_next, .destroy = export_destroy, .file_name = kind->file_name};
    export->app = app;
    export->kind = kind;
    export->exchange = exchange;
    exchange->reply.stream = &export->stream;
    exchange->reply.type = kind->type;
    exchange->reply.public_data = true;
    if (publisher_exact_view(app->publisher, app->collector, &request, &error))
        return HTTP_WAIT;
    return http_error(exchange, &error);
}

enum http_progress serve_export_ndjson(struct http_exchange *exchange, void *context)
{
    return serve_export(exchange, context, &ndjson_kind);
}

enum http_progress serve_export_csv(struct http_exchange *exchange, void *context)
{
    return serve_export(exchange, context, &csv_kind);
}
