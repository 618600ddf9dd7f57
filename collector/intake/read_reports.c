/* The published reports of a station, a page at a time, from the store. */
#include <string.h>

#include "collector/intake/reading.h"
#include "collector/intake/shown.h"
#include "collector/store/session.h"

struct page {
    struct store_job job; /* the first member */
    struct http_exchange *exchange;
    const struct survey *survey;
    struct report_filter filter;
    struct buffer json;
    char *next;
    bool is_bad_after;
};

static void page_destroy(struct page *page)
{
    buffer_finish(&page->json);
    free(page->next);
    free(page);
}

static void add_report(void *context, const struct stored_report *report)
{
    struct page *page = context;
    if (page->json.data[page->json.length - 1] == '}')
        buffer_char(&page->json, ',');
    shown_published(page->survey, report, &page->json);
}

static bool page_run(struct session *session, struct store_job *job, struct error *error)
{
    struct page *page = (struct page *)(void *)job;
    buffer_clear(&page->json);
    free(TAKE(page->next));
    buffer_text(&page->json, "{\"reports\":[");
    if (!session_page(session, &page->filter, add_report, page, &page->next, &page->is_bad_after,
                      error))
        return false;
    buffer_text(&page->json, "],\"next\":");
    if (page->next == NULL)
        buffer_text(&page->json, "null");
    else
        buffer_json(&page->json, page->next, strlen(page->next));
    buffer_char(&page->json, '}');
    return true;
}

static void page_finish(struct store_job *job)
{
    struct page *page = (struct page *)(void *)job;
    struct http_exchange *exchange = page->exchange;
    if (job->error.kind != ERROR_NONE)
        http_error(exchange, &job->error);
    else if (page->is_bad_after)
        http_problem(exchange, 400,
                     "The parameter after must be what an earlier page gave as next.");
    else
        read_json_take(exchange, &page->json);
    page_destroy(page);
    http_resume(exchange);
}

enum http_progress serve_station_reports(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    uint32_t limit = READ_LIMIT;
    int station = read_station(exchange, app->survey);
    if (station < 0 || !read_limit(exchange, &limit))
        return HTTP_DONE;
    struct page *page = memory_zeroed(1, sizeof *page);
    page->job =
        (struct store_job){.collector = app->collector, .run = page_run, .finish = page_finish};
    page->exchange = exchange;
    page->survey = app->survey;
    page->filter = (struct report_filter){
        .station = station,
        .published = true,
        .order = ORDER_NEWEST_VISIT,
        .limit = limit,
        .after = http_parameter(&exchange->request, "after"),
    };
    struct error error = {0};
    if (store_submit(app->store, &page->job, &error))
        return HTTP_WAIT;
    page_destroy(page);
    return http_error(exchange, &error);
}
