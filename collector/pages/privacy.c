#include "collector/pages/assets.h"
#include "collector/pages/handlers.h"
#include "collector/pages/task.h"

static enum http_progress privacy_ready(struct task *task)
{
    struct page *page = &task->page;
    struct html *html = &page->html;
    bool english = html->language == LANGUAGE_EN;
    const struct embedded_file *text =
        asset_find("texts", english ? "privacy.en.html" : "privacy.zh.html");
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("privacy_title", html->language));
    page_open(page, title.data, "/privacy");
    FILL(html, text == NULL ? "" : text->data, TEXT("privacy", page_survey_text(page, "privacy")));
    return page_send(page, 200);
}

enum http_progress handle_privacy(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, privacy_ready);
}
