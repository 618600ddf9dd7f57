/* Where a visit would teach most, and the orders that a list can have. */
#include <string.h>

#include "collector/pages/city.h"
#include "collector/pages/dates.h"
#include "collector/pages/marks.h"

enum {
    NEEDS_SHOWN = 8
};

static const struct {
    const char *id;
    const char *word;
} sorts[] = {
    [CITY_BY_NAME] = {"name", "sort_name"},
    [CITY_BY_STATUS] = {"status", "sort_status"},
    [CITY_BY_VISIT] = {"visited", "sort_visited"},
    [CITY_BY_NEED] = {"need", "sort_need"},
};

enum city_sort city_read_sort(const struct page *page)
{
    const char *value = http_parameter(&page->exchange->request, "sort");
    for (size_t i = 0; value != NULL && i < ARRAY_LENGTH(sorts); i++)
        if (strcmp(value, sorts[i].id) == 0)
            return (enum city_sort)i;
    return CITY_BY_NAME;
}

void city_sort_field(const struct city *city)
{
    struct html *html = &city->page->html;
    html_put(html, "<label class=\"field\"><span>{@sort}</span><select name=\"sort\">");
    for (size_t i = 0; i < ARRAY_LENGTH(sorts); i++)
        FILL(html, "<option value=\"{id}\"{chosen}>{text}</option>",
             TEXT("id", i == 0 ? "" : sorts[i].id),
             MARKUP("chosen", city->sort == i ? " selected" : ""),
             TEXT("text", word(sorts[i].word, html->language)));
    html_put(html, "</select></label>");
}

/* A busy station counts by its lines. */
static double worth(const struct city *city, int index)
{
    const struct city_row *row = &city->rows[index];
    return row->need == NEED_NONE ? 0 : row->bits * city->page->survey->stations[index].line_count;
}

/* Greater comes first. */
static double key(const struct city *city, int index)
{
    const struct city_row *row = &city->rows[index];
    switch (city->sort) {
    case CITY_BY_NAME:
        return 0;
    case CITY_BY_STATUS:
        return -(row->status * 16.0 + (double)row->standing);
    case CITY_BY_VISIT:
        return row->last_visit;
    case CITY_BY_NEED:
        return worth(city, index);
    }
    return 0;
}

static int compare(const void *left, const void *right, void *context)
{
    const int *a = left, *b = right;
    double first = key(context, *a), second = key(context, *b);
    if (first > second || first < second)
        return first > second ? -1 : 1;
    return (*a > *b) - (*a < *b);
}

void city_sort(struct city *city)
{
    if (city->sort != CITY_BY_NAME)
        qsort_r(city->order, (size_t)city->count, sizeof *city->order, compare, city);
}

static void put_need(const struct city *city, int index)
{
    static const char *const reasons[] = {"", "need_disputed", "need_stale", "need_never",
                                          "need_inferred"};
    struct page *page = city->page;
    struct html *html = &page->html;
    const struct station *station = &page->survey->stations[index];
    const struct city_row *row = &city->rows[index];
    auto_buffer struct buffer path = {0}, last = {0};
    buffer_format(&path, "/stations/%s", station->id);
    if (row->last_visit != DAY_NONE)
        date_coarse(&last, html->language, row->last_visit);
    html_put(html, "<li>");
    mark_status(html, page->survey, row->status, row->standing);
    html_put(html, "<a href=\"");
    page_link(page, path.data, NULL, NULL);
    FILL(html, "\">{name}</a><span class=\"chips\">", TEXT("name", html_in(html, &station->name)));
    for (int i = 0; i < station->line_count; i++)
        line_chip(html, page->survey, station->lines[i], true);
    FILL(html, "</span><span class=\"told\">{reason}{joint}",
         TEXT("reason", word(reasons[row->need], html->language)),
         TEXT("joint", last.length == 0 ? "" : " · "));
    if (last.length > 0)
        FILL(html, "{@last_visit}", TEXT("last", last.data));
    html_put(html, "</span></li>\n");
}

/* The city's best, whatever the filter leaves out. */
void city_needs(const struct city *city)
{
    struct page *page = city->page;
    int count = page->survey->station_count;
    struct city all = *city;
    all.sort = CITY_BY_NEED;
    all.count = count;
    all.order = memory_zeroed((size_t)count + 1, sizeof *all.order);
    for (int i = 0; i < count; i++)
        all.order[i] = i;
    city_sort(&all);
    html_put(&page->html, "<section class=\"needs\" aria-labelledby=\"needs\"><h2 id=\"needs\">"
                          "{@needs_title}</h2><p class=\"quiet\">{@needs_help}</p>"
                          "<ol class=\"stations\">\n");
    for (int i = 0; i < count && i < NEEDS_SHOWN && worth(&all, all.order[i]) > 0; i++)
        put_need(&all, all.order[i]);
    html_put(&page->html, "</ol><p class=\"more\"><a href=\"");
    page_link(page, "/", "sort", "need");
    html_put(&page->html, "#stations\">{@needs_all}</a></p></section>\n");
    free(all.order);
}
