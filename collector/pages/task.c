#include "collector/pages/task.h"

#include "collector/pages/pages.h"
#include "collector/store/session.h"

static void report_list_destroy(struct report_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        free(list->at[i].note);
    free(list->at);
    free(list);
}

static void task_destroy(void *state)
{
    struct task *task = state;
    page_finish(&task->page);
    report_list_destroy(task->reports);
    publications_finish(&task->publications);
    free(task);
}

/* The exchange has waited: whatever is ready goes out. */
static void go_on(struct task *task, enum http_progress progress)
{
    if (progress != HTTP_WAIT)
        http_resume(task->page.exchange);
}

static void past_ready(void *context, struct view *view, const struct error *error)
{
    struct task *task = context;
    task->page.view = view;
    if (view == NULL)
        go_on(task,
              pages_refusal(task->page.app, task->page.exchange, error_http_status(error->kind)));
    else
        go_on(task, task->ready(task));
}

static enum http_progress task_past(struct task *task)
{
    struct page *page = &task->page;
    const struct app *app = page->app;
    const struct past_view request = {page->known_at, past_ready, task};
    struct error error = {0};
    if (publisher_past_view(app->publisher, app->collector, &request, &page->view, &error))
        return task->ready(task);
    if (error.kind != ERROR_NONE)
        return pages_refusal(app, page->exchange, error_http_status(error.kind));
    return HTTP_WAIT;
}

enum http_progress task_start(const struct app *app, struct http_exchange *exchange, int station,
                              enum http_progress (*ready)(struct task *task))
{
    struct task *task = memory_zeroed(1, sizeof *task);
    exchange->state = task;
    exchange->destroy_state = task_destroy;
    task->ready = ready;
    task->station = station;
    page_start(&task->page, app, exchange);
    page_read_days(&task->page);
    if (task->page.known_at != DAY_NONE)
        return task_past(task);
    task->page.view = publisher_view(app->publisher);
    return page_send_kept(&task->page) ? HTTP_DONE : ready(task);
}

struct record_job {
    struct store_job job;
    struct task *task;
    struct report_list *list;
    struct publications publications;
    int64_t decided_before; /* reports decided later are not what was published then */
    enum http_progress (*then)(struct task *task);
};

static void keep_report(void *context, const struct stored_report *report)
{
    struct record_job *job = context;
    struct report_list *list = job->list;
    if (list->count == REPORTS_READ_MAX || report->decided >= job->decided_before)
        return;
    struct shown_report *shown = &list->at[list->count++];
    shown->visited = report->visited;
    shown->basis = report->basis;
    for (size_t i = 0; i < ARRAY_LENGTH(shown->answers); i++)
        shown->answers[i] = report->answers[i];
    bool is_told = list->count <= REPORTS_SHOWN_MAX && !report->note_hidden;
    shown->note = is_told ? memory_text(report->note) : NULL;
    uuid_print(report->uuid, shown->uuid);
}

static bool record_run(struct session *session, struct store_job *store_job, struct error *error)
{
    struct record_job *job = (struct record_job *)store_job;
    const struct report_filter filter = {.station = job->task->station,
                                         .any_state = true,
                                         .published = true,
                                         .order = ORDER_NEWEST_VISIT,
                                         .limit = REPORTS_READ_MAX};
    auto_free char *next = NULL;
    bool bad_after = false;
    if (!session_page(session, &filter, keep_report, job, &next, &bad_after, error))
        return false;
    job->list->more = next != NULL;
    return publications_read(job->task->page.app->publisher, session, filter.station,
                             job->decided_before - 1, &job->publications, error);
}

static void record_finish(struct store_job *store_job)
{
    struct record_job *job = (struct record_job *)store_job;
    struct task *task = job->task;
    task->reports = TAKE(job->list);
    task->publications = job->publications;
    enum http_progress (*then)(struct task *) = job->then;
    struct error error = job->job.error;
    free(job);
    if (error.kind == ERROR_NONE)
        go_on(task, then(task));
    else
        go_on(task,
              pages_refusal(task->page.app, task->page.exchange, error_http_status(error.kind)));
}

enum http_progress task_record(struct task *task, enum http_progress (*then)(struct task *task))
{
    const struct page *page = &task->page;
    struct record_job *job = memory_zeroed(1, sizeof *job);
    job->job = (struct store_job){
        .collector = page->app->collector, .run = record_run, .finish = record_finish};
    job->task = task;
    job->then = then;
    job->decided_before = page->known_at == DAY_NONE
                              ? INT64_MAX
                              : day_begin(page->known_at + 1, page->survey->offset_seconds);
    job->list = memory_zeroed(1, sizeof *job->list);
    job->list->at = memory_zeroed(REPORTS_READ_MAX, sizeof *job->list->at);
    struct error error = {0};
    if (store_submit(page->app->store, &job->job, &error))
        return HTTP_WAIT;
    report_list_destroy(job->list);
    free(job);
    return pages_refusal(page->app, page->exchange, error_http_status(error.kind));
}
