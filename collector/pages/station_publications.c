/* What was published of a station and when, and how other pages show what is published now. */
#include <math.h>
#include <string.h>

#include "collector/pages/badge.h"
#include "collector/pages/dates.h"
#include "collector/pages/marks.h"
#include "collector/pages/station.h"

enum {
    PUBLICATIONS_SHOWN = 20
};

static void put_basis(struct html *html, const struct status_change *change)
{
    auto_buffer struct buffer id = {0};
    buffer_format(&id, "standing_%s", standing_name(change->standing));
    FILL(html, " <span class=\"ground\">{standing}",
         TEXT("standing", word(id.data, html->language)));
    if (!isnan(change->confidence))
        FILL(html, " · {@confidence}", NUMBER("percent", lround(change->confidence * 100)));
    html_put(html, "</span>");
}

static void put_publication(struct station_page *it, const struct status_change *change,
                            const char *path)
{
    struct html *html = &it->page->html;
    const struct survey *survey = it->page->survey;
    int32_t day = day_of_instant(change->at, survey->offset_seconds);
    auto_buffer struct buffer text = {0}, iso = {0}, status = {0};
    date_day(&text, html->language, day);
    buffer_day(&iso, day);
    short_text(&status, html_in(html, &survey->statuses.terms[change->to].text));
    html_put(html, "<li>");
    mark_status(html, survey, change->to, change->standing);
    FILL(html, "<span><b class=\"status {class}\">{status}</b>",
         TEXT("class", status_class(survey, change->to)), TEXT("status", status.data));
    put_basis(html, change);
    FILL(html,
         "<span class=\"since\"><a href=\"{path}?known_at={iso}{&}\"><time "
         "datetime=\"{iso}\">{day}</time></a>",
         TEXT("path", path), TEXT("iso", iso.data), TEXT("day", text.data));
    if (change->from < 0)
        html_put(html, " <small>{@published_first}</small>");
    html_put(html, "</span></span></li>\n");
}

void station_page_publications(struct station_page *it, const char *path)
{
    struct html *html = &it->page->html;
    const struct publications *list = it->publications;
    int32_t offset = it->page->survey->offset_seconds;
    if (list->count == 0)
        return;
    html_put(html, "<section aria-labelledby=\"published\"><h2 id=\"published\">{@published}</h2>\n"
                   "<p class=\"quiet\">{@published_help}</p>\n<ol class=\"history\">\n");
    int32_t before = DAY_NONE;
    int shown = 0;
    for (size_t i = 0; i < list->count && shown < PUBLICATIONS_SHOWN; i++) {
        int32_t day = day_of_instant(list->at[i].at, offset);
        /* The address of a day shows its last word only. */
        if (day != before) {
            put_publication(it, &list->at[i], path);
            shown++;
        }
        before = day;
    }
    html_put(html, "</ol></section>\n");
}

/* Where this site is, as the reader reached it. */
static void put_origin(const struct station_page *it, struct buffer *out)
{
    const struct http_exchange *exchange = it->page->exchange;
    const char *host = http_header(exchange, "Host");
    const char *scheme = http_header(exchange, "X-Forwarded-Proto");
    if (host == NULL)
        return;
    bool secure = scheme != NULL && strcmp(scheme, "https") == 0;
    buffer_format(out, "%s://%s", secure ? "https" : "http", host);
}

void station_page_badge(struct station_page *it, const char *path)
{
    struct html *html = &it->page->html;
    auto_buffer struct buffer origin = {0};
    struct station_state *state = memory_zeroed(1, sizeof *state);
    struct badge badge;
    view_station(it->page->view, it->index, it->page->today, state);
    badge_init(&badge, it->page->survey, state, html->language);
    put_origin(it, &origin);
    FILL(html,
         "<section class=\"badge\" aria-labelledby=\"badge\"><h2 id=\"badge\">{@badge_title}</h2>\n"
         "<p><img src=\"{path}/badge.svg?lang={lang}\" alt=\"{label}\" width=\"{width}\" "
         "height=\"{height}\"></p>\n<label for=\"badge-code\">{@badge_help}</label>"
         "<textarea id=\"badge-code\" class=\"code\" rows=\"4\" readonly spellcheck=\"false\">"
         "&lt;a href=&quot;{origin}{path}&quot;&gt;&lt;img "
         "src=&quot;{origin}{path}/badge.svg?lang={lang}&quot; alt=&quot;{@badge_alt}&quot; "
         "height=&quot;{height}&quot;&gt;&lt;/a&gt;</textarea>\n"
         "<button data-copy=\"badge-code\" data-done=\"{@receipt_copied}\" hidden>{@receipt_copy}"
         "</button></section>\n",
         TEXT("path", path), TEXT("lang", html->language == LANGUAGE_EN ? "en" : "zh"),
         TEXT("label", badge.label.data), TEXT("name", badge.name.data),
         NUMBER("width", badge.width), NUMBER("height", BADGE_HEIGHT), TEXT("origin", origin.data));
    badge_finish(&badge);
    free(state);
}
