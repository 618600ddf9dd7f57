#include "collector/pages/city.h"

#include <string.h>

#include "collector/pages/dates.h"
#include "collector/pages/handlers.h"
#include "collector/pages/marks.h"
#include "collector/pages/task.h"

enum {
    LATELY_DAYS = 180,
    CHANGES_HERE = 6
};

/* What the headline counts, of stations that are open. */
struct counts {
    int open, seen, inferred, unknown, lately;
    int *of_status;
    int most; /* the status of most open stations */
};

static void read_rows(struct city *city)
{
    const struct page *page = city->page;
    int count = page->survey->station_count;
    struct station_state *state = memory_zeroed(1, sizeof *state);
    city->rows = memory_zeroed((size_t)count, sizeof *city->rows);
    for (int i = 0; i < count; i++) {
        view_station(page->view, i, page->as_of, state);
        city->rows[i] = (struct city_row){state->status,     state->standing,   state->visited,
                                          state->confidence, state->last_visit, state->reports};
    }
    free(state);
}

static void count_rows(const struct city *city, struct counts *counts)
{
    const struct survey *survey = city->page->survey;
    for (int i = 0; i < survey->station_count; i++) {
        const struct city_row *row = &city->rows[i];
        if (row->status == survey->status_not_open)
            continue;
        counts->open++;
        counts->of_status[row->status]++;
        counts->seen += row->visited;
        counts->inferred += row->standing == STANDING_INFERRED;
        counts->unknown += row->status == survey->status_none;
        counts->lately +=
            row->last_visit != DAY_NONE && row->last_visit >= city->page->as_of - LATELY_DAYS;
    }
    for (int i = 0; i < survey->statuses.count; i++)
        if (counts->of_status[i] > counts->of_status[counts->most])
            counts->most = i;
}

/* "424座车站中，420座要身份信息。" and what that rests on. */
static void put_headline(struct city *city)
{
    struct page *page = city->page;
    struct counts counts = {0};
    counts.of_status = memory_zeroed((size_t)page->survey->statuses.count, sizeof(int));
    count_rows(city, &counts);
    auto_buffer struct buffer status = {0}, day = {0};
    short_text(&status, html_in(&page->html, &page->survey->statuses.terms[counts.most].text));
    date_day(&day, page->html.language, page->as_of);
    FILL(&page->html, "<div class=\"headline\"><p class=\"eyebrow\">{title}</p>",
         TEXT("title", html_in(&page->html, &page->survey->title)));
    html_put(&page->html, "<h1>");
    if (page_of_past(page))
        FILL(&page->html, "{@headline_then}", TEXT("day", day.data));
    else
        html_put(&page->html, "{@headline_now}");
    FILL(&page->html,
         "{@headline}</h1>"
         "<ul class=\"figures\"><li class=\"seen\">{@headline_seen}</li>"
         "<li class=\"guess\">{@headline_inferred}</li><li>{@headline_unknown}</li>"
         "<li>{@headline_lately}</li></ul></div>\n",
         NUMBER("open", counts.open), NUMBER("k", counts.of_status[counts.most]),
         TEXT("status", status.data), NUMBER("seen", counts.seen),
         NUMBER("inferred", counts.inferred), NUMBER("unknown", counts.unknown),
         NUMBER("lately", counts.lately));
    free(counts.of_status);
}

static void put_aside(struct page *page)
{
    html_put(&page->html, "<aside class=\"aside\">\n");
    city_chart(page);
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

static enum http_progress city_ready(struct task *task)
{
    struct page *page = &task->page;
    struct city city = {.page = page};
    city_read_filter(&city);
    read_rows(&city);
    city.order = memory_zeroed((size_t)page->survey->station_count, sizeof(int));
    city.count = view_stations(page->view, &city.filter, page->as_of, city.order);
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", html_in(&page->html, &page->survey->title));
    page_open(page, title.data, "/");
    html_put(&page->html, city_is_filtered(&city) ? "<div class=\"wrap city filtered\">\n"
                                                  : "<div class=\"wrap city\">\n");
    put_headline(&city);
    city_filter_form(&city);
    put_aside(page);
    city_list(&city);
    html_put(&page->html, "</div>\n");
    city_finish(&city);
    return page_send(page, 200);
}

enum http_progress handle_city(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, city_ready);
}
