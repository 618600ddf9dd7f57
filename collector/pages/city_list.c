#include "collector/pages/city.h"
#include "collector/pages/dates.h"
#include "collector/pages/map.h"
#include "collector/pages/marks.h"

static void put_chips(struct html *html, const struct survey *survey, const struct station *station)
{
    html_put(html, "<span class=\"chips\">");
    for (int i = 0; i < station->line_count; i++)
        line_chip(html, survey, station->lines[i], true);
    html_put(html, "</span>");
}

/* What the status rests on: a word for the standing, and when somebody was last there. */
static void put_ground(struct html *html, const struct city_row *row)
{
    auto_buffer struct buffer id = {0}, last = {0};
    bool visited = row->last_visit != DAY_NONE;
    html_put(html, "<span class=\"ground\">");
    if (row->standing != STANDING_UNKNOWN) {
        buffer_format(&id, "standing_%s", standing_name(row->standing));
        FILL(html, "{standing}{joint}", TEXT("standing", word(id.data, html->language)),
             TEXT("joint", visited ? " · " : ""));
    }
    if (visited) {
        date_coarse(&last, html->language, row->last_visit);
        FILL(html, "{@last_visit}", TEXT("last", last.data));
    }
    html_put(html, "</span>");
}

static void put_station(struct city *city, int index)
{
    struct page *page = city->page;
    struct html *html = &page->html;
    const struct survey *survey = page->survey;
    const struct station *station = &survey->stations[index];
    const struct city_row *row = &city->rows[index];
    auto_buffer struct buffer path = {0}, status = {0};
    buffer_format(&path, "/stations/%s", station->id);
    short_text(&status, html_in(html, &survey->statuses.terms[row->status].text));
    html_put(html, "<li>");
    mark_status(html, survey, row->status, row->standing);
    html_put(html, "<a href=\"");
    page_link(page, path.data, NULL, NULL);
    FILL(html, "\">{name}</a>", TEXT("name", html_in(html, &station->name)));
    put_chips(html, survey, station);
    FILL(html, "<span class=\"told\"><span class=\"status {class}\">{status}</span> ",
         TEXT("class", status_class(survey, row->status)), TEXT("status", status.data));
    put_ground(html, row);
    html_put(html, "</span></li>\n");
}

static char initial(const struct survey *survey, int index)
{
    char letter = survey->stations[index].pinyin[0];
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : '#';
}

/* Letters serve only a list that is in their order. */
static bool in_letter_order(const struct city *city)
{
    const struct survey *survey = city->page->survey;
    for (int i = 1; i < city->count; i++)
        if (initial(survey, city->order[i]) < initial(survey, city->order[i - 1]))
            return false;
    return true;
}

static void put_index(struct city *city)
{
    const struct survey *survey = city->page->survey;
    char before = '\0';
    html_put(&city->page->html, "<nav class=\"letters\" aria-label=\"{@letters}\">");
    for (int i = 0; i < city->count; i++) {
        char letter[2] = {initial(survey, city->order[i]), '\0'};
        if (letter[0] != before)
            FILL(&city->page->html, "<a href=\"#letter-{%letter}\">{letter}</a>",
                 TEXT("letter", letter));
        before = letter[0];
    }
    html_put(&city->page->html, "</nav>\n");
}

static void put_groups(struct city *city)
{
    struct html *html = &city->page->html;
    char before = '\0';
    for (int i = 0; i < city->count; i++) {
        char letter[2] = {initial(city->page->survey, city->order[i]), '\0'};
        if (letter[0] != before)
            FILL(html,
                 "{close}<h3 id=\"letter-{%letter}\">{letter}</h3>\n<ul class=\"stations\">\n",
                 MARKUP("close", before == '\0' ? "" : "</ul>\n"), TEXT("letter", letter));
        put_station(city, city->order[i]);
        before = letter[0];
    }
    html_put(html, "</ul>\n");
}

static void put_letters(struct city *city)
{
    put_index(city);
    put_groups(city);
}

/* In the order of the line, where one was chosen and nothing was searched for. */
static void sort_by_line(struct city *city)
{
    const struct survey *survey = city->page->survey;
    const struct line *line = &survey->lines[city->filter.line];
    bool *passes = memory_zeroed((size_t)survey->station_count, sizeof *passes);
    int count = 0;
    for (int i = 0; i < city->count; i++)
        passes[city->order[i]] = true;
    for (int i = 0; i < line->stop_count; i++) {
        int station = line->stops[i].station;
        if (passes[station])
            city->order[count++] = station;
        passes[station] = false;
    }
    city->count = count;
    free(passes);
}

static void put_plain(struct city *city)
{
    html_put(&city->page->html, "<ul class=\"stations\">\n");
    for (int i = 0; i < city->count; i++)
        put_station(city, city->order[i]);
    html_put(&city->page->html, "</ul>\n");
}

static void put_head(struct city *city)
{
    struct page *page = city->page;
    FILL(&page->html, "<h2 id=\"stations\">{@stations} <span class=\"count\">{n}</span></h2>\n",
         NUMBER("n", city->count));
    if (!city_is_filtered(city))
        return;
    html_put(&page->html, "<p class=\"quiet\"><a href=\"");
    page_link(page, "/", NULL, NULL);
    html_put(&page->html, "\">{@filter_clear}</a></p>\n");
}

void city_list(struct city *city)
{
    struct html *html = &city->page->html;
    html_put(html, "<section class=\"list\" aria-labelledby=\"stations\">\n");
    if (city->filter.line >= 0 && city->filter.query == NULL && city->sort == CITY_BY_NAME)
        sort_by_line(city);
    put_head(city);
    if (city->page->app->diagram == NULL)
        city_legend(city);
    if (city->count == 0)
        html_put(html, "<p>{@stations_none}</p>\n");
    else if (city->filter.query != NULL || city->filter.line >= 0 || city->sort != CITY_BY_NAME ||
             !in_letter_order(city))
        put_plain(city);
    else
        put_letters(city);
    html_put(html, "</section>\n");
}
