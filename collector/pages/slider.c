/* Time on the city page: a slider, and what happened when. */
#include "collector/pages/dates.h"
#include "collector/pages/map.h"
#include "collector/pages/plot.h"

static void put_event(struct page *page, const struct notice *notice)
{
    struct html *html = &page->html;
    auto_buffer struct buffer from = {0}, day = {0};
    date_interval(&from, html->language, notice->from.first, notice->from.last);
    buffer_day(&day, notice->from.first);
    FILL(html,
         "<li data-day=\"{day}\"><time>{from}</time> <span class=\"kind\">{kind}</span> "
         "<span class=\"what\">{text}</span></li>\n",
         TEXT("day", day.data), TEXT("from", from.data),
         TEXT("kind", term_text(&page->survey->notice_kinds, notice_kind_name(notice->kind),
                                html->language)),
         TEXT("text", html_in(html, &notice->text)));
}

static void put_events(struct page *page)
{
    size_t count = 0;
    const struct notice *const *notices = view_notices(page->view, &count);
    html_put(&page->html, "<details class=\"events\"><summary>{@notice_mark}</summary><ol>\n");
    for (size_t i = 0; i < count; i++)
        if (notices[i]->everywhere && notices[i]->from.first <= page->today)
            put_event(page, notices[i]);
    html_put(&page->html, "</ol></details>\n");
}

void city_slider(const struct city *city)
{
    struct page *page = city->page;
    auto_buffer struct buffer earliest = {0}, today = {0}, as_of = {0};
    buffer_day(&earliest, page->survey->earliest_visit);
    buffer_day(&today, page->today);
    buffer_day(&as_of, page->as_of);
    FILL(&page->html,
         "<div class=\"slider\" hidden data-earliest=\"{earliest}\" data-today=\"{today}\" "
         "data-as-of=\"{as_of}\" data-play=\"{@slider_play}\" data-pause=\"{@slider_pause}\" "
         "data-counts=\"{@slider_counts}\"><div class=\"told\">"
         "<button type=\"button\" class=\"play\"></button>"
         "<output for=\"month\"><b></b> <span></span></output></div>"
         "<div class=\"rail\"><input type=\"range\" id=\"month\" aria-label=\"{@slider_label}\" "
         "step=\"1\"></div><p class=\"event\"></p></div>\n",
         TEXT("earliest", earliest.data), TEXT("today", today.data), TEXT("as_of", as_of.data));
    put_events(page);
}
