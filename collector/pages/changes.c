#include "collector/pages/city.h"
#include "collector/pages/dates.h"
#include "collector/pages/handlers.h"
#include "collector/pages/marks.h"
#include "collector/pages/task.h"

enum {
    CHANGES_MAX = 500
};

static void put_status(struct page *page, int status, enum standing standing)
{
    auto_buffer struct buffer text = {0};
    short_text(&text, html_in(&page->html, &page->survey->statuses.terms[status].text));
    html_put(&page->html, "<span class=\"status ");
    html_put(&page->html, status_class(page->survey, status));
    html_put(&page->html, "\">");
    mark_status(&page->html, page->survey, status, standing);
    FILL(&page->html, "{text}</span>", TEXT("text", text.data));
}

static void put_change(struct page *page, const struct status_change *change)
{
    struct html *html = &page->html;
    const struct station *station = &page->survey->stations[change->station];
    auto_buffer struct buffer path = {0}, standing = {0};
    buffer_format(&path, "/stations/%s", station->id);
    buffer_format(&standing, "standing_%s", standing_name(change->standing));
    html_put(html, "<li><a href=\"");
    page_link(page, path.data, NULL, NULL);
    FILL(html, "\">{name}</a> <span class=\"turn\">", TEXT("name", html_in(html, &station->name)));
    put_status(page, change->from, STANDING_CONFIRMED);
    html_put(html, "<span class=\"arrow\" role=\"img\" aria-label=\"{@becomes}\">→</span>");
    put_status(page, change->to, change->standing);
    FILL(html, "<span class=\"ground\">{standing}</span></span></li>\n",
         TEXT("standing", word(standing.data, html->language)));
}

size_t changes_list(struct page *page, size_t limit, int level)
{
    size_t count = 0;
    const struct status_change *changes = view_changes(page->view, &count);
    int32_t before = DAY_NONE;
    for (size_t i = 0; i < count && i < limit; i++) {
        int32_t day = day_of_instant(changes[i].at, page->survey->offset_seconds);
        if (day != before) {
            auto_buffer struct buffer text = {0}, iso = {0};
            date_day(&text, page->html.language, day);
            buffer_day(&iso, day);
            FILL(&page->html,
                 "{close}<h{level} class=\"day\"><time datetime=\"{iso}\">{day}</time></h{level}>"
                 "<ul class=\"changes\">\n",
                 MARKUP("close", before == DAY_NONE ? "" : "</ul>\n"), TEXT("iso", iso.data),
                 TEXT("day", text.data), NUMBER("level", level));
        }
        before = day;
        put_change(page, &changes[i]);
    }
    if (before != DAY_NONE)
        html_put(&page->html, "</ul>\n");
    return count;
}

static enum http_progress changes_ready(struct task *task)
{
    struct page *page = &task->page;
    struct html *html = &page->html;
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("nav_changes", html->language));
    page_open(page, title.data, "/changes");
    html_put(html, "<div class=\"wrap narrow\"><h1>{@nav_changes}</h1><p>{@changes_intro}</p>\n");
    size_t count = changes_list(page, CHANGES_MAX, 2);
    if (count == 0)
        html_put(html, "<p class=\"quiet\">{@changes_none}</p>");
    if (count > CHANGES_MAX)
        html_put(html, "<p class=\"quiet\"><a href=\"/api/v1/changes\">{@changes_more}</a></p>");
    html_put(html, "</div>\n");
    return page_send(page, 200);
}

enum http_progress handle_changes(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, changes_ready);
}
