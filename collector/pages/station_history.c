#include <math.h>

#include "collector/pages/dates.h"
#include "collector/pages/marks.h"
#include "collector/pages/station.h"

static void put_since(struct html *html, const struct station_segment *segment)
{
    auto_buffer struct buffer between = {0}, likely = {0};
    if (!segment->has_from) {
        html_put(html, "<span class=\"since\">{@since_beginning}</span>");
        return;
    }
    date_bracket(&between, html->language, &segment->from);
    date_day(&likely, html->language, (int32_t)floor(segment->from.likely));
    FILL(html, "<span class=\"since\">{@since_bracket} <small>{@likely_day}</small></span>",
         TEXT("between", between.data), TEXT("likely", likely.data));
}

/* Whether a status that is over rested on no visit before its change began. */
static bool was_inferred(const struct station_page *it, const struct station_segment *segment)
{
    int32_t day =
        segment->has_until ? (int32_t)floor(segment->until.earliest) - 1 : it->page->today;
    if (segment->has_from && day < (int32_t)floor(segment->from.likely))
        day = (int32_t)floor(segment->from.likely);
    struct station_state *state = memory_zeroed(1, sizeof *state);
    view_station(it->page->view, it->index, day, state);
    bool visited = state->visited;
    free(state);
    return !visited;
}

static void put_segment(struct station_page *it, const struct station_segment *segment)
{
    struct html *html = &it->page->html;
    const struct survey *survey = it->page->survey;
    bool now = !segment->has_until && segment->status == it->state.status;
    enum standing standing = it->state.standing;
    if (!now)
        standing = was_inferred(it, segment) ? STANDING_INFERRED : STANDING_CONFIRMED;
    auto_buffer struct buffer status = {0}, id = {0};
    short_text(&status, html_in(html, &survey->statuses.terms[segment->status].text));
    buffer_format(&id, "standing_%s", standing_name(standing));
    bool seen = !now && standing == STANDING_CONFIRMED;
    html_put(html, "<li>");
    mark_status(html, survey, segment->status, standing);
    FILL(html,
         "<span><b class=\"status {class}\">{status}</b> <span class=\"ground\">{ground}</span>",
         TEXT("class", status_class(survey, segment->status)), TEXT("status", status.data),
         TEXT("ground", word(seen ? "history_seen" : id.data, html->language)));
    put_since(html, segment);
    html_put(html, "</span></li>\n");
}

void station_page_history(struct station_page *it)
{
    struct html *html = &it->page->html;
    if (it->state.history_count == 0)
        return;
    html_put(html, "<section aria-labelledby=\"history\"><h2 id=\"history\">{@history}</h2>\n"
                   "<ol class=\"history\">\n");
    for (size_t i = it->state.history_count; i > 0; i--)
        put_segment(it, &it->state.history[i - 1]);
    html_put(html, "</ol></section>\n");
}

static void put_notice(struct page *page, const struct notice *notice)
{
    struct html *html = &page->html;
    const char *kind = notice_kind_name(notice->kind);
    auto_buffer struct buffer from = {0}, until = {0};
    date_interval(&from, html->language, notice->from.first, notice->from.last);
    if (notice->until_text != NULL) {
        buffer_text(&until, html->language == LANGUAGE_EN ? " – " : "至");
        date_interval(&until, html->language, notice->until.first, notice->until.last);
    }
    FILL(html,
         "<li class=\"{kind}\"><p class=\"when\"><b>{from}{until}</b> "
         "<span class=\"kind\">{label}</span></p><p>{text}</p>"
         "<p class=\"quiet\">{@source}{source}</p></li>\n",
         TEXT("kind", kind), TEXT("from", from.data), TEXT("until", until.data),
         TEXT("label", term_text(&page->survey->notice_kinds, kind, html->language)),
         TEXT("text", html_in(html, &notice->text)),
         TEXT("source", html_in(html, &notice->source)));
}

void station_page_notices(struct station_page *it)
{
    struct page *page = it->page;
    size_t count = 0;
    bool any = false;
    const struct notice *const *notices = view_notices(page->view, &count);
    for (size_t i = count; i > 0; i--) {
        if (!notice_applies(notices[i - 1], it->index))
            continue;
        if (!any)
            FILL(&page->html, "<h2 id=\"notices\">{label}</h2>\n<ul class=\"notices\">\n",
                 TEXT("label", page_survey_text(page, "notices")));
        any = true;
        put_notice(page, notices[i - 1]);
    }
    if (any)
        html_put(&page->html, "</ul>\n");
}

static bool in_service(const struct line_stop *stop, int32_t day)
{
    bool opened = stop->opened.first == DAY_NONE || stop->opened.first <= day;
    bool suspended = stop->suspended.first != DAY_NONE && stop->suspended.first <= day &&
                     day <= stop->suspended.last;
    return opened && !suspended;
}

/* The next stop in service from `at` in a direction; -1 at the line's end. */
static int neighbour(const struct line *line, int at, int direction, int32_t day)
{
    for (int step = 1; step < line->stop_count; step++) {
        int next = at + direction * step;
        if (line->loop)
            next = (next + line->stop_count) % line->stop_count;
        if (next < 0 || next >= line->stop_count)
            return -1;
        if (in_service(&line->stops[next], day))
            return line->stops[next].station;
    }
    return -1;
}

static void put_neighbour(struct station_page *it, int station)
{
    struct page *page = it->page;
    const struct station *row = &page->survey->stations[station];
    struct station_state *state = memory_zeroed(1, sizeof *state);
    auto_buffer struct buffer path = {0}, status = {0};
    view_station(page->view, station, page->as_of, state);
    buffer_format(&path, "/stations/%s", row->id);
    short_text(&status, html_in(&page->html, &page->survey->statuses.terms[state->status].text));
    html_put(&page->html, "<li>");
    mark_status(&page->html, page->survey, state->status, state->standing);
    html_put(&page->html, "<a href=\"");
    page_link(page, path.data, NULL, NULL);
    FILL(&page->html, "\">{name}</a> <small>{status}</small></li>\n",
         TEXT("name", html_in(&page->html, &row->name)), TEXT("status", status.data));
    free(state);
}

static void put_line(struct station_page *it, const struct line *line, int index)
{
    struct html *html = &it->page->html;
    html_put(html, "<li>");
    line_chip(html, it->page->survey, index, true);
    html_put(html, "<ul>\n");
    for (int i = 0; i < line->stop_count; i++) {
        if (line->stops[i].station != it->index)
            continue;
        for (int direction = -1; direction <= 1; direction += 2) {
            int station = neighbour(line, i, direction, it->page->as_of);
            if (station >= 0)
                put_neighbour(it, station);
        }
    }
    html_put(html, "</ul></li>\n");
}

void station_page_neighbours(struct station_page *it)
{
    const struct survey *survey = it->page->survey;
    html_put(&it->page->html, "<section aria-labelledby=\"near\"><h2 id=\"near\">{@neighbours}</h2>"
                              "\n<ul class=\"neighbours\">\n");
    for (int i = 0; i < it->station->line_count; i++)
        put_line(it, &survey->lines[it->station->lines[i]], it->station->lines[i]);
    html_put(&it->page->html, "</ul></section>\n");
}
