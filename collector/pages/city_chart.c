#include "collector/pages/city.h"
#include "collector/pages/dates.h"
#include "collector/pages/map.h"
#include "collector/pages/marks.h"
#include "collector/pages/plot.h"
#include "collector/pages/tally.h"

enum {
    PANEL_HEIGHT = 88
};

/* One panel of the chart: what visits tell, or what is inferred. Each has its own scale. */
struct panel {
    struct plot plot;
    const struct month_counts *months;
    size_t count;
    bool seen;
    int32_t *days; /* the end of each month */
    double *lower, *upper;
    double most; /* the scale's top */
};

static bool is_counted(const struct survey *survey, int status)
{
    return status != survey->status_none && status != survey->status_not_open;
}

static uint32_t value(const struct panel *panel, size_t month, int status)
{
    const struct month_counts *counts = &panel->months[month];
    return panel->seen ? counts->visited[status] : counts->all[status] - counts->visited[status];
}

static void find_most(struct panel *panel)
{
    const struct survey *survey = panel->plot.page->survey;
    panel->most = 1;
    for (size_t i = 0; i < panel->count; i++) {
        double sum = 0;
        for (int status = 0; status < survey->statuses.count; status++)
            if (is_counted(survey, status))
                sum += value(panel, i, status);
        if (sum > panel->most)
            panel->most = sum;
    }
}

static void put_layers(struct panel *panel)
{
    const struct survey *survey = panel->plot.page->survey;
    for (size_t i = 0; i < panel->count; i++)
        panel->lower[i] = 0;
    for (int status = 0; status < survey->statuses.count; status++) {
        if (!is_counted(survey, status))
            continue;
        for (size_t i = 0; i < panel->count; i++)
            panel->upper[i] = panel->lower[i] + value(panel, i, status) / panel->most;
        plot_layer(&panel->plot, &(struct layer){panel->days, panel->lower, panel->upper,
                                                 panel->count, status_class(survey, status)});
        for (size_t i = 0; i < panel->count; i++)
            panel->lower[i] = panel->upper[i];
    }
}

static void put_panel(struct panel *panel)
{
    struct html *html = &panel->plot.page->html;
    find_most(panel);
    FILL(html,
         "<div class=\"panel\"><p><b>{name}</b> <span class=\"quiet\">{@chart_scale}</span></p>"
         "<svg class=\"plot {class}\" height=\"{full}\" aria-hidden=\"true\">"
         "<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" width=\"100%\" "
         "height=\"{height}\">",
         TEXT("name", word(panel->seen ? "chart_seen" : "chart_inferred", html->language)),
         NUMBER("most", panel->most), TEXT("class", panel->seen ? "seen" : "guess"),
         NUMBER("full", PANEL_HEIGHT + 16), NUMBER("height", PANEL_HEIGHT));
    put_layers(panel);
    html_put(html, "</svg>");
    if (!panel->seen)
        FILL(html,
             "<rect class=\"veil\" width=\"100%\" height=\"{height}\" "
             "fill=\"url(#veil)\"/>",
             NUMBER("height", PANEL_HEIGHT));
    plot_years(&panel->plot, PANEL_HEIGHT);
    plot_notices(&panel->plot, -1, PANEL_HEIGHT);
    html_put(html, "</svg></div>\n");
}

/* Whether an answer can say this status. */
static bool is_said(const struct survey_question *question, int status)
{
    for (int i = 0; i < question->option_count; i++)
        if (question->for_status && question->options[i].status == status)
            return true;
    return false;
}

static bool is_sayable(const struct survey *survey, int status)
{
    for (int q = 0; q < survey->question_count; q++)
        if (is_said(&survey->questions[q], status))
            return true;
    return false;
}

/* How many answers of the month's reports, or of those of a year, said the status. */
static uint32_t said(const struct page *page, const struct month_counts *month,
                     enum tally_span span, int status)
{
    const struct survey *survey = page->survey;
    uint32_t sum = 0;
    for (int q = 0; q < survey->question_count; q++)
        for (int i = 0; i < survey->questions[q].option_count; i++)
            if (survey->questions[q].for_status && survey->questions[q].options[i].status == status)
                sum +=
                    tally_count(page->app->tally, month->year * 12 + month->month - 1, span, q, i);
    return sum;
}

static void put_status_head(struct page *page, int status, struct buffer *cells)
{
    auto_buffer struct buffer text = {0};
    short_text(&text, html_in(&page->html, &page->survey->statuses.terms[status].text));
    buffer_text(cells, "<th scope=\"col\">");
    buffer_html(cells, text.data, text.length);
    buffer_text(cells, "</th>");
}

static void put_table_head(struct page *page, bool raw)
{
    struct html *html = &page->html;
    const struct survey *survey = page->survey;
    auto_buffer struct buffer cells = {0}, raw_cells = {0}, raw_head = {0};
    int columns = 0, raw_columns = 0;
    for (int status = 0; status < survey->statuses.count; status++) {
        if (is_counted(survey, status)) {
            columns++;
            put_status_head(page, status, &cells);
        }
        if (raw && is_sayable(survey, status)) {
            raw_columns++;
            put_status_head(page, status, &raw_cells);
        }
    }
    if (raw)
        buffer_format(&raw_head, "<th colspan=\"%d\" scope=\"colgroup\">%s</th>", raw_columns,
                      word("data_said", html->language));
    FILL(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{@chart_numbers}\">"
        "<table class=\"numbers\"><thead><tr><th rowspan=\"2\" scope=\"col\">{@month}</th>"
        "<th colspan=\"{n}\" scope=\"colgroup\">{@chart_seen}</th>"
        "<th colspan=\"{n}\" scope=\"colgroup\">{@chart_inferred}</th>"
        "<th rowspan=\"2\" scope=\"col\">{none}</th>"
        "<th rowspan=\"2\" scope=\"col\">{@reports_head}</th>{raw_head}</tr><tr>{cells}{cells}{raw_cells}</tr></thead>"
        "<tbody>\n",
        NUMBER("n", columns), MARKUP("cells", cells.data), MARKUP("raw_cells", raw_cells.data),
        MARKUP("raw_head", raw_head.data),
        TEXT("none", html_in(html, &survey->statuses.terms[survey->status_none].text)));
}

/* The raw counts that end a row. */
static void put_raw(struct page *page, const struct month_counts *month, enum tally_span span,
                    bool raw)
{
    struct html *html = &page->html;
    const struct survey *survey = page->survey;
    FILL(html, "<td>{reports}</td>",
         NUMBER("reports", span == TALLY_YEAR ? month->of_year : month->reports - month->of_year));
    for (int status = 0; raw && status < survey->statuses.count; status++)
        if (is_sayable(survey, status))
            FILL(html, "<td>{n}</td>", NUMBER("n", said(page, month, span, status)));
    html_put(html, "</tr>\n");
}

/* Visits of which only the year is known belong to no month: they have a row beneath the year's. */
static void put_year(struct page *page, const struct month_counts *month, bool raw)
{
    const struct survey *survey = page->survey;
    int columns = 1;
    for (int status = 0; status < survey->statuses.count; status++)
        columns += is_counted(survey, status) ? 2 : 0;
    FILL(&page->html,
         "<tr class=\"of-year\"><th scope=\"row\">{@month_unknown}</th>"
         "<td colspan=\"{columns}\"></td>",
         NUMBER("year", month->year), NUMBER("columns", columns));
    put_raw(page, month, TALLY_YEAR, raw);
}

static void put_row(struct page *page, const struct month_counts *month, bool raw)
{
    struct html *html = &page->html;
    const struct survey *survey = page->survey;
    FILL(html, "<tr><th scope=\"row\">{year}-{zero}{month}</th>", NUMBER("year", month->year),
         MARKUP("zero", month->month < 10 ? "0" : ""), NUMBER("month", month->month));
    for (int seen = 1; seen >= 0; seen--)
        for (int status = 0; status < survey->statuses.count; status++)
            if (is_counted(survey, status))
                FILL(html, "<td>{n}</td>",
                     NUMBER("n", seen ? month->visited[status]
                                      : month->all[status] - month->visited[status]));
    FILL(html, "<td>{none}</td>", NUMBER("none", month->all[survey->status_none]));
    put_raw(page, month, TALLY_MONTH, raw);
    if (month->of_year > 0)
        put_year(page, month, raw);
}

static void put_legend(struct page *page)
{
    struct html *html = &page->html;
    const struct survey *survey = page->survey;
    html_put(html, "<ul class=\"legend\">");
    for (int status = 0; status < survey->statuses.count; status++) {
        auto_buffer struct buffer text = {0};
        if (!is_counted(survey, status))
            continue;
        short_text(&text, html_in(html, &survey->statuses.terms[status].text));
        FILL(html, "<li><span class=\"swatch {class}\"></span>{text}</li>",
             TEXT("class", status_class(survey, status)), TEXT("text", text.data));
    }
    html_put(html, "<li><svg class=\"flag\" viewBox=\"0 0 7 7\" aria-hidden=\"true\"><path d=\"M0 "
                   "0H7L4.5 3.5 7 7H0Z\"/></svg>{@notice_mark}</li></ul>\n");
}

static void put_panels(struct page *page, const struct month_counts *months, size_t count)
{
    struct panel panel = {.plot = plot_of_survey(page), .months = months, .count = count};
    panel.days = memory_zeroed(count + 1, sizeof *panel.days);
    panel.lower = memory_zeroed(count + 1, sizeof *panel.lower);
    panel.upper = memory_zeroed(count + 1, sizeof *panel.upper);
    for (size_t i = 0; i < count; i++) {
        bool december = months[i].month == 12;
        panel.days[i] = day_from_date(
            (struct date){months[i].year + december, december ? 1 : months[i].month + 1, 1});
    }
    panel.seen = true;
    put_panel(&panel);
    panel.seen = false;
    put_panel(&panel);
    free(panel.days);
    free(panel.lower);
    free(panel.upper);
}

void city_months(struct page *page, bool raw)
{
    raw = raw && page->app->tally != NULL;
    size_t count = 0;
    const struct month_counts *months = view_months(page->view, &count);
    put_table_head(page, raw);
    for (size_t i = count; i > 0; i--)
        put_row(page, &months[i - 1], raw);
    html_put(&page->html, "</tbody></table></div>\n");
}

void city_chart(const struct city *city)
{
    struct page *page = city->page;
    size_t count = 0;
    const struct month_counts *months = view_months(page->view, &count);
    html_put(&page->html, "<section class=\"chart\" aria-labelledby=\"chart\">"
                          "<h2 id=\"chart\">{@chart_title}</h2>\n");
    city_slider(city);
    put_legend(page);
    put_panels(page, months, count);
    html_put(&page->html, "<details><summary>{@chart_numbers}</summary>");
    city_months(page, false);
    html_put(&page->html, "</details></section>\n");
}
