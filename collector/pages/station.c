#include "collector/pages/station.h"

#include "collector/pages/dates.h"
#include "collector/pages/handlers.h"
#include "collector/pages/marks.h"
#include "collector/pages/pages.h"

static void put_names(const struct station_page *it)
{
    struct html *html = &it->page->html;
    const struct station *station = it->station;
    bool english = html->language == LANGUAGE_EN;
    FILL(html, "<h1>{name} <small lang=\"{lang}\">{other}</small></h1>\n<p class=\"chips\">",
         TEXT("name", html_in(html, &station->name)), TEXT("lang", english ? "zh-Hans" : "en"),
         TEXT("other", station->name.in[english ? LANGUAGE_ZH : LANGUAGE_EN]));
    for (int i = 0; i < station->line_count; i++)
        line_chip(html, it->page->survey, station->lines[i], false);
    html_put(html, "</p>\n");
}

/* Which day the page tells of, where it is not today, and the way back. */
static void put_past(const struct station_page *it, const char *path)
{
    struct page *page = it->page;
    auto_buffer struct buffer day = {0}, known = {0};
    if (!page_of_past(page))
        return;
    date_day(&day, page->html.language, page->as_of);
    FILL(&page->html, "<p class=\"past\" role=\"note\">{@past_as_of}", TEXT("day", day.data));
    if (page->known_at != DAY_NONE) {
        date_day(&known, page->html.language, page->known_at);
        FILL(&page->html, " {@past_known_at}", TEXT("day", known.data));
    }
    FILL(&page->html, " <a href=\"{path}{?}\">{@past_back}</a></p>\n", TEXT("path", path));
}

static void put_actions(const struct station_page *it)
{
    FILL(&it->page->html,
         "<p class=\"actions\"><a class=\"act\" href=\"/report?station={%id}{&}\">"
         "{@report_here}</a></p>\n",
         TEXT("id", it->station->id));
}

/* Another day: what was true then, and as it was published when. */
static void put_days(const struct station_page *it, const char *path)
{
    struct page *page = it->page;
    auto_buffer struct buffer day = {0}, known = {0}, earliest = {0}, today = {0};
    if (page_of_past(page))
        buffer_day(&day, page->as_of);
    if (page->known_at != DAY_NONE)
        buffer_day(&known, page->known_at);
    buffer_day(&earliest, page->survey->earliest_visit);
    buffer_day(&today, page->today);
    FILL(&page->html,
         "<form class=\"days\" action=\"{path}\"><fieldset><legend>{@days_legend}</legend>"
         "<label class=\"field\"><span>{@filter_as_of}</span><input type=\"date\" name=\"as_of\" "
         "value=\"{day}\" min=\"{earliest}\" max=\"{today}\"></label>"
         "<label class=\"field\"><span>{@known_at}</span><input type=\"date\" name=\"known_at\" "
         "value=\"{known}\" max=\"{today}\"></label>",
         TEXT("path", path), TEXT("day", day.data), TEXT("known", known.data),
         TEXT("earliest", earliest.data), TEXT("today", today.data));
    if (page->html.language_chosen)
        FILL(&page->html, "<input type=\"hidden\" name=\"lang\" value=\"{lang}\">",
             TEXT("lang", page->html.language == LANGUAGE_EN ? "en" : "zh"));
    html_put(&page->html, "<button>{@show}</button></fieldset></form>\n");
}

static void put_body(struct station_page *it, const char *path)
{
    struct html *html = &it->page->html;
    html_put(html, "<div class=\"wrap station\">\n<header class=\"head\">\n");
    put_past(it, path);
    put_names(it);
    station_page_sentence(it);
    put_actions(it);
    html_put(html, "</header>\n<div class=\"side\">\n");
    station_page_conditions(it);
    station_page_history(it);
    station_page_publications(it, path);
    station_page_neighbours(it);
    put_days(it, path);
    html_put(html, "</div>\n<div class=\"body\">\n");
    station_page_questions(it);
    station_page_notices(it);
    station_page_reports(it);
    if (!page_of_past(it->page)) /* the badge is of now */
        station_page_badge(it, path);
    FILL(html,
         "<p class=\"quiet\"><a href=\"/api/v1/stations/{%id}\">{@station_json}</a></p></div>\n"
         "</div>\n",
         TEXT("id", it->station->id));
}

static enum http_progress station_write(struct task *task)
{
    struct page *page = &task->page;
    struct station_page *it = memory_zeroed(1, sizeof *it);
    it->page = page;
    it->index = task->station;
    it->station = &page->survey->stations[task->station];
    it->reports = task->reports;
    it->publications = &task->publications;
    view_station(page->view, it->index, page->as_of, &it->state);
    station_page_sample(it);
    auto_buffer struct buffer title = {0}, path = {0};
    buffer_format(&title, "%s · 站记 Zhanji", html_in(&page->html, &it->station->name));
    buffer_format(&path, "/stations/%s", it->station->id);
    page->head = "<link rel=\"stylesheet\" href=\"/assets/station.css\">\n";
    page_open(page, title.data, "");
    put_body(it, path.data);
    free(it->samples);
    free(it);
    return page_send(page, 200);
}

static enum http_progress station_ready(struct task *task)
{
    return task_record(task, station_write);
}

enum http_progress handle_station(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    int station = survey_station(app->survey, exchange->request.arguments[0]);
    if (station < 0)
        return pages_not_found(app, exchange);
    return task_start(app, exchange, station, station_ready);
}
