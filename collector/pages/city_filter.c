#include <string.h>

#include "collector/pages/city.h"
#include "collector/pages/marks.h"

static const char *parameter(const struct city *city, const char *name)
{
    const char *value = http_parameter(&city->page->exchange->request, name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static int find_term(const struct term_table *table, const char *id)
{
    for (int i = 0; id != NULL && i < table->count; i++)
        if (strcmp(table->terms[i].id, id) == 0)
            return i;
    return -1;
}

/* Standings are the program's own: found by name, not by place in the survey's table. */
static int find_standing(const char *id)
{
    for (int i = 0; id != NULL && i <= STANDING_UNKNOWN; i++)
        if (strcmp(standing_name((enum standing)i), id) == 0)
            return i;
    return -1;
}

void city_read_filter(struct city *city)
{
    const struct survey *survey = city->page->survey;
    const char *line = parameter(city, "line");
    city->filter = (struct station_filter){
        .query = parameter(city, "q"),
        .line = line == NULL ? -1 : survey_line(survey, line),
        .status = find_term(&survey->statuses, parameter(city, "status")),
        .standing = find_standing(parameter(city, "standing")),
    };
}

bool city_is_filtered(const struct city *city)
{
    const struct station_filter *filter = &city->filter;
    return filter->query != NULL || filter->line >= 0 || filter->status >= 0 ||
           filter->standing >= 0;
}

static void put_option(struct html *html, const char *id, const char *text, bool chosen)
{
    FILL(html, "<option value=\"{id}\"{chosen}>{text}</option>", TEXT("id", id), TEXT("text", text),
         MARKUP("chosen", chosen ? " selected" : ""));
}

static void put_select(struct html *html, const char *name, const char *label)
{
    FILL(html,
         "<label class=\"field\"><span>{label}</span>"
         "<select name=\"{name}\"><option value=\"\">{@filter_any}</option>",
         TEXT("name", name), TEXT("label", label));
}

static void put_lines(const struct city *city)
{
    struct html *html = &city->page->html;
    const struct survey *survey = city->page->survey;
    put_select(html, "line", word("filter_line", html->language));
    for (int i = 0; i < survey->line_count; i++)
        put_option(html, survey->lines[i].id, html_in(html, &survey->lines[i].name),
                   city->filter.line == i);
    html_put(html, "</select></label>");
}

static void put_statuses(const struct city *city)
{
    struct html *html = &city->page->html;
    const struct term_table *statuses = &city->page->survey->statuses;
    put_select(html, "status", word("filter_status", html->language));
    for (int i = 0; i < statuses->count; i++) {
        auto_buffer struct buffer text = {0};
        short_text(&text, html_in(html, &statuses->terms[i].text));
        put_option(html, statuses->terms[i].id, text.data, city->filter.status == i);
    }
    html_put(html, "</select></label>");
}

static void put_standings(const struct city *city)
{
    struct html *html = &city->page->html;
    const struct survey *survey = city->page->survey;
    put_select(html, "standing", word("filter_standing", html->language));
    for (int i = 0; i <= STANDING_UNKNOWN; i++) {
        const char *id = standing_name((enum standing)i);
        put_option(html, id, term_text(&survey->standings, id, html->language),
                   city->filter.standing == i);
    }
    html_put(html, "</select></label>");
}

static void put_days(const struct city *city)
{
    struct page *page = city->page;
    auto_buffer struct buffer day = {0}, earliest = {0}, today = {0}, known = {0};
    buffer_day(&day, page->as_of);
    buffer_day(&earliest, page->survey->earliest_visit);
    buffer_day(&today, page->today);
    FILL(&page->html,
         "<label class=\"field\"><span>{@filter_as_of}</span><input type=\"date\" name=\"as_of\" "
         "value=\"{day}\" min=\"{earliest}\" max=\"{today}\"></label>",
         TEXT("day", page_of_past(page) ? day.data : ""), TEXT("earliest", earliest.data),
         TEXT("today", today.data));
    if (page->known_at == DAY_NONE)
        return;
    buffer_day(&known, page->known_at);
    FILL(&page->html, "<input type=\"hidden\" name=\"known_at\" value=\"{known}\">",
         TEXT("known", known.data));
}

void city_filter_form(const struct city *city)
{
    struct html *html = &city->page->html;
    FILL(html,
         "<form class=\"filters\" action=\"/\" role=\"search\" data-submit=\"change\">"
         "<div class=\"search\"><label for=\"q\">{@search_label}</label>"
         "<input id=\"q\" name=\"q\" type=\"search\" value=\"{query}\" maxlength=\"80\" "
         "placeholder=\"{@search_hint}\" autocomplete=\"off\" autocapitalize=\"off\" "
         "spellcheck=\"false\"><button>{@search}</button></div>\n"
         "<div class=\"fields\">",
         TEXT("query", city->filter.query));
    if (html->language_chosen)
        FILL(html, "<input type=\"hidden\" name=\"lang\" value=\"{lang}\">",
             TEXT("lang", html->language == LANGUAGE_EN ? "en" : "zh"));
    put_lines(city);
    put_statuses(city);
    put_standings(city);
    city_sort_field(city);
    put_days(city);
    html_put(html, "</div></form>\n");
}
