/* What can be taken away, with what its columns mean. */
#include "collector/pages/data.h"
#include "collector/pages/city.h"
#include "collector/pages/dates.h"
#include "collector/pages/handlers.h"
#include "collector/pages/reference.h"
#include "collector/pages/task.h"

static const struct {
    const char *path, *name, *word;
} files[] = {
    {"/api/v1/export/status.csv", "status.csv", "data_status"},
    {"/api/v1/export/history.csv", "history.csv", "data_history"},
    {"/api/v1/export/reports.csv", "reports.csv", "data_reports"},
    {"/api/v1/export/reports.ndjson", "reports.ndjson", "data_export"},
    {"/api/v1/summary", "summary", "data_summary"},
    {"/api/v1/timeline", "timeline", "data_timeline"},
    {"/feed.atom", "feed.atom", "data_feed"},
};

static void put_file(struct page *page, const json_t *api, size_t i)
{
    const json_t *item = json_object_get(json_object_get(api, "paths"), files[i].path);
    FILL(&page->html, "<h2 id=\"{name}\"><a href=\"{path}\">{name}</a></h2><p>{what}</p>\n",
         TEXT("name", files[i].name), TEXT("path", files[i].path),
         TEXT("what", word(files[i].word, page->html.language)));
    html_put(&page->html, "<details><summary>{@data_columns}</summary>");
    size_t before = page->html.out.length;
    reference_columns(page, api, json_object_get(item, "get"));
    if (page->html.out.length == before)
        html_put(&page->html, "<p><a href=\"/api{?}\">{@api_title}</a></p>");
    html_put(&page->html, "</details>\n");
}

/* Of another day only the view is kept: what is counted in the store now is of now. */
static void put_past(struct page *page)
{
    auto_buffer struct buffer day = {0};
    if (page->known_at == DAY_NONE)
        return;
    date_day(&day, page->html.language, page->known_at);
    FILL(
        &page->html,
        "<p class=\"past\" role=\"note\">{@data_past} <a href=\"/data{lang}\">{@past_back}</a></p>\n",
        TEXT("day", day.data),
        TEXT("lang", page->html.language == LANGUAGE_EN ? "?lang=en" : "?lang=zh"));
}

static enum http_progress data_write(struct task *task)
{
    struct page *page = &task->page;
    struct html *html = &page->html;
    json_t *api = reference_load(page->app);
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("data_title", html->language));
    page_open(page, title.data, "/data");
    FILL(html,
         "<div class=\"wrap narrow prose\"><h1>{@data_title}</h1><p class=\"lead\">{licence}</p>"
         "<p>{@map_credit} · <a href=\"/api{?}\">{@api_title}</a></p>\n",
         TEXT("licence", page_survey_text(page, "licence")));
    put_past(page);
    for (size_t i = 0; i < ARRAY_LENGTH(files); i++)
        put_file(page, api, i);
    html_put(html, "<h2 id=\"months\">{@data_months}</h2><p>{@data_months_help}</p>\n"
                   "<div class=\"breakout\">");
    city_months(page, true);
    html_put(html, "</div>\n");
    data_answers(page);
    html_put(html, "</div>\n");
    json_decref(api);
    return page_send(page, 200);
}

static enum http_progress data_ready(struct task *task)
{
    return tally_await(task, data_write);
}

enum http_progress handle_data(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, data_ready);
}
