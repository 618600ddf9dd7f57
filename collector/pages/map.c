#include "collector/pages/map.h"

#include "collector/pages/diagram.h"
#include "collector/pages/marks.h"

/* Half the side of a station's mark, in units of the diagram. */
enum {
    MARK_HALF = 6,
    MARK_HALF_INTERCHANGE = 8
};

static void put_tracks(const struct city *city)
{
    struct html *html = &city->page->html;
    const struct survey *survey = city->page->survey;
    html_put(html, "<g class=\"tracks\">\n");
    for (int i = 0; i < survey->line_count; i++) {
        const struct line *line = &survey->lines[i];
        auto_buffer struct buffer path = {0}, chip = {0};
        diagram_track(survey, i, city->page->as_of, &path);
        line_short(&chip, line, html->language);
        FILL(html,
             "<path class=\"l{n}{out}\" data-name=\"{name}\" data-chip=\"{chip}\" d=\"{path}\"/>\n",
             NUMBER("n", i),
             MARKUP("out", city->filter.line >= 0 && city->filter.line != i ? " out" : ""),
             TEXT("name", html_in(html, &line->name)), TEXT("chip", chip.data),
             TEXT("path", path.data));
    }
    html_put(html, "</g>\n");
}

static void put_lines(struct buffer *out, const struct station *station)
{
    for (int i = 0; i < station->line_count; i++)
        buffer_format(out, "%s%d", i == 0 ? "" : " ", station->lines[i]);
}

static void put_stop(const struct city *city, int index, bool passes)
{
    struct page *page = city->page;
    struct html *html = &page->html;
    const struct survey *survey = page->survey;
    const struct station *station = &survey->stations[index];
    const struct city_row *row = &city->rows[index];
    bool built = diagram_is_built(survey, index, page->as_of);
    bool shut = built && !diagram_is_served(survey, index, page->as_of);
    const char *class = built ? status_class(survey, row->status) : "closed";
    int half = station->line_count > 1 ? MARK_HALF_INTERCHANGE : MARK_HALF;
    auto_buffer struct buffer path = {0}, lines = {0};
    buffer_format(&path, "/stations/%s", station->id);
    put_lines(&lines, station);
    html_put(html, "<a tabindex=\"-1\" href=\"");
    page_link(page, path.data, NULL, NULL);
    FILL(html,
         "\" class=\"stop {class} {standing}{shut}{out}\" data-lines=\"{lines}\" "
         "transform=\"translate({x} {y})\"><circle r=\"{radius}\"/><use href=\"#m-{class}\" "
         "x=\"-{half}\" y=\"-{half}\" width=\"{side}\" height=\"{side}\"/>",
         TEXT("class", class), TEXT("standing", standing_name(row->standing)),
         MARKUP("shut", shut ? " shut" : ""), MARKUP("out", passes ? "" : " out"),
         TEXT("lines", lines.data), NUMBER("x", station->x * DIAGRAM_CELL),
         NUMBER("y", station->y * DIAGRAM_CELL), NUMBER("half", half), NUMBER("side", 2 * half),
         NUMBER("radius", half));
    if (row->standing == STANDING_DISPUTED)
        FILL(html,
             "<use class=\"strike\" href=\"#m-strike\" x=\"-{half}\" y=\"-{half}\" "
             "width=\"{side}\" height=\"{side}\"/>",
             NUMBER("half", half), NUMBER("side", 2 * half));
    html_put(html, "</a>\n");
}

static void put_stops(const struct city *city)
{
    const struct survey *survey = city->page->survey;
    bool *passes = memory_zeroed((size_t)survey->station_count + 1, sizeof *passes);
    for (int i = 0; i < city->count; i++)
        passes[city->order[i]] = true;
    html_put(&city->page->html, "<g class=\"stops\">\n");
    for (int i = 0; i < survey->station_count; i++)
        put_stop(city, i, passes[i]);
    html_put(&city->page->html, "</g>\n");
    free(passes);
}

static void put_names(const struct city *city, const struct diagram *diagram)
{
    struct html *html = &city->page->html;
    const struct survey *survey = city->page->survey;
    html_put(html, "<g class=\"names\">\n");
    for (int i = 0; i < survey->station_count; i++) {
        const struct station *station = &survey->stations[i];
        const struct diagram_label *label = &diagram->labels[html->language][i];
        bool built = diagram_is_built(survey, i, city->page->as_of);
        FILL(html, "<text class=\"t{level} a{side}{closed}\" x=\"{x}\" y=\"{y}\">{name}</text>\n",
             NUMBER("level", label->level), NUMBER("side", label->side),
             MARKUP("closed", built ? "" : " closed"), NUMBER("x", station->x * DIAGRAM_CELL),
             NUMBER("y", station->y * DIAGRAM_CELL), TEXT("name", html_in(html, &station->name)));
    }
    html_put(html, "</g>\n");
}

void city_map(const struct city *city)
{
    struct page *page = city->page;
    struct html *html = &page->html;
    const struct diagram *diagram = page->app->diagram;
    if (diagram == NULL)
        return;
    FILL(html,
         "<section class=\"map\" aria-labelledby=\"map\"><h2 id=\"map\">{@map_title}</h2>\n"
         "<div class=\"frame\" data-help=\"{@map_help}\" data-in=\"{@map_in}\" "
         "data-out=\"{@map_out}\" data-whole=\"{@map_whole}\" data-shut=\"{@map_shut}\">"
         "<svg class=\"diagram{filtered}\" viewBox=\"{left} {top} {width} {height}\" "
         "aria-hidden=\"true\">\n",
         MARKUP("filtered", city_is_filtered(city) ? " filtered" : ""),
         NUMBER("left", diagram->left), NUMBER("top", diagram->top),
         NUMBER("width", diagram->width), NUMBER("height", diagram->height));
    put_tracks(city);
    put_stops(city);
    put_names(city, diagram);
    html_put(html, "</svg></div>\n");
    city_legend(city);
    html_put(html, "<p class=\"credit\">{@map_credit}</p></section>\n");
}

void city_legend(const struct city *city)
{
    struct html *html = &city->page->html;
    const struct survey *survey = city->page->survey;
    html_put(html, "<ul class=\"legend shapes\" aria-label=\"{@legend}\">");
    for (int i = 0; i < survey->statuses.count; i++) {
        auto_buffer struct buffer status = {0};
        short_text(&status, html_in(html, &survey->statuses.terms[i].text));
        FILL(html, "<li data-status=\"{id}\" data-class=\"{class}\">",
             TEXT("id", survey->statuses.terms[i].id), TEXT("class", status_class(survey, i)));
        mark_status(html, survey, i, STANDING_CONFIRMED);
        FILL(html, "<span>{status}</span></li>", TEXT("status", status.data));
    }

    static const enum standing shown[] = {STANDING_INFERRED, STANDING_STALE, STANDING_DISPUTED};

    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        auto_buffer struct buffer id = {0};
        buffer_format(&id, "legend_%s", standing_name(shown[i]));
        html_put(html, "<li>");
        mark_status(html, survey, 0, shown[i]);
        FILL(html, "{text}</li>", TEXT("text", word(id.data, html->language)));
    }
    html_put(html, "</ul>\n");
}
