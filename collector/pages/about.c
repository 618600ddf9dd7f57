#include "collector/pages/assets.h"
#include "collector/pages/handlers.h"
#include "collector/pages/marks.h"
#include "collector/pages/task.h"

static enum http_progress about_ready(struct task *task)
{
    struct page *page = &task->page;
    struct html *html = &page->html;
    bool english = html->language == LANGUAGE_EN;
    const struct embedded_file *text =
        asset_find("texts", english ? "about.en.html" : "about.zh.html");
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("nav_about", html->language));
    page_open(page, title.data, "/about");
    FILL(html, text == NULL ? "" : text->data, TEXT("title", html_in(html, &page->survey->title)),
         TEXT("privacy", page_survey_text(page, "privacy")),
         TEXT("licence", page_survey_text(page, "licence")),
         NUMBER("stations", page->survey->station_count), NUMBER("lines", page->survey->line_count),
         NUMBER("pending", view_pending(page->view)));
    return page_send(page, 200);
}

enum http_progress handle_about(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, about_ready);
}
