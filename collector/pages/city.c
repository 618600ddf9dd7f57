#include "collector/pages/city.h"

#include <string.h>

#include "collector/pages/dates.h"
#include "collector/pages/handlers.h"
#include "collector/pages/map.h"
#include "collector/pages/marks.h"
#include "collector/pages/task.h"

enum {
    LATELY_DAYS = 180,
    CHANGES_HERE = 6,
    FEW = 40 /* stations that a map shows large without crowding */
};

/* What the headline counts, of stations that are open. What visits tell and what is inferred stay
 * apart in every number. */
struct counts {
    int open, seen, inferred, unknown, lately;
    int *seen_of, *inferred_of; /* by status */
    int most;                   /* the status of most open stations */
};

static void read_rows(struct city *city)
{
    const struct page *page = city->page;
    int count = page->survey->station_count;
    struct station_state *state = memory_zeroed(1, sizeof *state);
    city->rows = memory_zeroed((size_t)count, sizeof *city->rows);
    for (int i = 0; i < count; i++) {
        view_station(page->view, i, page->as_of, state);
        city->rows[i] = (struct city_row){
            .status = state->status,
            .standing = state->standing,
            .visited = state->visited,
            .confidence = state->confidence,
            .last_visit = state->last_visit,
            .reports = state->reports,
            .need = need_of(state),
            .bits = need_bits(page->survey, state),
        };
    }
    free(state);
}

static void count_row(const struct city *city, const struct city_row *row, struct counts *counts)
{
    const struct page *page = city->page;
    bool inferred = row->standing == STANDING_INFERRED;
    if (row->status == page->survey->status_not_open)
        return;
    counts->open++;
    counts->seen += row->visited;
    counts->seen_of[row->status] += row->visited;
    counts->inferred += inferred;
    counts->inferred_of[row->status] += inferred;
    counts->unknown += row->status == page->survey->status_none;
    counts->lately += row->last_visit != DAY_NONE && row->last_visit >= page->as_of - LATELY_DAYS;
}

static void count_rows(const struct city *city, struct counts *counts)
{
    const struct survey *survey = city->page->survey;
    for (int i = 0; i < survey->station_count; i++)
        count_row(city, &city->rows[i], counts);
    for (int i = 0; i < survey->statuses.count; i++)
        if (counts->seen_of[i] + counts->inferred_of[i] >
            counts->seen_of[counts->most] + counts->inferred_of[counts->most])
            counts->most = i;
}

/* "要身份信息的车站：走访所知2座，推断422座" */
static void put_headline(struct page *page, const struct counts *counts)
{
    struct html *html = &page->html;
    auto_buffer struct buffer status = {0}, day = {0};
    short_text(&status, html_in(html, &page->survey->statuses.terms[counts->most].text));
    date_day(&day, html->language, page->as_of);
    FILL(html, "<p class=\"eyebrow\">{title}</p><h1>",
         TEXT("title", html_in(html, &page->survey->title)));
    if (page_of_past(page))
        FILL(html, "{@headline_then}", TEXT("day", day.data));
    if (counts->seen + counts->inferred > 0)
        FILL(html, "{@headline}", TEXT("status", status.data),
             NUMBER("seen", counts->seen_of[counts->most]),
             NUMBER("inferred", counts->inferred_of[counts->most]));
    else
        html_put(html, "{@headline_nothing}");
    html_put(html, "</h1>\n");
}

static void put_breakdown(struct page *page, const int *of_status, enum standing standing)
{
    struct html *html = &page->html;
    html_put(html, "<span class=\"parts\">");
    for (int i = 0; i < page->survey->statuses.count; i++) {
        auto_buffer struct buffer status = {0};
        if (of_status[i] == 0)
            continue;
        short_text(&status, html_in(html, &page->survey->statuses.terms[i].text));
        FILL(html, "<span class=\"nowrap {class}\">", TEXT("class", status_class(page->survey, i)));
        mark_status(html, page->survey, i, standing);
        FILL(html, " {status} {n}</span> ", TEXT("status", status.data), NUMBER("n", of_status[i]));
    }
    html_put(html, "</span>");
}

static void put_figures(struct page *page, const struct counts *counts)
{
    struct html *html = &page->html;
    FILL(html, "<ul class=\"figures\"><li class=\"seen\">{@figure_seen}",
         NUMBER("n", counts->seen));
    put_breakdown(page, counts->seen_of, STANDING_CONFIRMED);
    FILL(html, "</li><li class=\"guess\">{@figure_inferred}", NUMBER("n", counts->inferred));
    put_breakdown(page, counts->inferred_of, STANDING_INFERRED);
    FILL(html, "</li><li>{@figure_unknown}</li>", NUMBER("n", counts->unknown));
    FILL(html, "<li>{@figure_lately}</li></ul>", NUMBER("n", counts->lately));
}

static void put_head(const struct city *city)
{
    struct page *page = city->page;
    struct counts counts = {0};
    size_t statuses = (size_t)page->survey->statuses.count;
    counts.seen_of = memory_zeroed(statuses, sizeof(int));
    counts.inferred_of = memory_zeroed(statuses, sizeof(int));
    count_rows(city, &counts);
    html_put(&page->html, "<div class=\"headline\">");
    put_headline(page, &counts);
    put_figures(page, &counts);
    html_put(&page->html, "</div>\n");
    free(counts.seen_of);
    free(counts.inferred_of);
}

static void put_aside(const struct city *city)
{
    struct page *page = city->page;
    html_put(&page->html, "<aside class=\"aside\">\n");
    if (!city_is_filtered(city))
        city_needs(city);
    html_put(&page->html, "<section aria-labelledby=\"changes\"><h2 id=\"changes\">"
                          "<a href=\"/changes{?}\">{@changes_recent}</a></h2>\n");
    if (changes_list(page, CHANGES_HERE, 3) == 0)
        html_put(&page->html, "<p class=\"quiet\">{@changes_none}</p>");
    html_put(&page->html, "</section>\n</aside>\n");
}

static void city_finish(struct city *city)
{
    free(city->rows);
    free(city->order);
}

/* Named here, modules come together and not one after another. */
static const char head[] = "<link rel=\"stylesheet\" href=\"/assets/city.css\">\n"
                           "<link rel=\"modulepreload\" href=\"/assets/map.js\">"
                           "<link rel=\"modulepreload\" href=\"/assets/card.js\">"
                           "<link rel=\"modulepreload\" href=\"/assets/dom.js\">"
                           "<link rel=\"modulepreload\" href=\"/assets/texts.js\">"
                           "<link rel=\"modulepreload\" href=\"/assets/hands.js\">"
                           "<link rel=\"modulepreload\" href=\"/assets/slider.js\">"
                           "<script type=\"module\" src=\"/assets/city.js\"></script>\n";

static enum http_progress city_ready(struct task *task)
{
    struct page *page = &task->page;
    struct city city = {.page = page};
    city_read_filter(&city);
    read_rows(&city);
    city.order = memory_zeroed((size_t)page->survey->station_count, sizeof(int));
    city.count = view_stations(page->view, &city.filter, page->as_of, city.order);
    city.sort = city_read_sort(page);
    city_sort(&city);
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", html_in(&page->html, &page->survey->title));
    page->head = head;
    page_open(page, title.data, "/");
    FILL(&page->html, "<div class=\"wrap city{filtered}{few}\">\n",
         MARKUP("filtered", city_is_filtered(&city) ? " filtered" : ""),
         MARKUP("few", city.count <= FEW ? " few" : ""));
    put_head(&city);
    city_map(&city);
    city_chart(&city);
    city_filter_form(&city);
    put_aside(&city);
    city_list(&city);
    html_put(&page->html, "</div>\n");
    city_finish(&city);
    return page_send(page, 200);
}

enum http_progress handle_city(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, city_ready);
}
