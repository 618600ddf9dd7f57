#include "collector/pages/plot.h"

#include <math.h>

struct plot plot_of_survey(struct page *page)
{
    return (struct plot){page, page->survey->earliest_visit, page->today};
}

static double fraction(const struct plot *plot, double day)
{
    double span = (double)plot->last - plot->first;
    double place = span > 0 ? (day - plot->first) / span : 0;
    return place < 0 ? 0 : place > 1 ? 1 : place;
}

/* By integers: a page has some ten thousand of these, and printing doubles is dear. */
void plot_number(struct buffer *out, double value)
{
    int64_t hundredths = llround(value * 100);
    if (hundredths < 0)
        buffer_char(out, '-');
    hundredths = hundredths < 0 ? -hundredths : hundredths;
    buffer_integer(out, hundredths / 100);
    if (hundredths % 100 == 0)
        return;
    buffer_char(out, '.');
    buffer_char(out, (char)('0' + hundredths / 10 % 10));
    if (hundredths % 10 != 0)
        buffer_char(out, (char)('0' + hundredths % 10));
}

void plot_percent(const struct plot *plot, double day, struct buffer *out)
{
    plot_number(out, fraction(plot, day) * 100);
    buffer_char(out, '%');
}

void plot_years(const struct plot *plot, int height)
{
    struct html *html = &plot->page->html;
    int last = day_to_date(plot->last).year;
    for (int year = day_to_date(plot->first).year; year <= last; year++) {
        int32_t day = day_from_date((struct date){year, 1, 1});
        auto_buffer struct buffer x = {0};
        plot_percent(plot, day, &x);
        FILL(html, "<line class=\"year\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"{bottom}\"/>",
             TEXT("x", x.data), NUMBER("bottom", height + 14));
        /* A year that has hardly begun has no room for its number. */
        if (fraction(plot, day) < 0.93)
            FILL(html, "<text class=\"tick\" x=\"{x}\" y=\"{y}\" dx=\"4\">{year}</text>",
                 TEXT("x", x.data), NUMBER("y", height + 13), NUMBER("year", year));
    }
}

const char *notice_kind_name(enum notice_kind kind)
{
    static const char *const names[] = {"official", "press", "finding"};
    return names[kind];
}

void plot_notices(const struct plot *plot, int station, int height)
{
    size_t count = 0;
    const struct notice *const *notices = view_notices(plot->page->view, &count);
    for (size_t i = 0; i < count; i++) {
        const struct notice *notice = notices[i];
        bool applies = station < 0 ? notice->everywhere : notice_applies(notice, station);
        if (!applies || notice->from.first > plot->page->today)
            continue;
        auto_buffer struct buffer x = {0};
        plot_percent(plot, notice->from.first, &x);
        FILL(&plot->page->html,
             "<g class=\"notice {kind}\"><line x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"{height}\"/>"
             "<svg x=\"{x}\" y=\"0\" overflow=\"visible\"><path d=\"M0 0H7L4.5 3.5 7 7H0Z\"/></svg>"
             "<title>{text}</title></g>",
             TEXT("kind", notice_kind_name(notice->kind)), TEXT("x", x.data),
             NUMBER("height", height), TEXT("text", html_in(&plot->page->html, &notice->text)));
    }
}

static void put_point(const struct plot *plot, const struct layer *layer, size_t i, double value)
{
    struct buffer *out = &plot->page->html.out;
    plot_number(out, fraction(plot, layer->days[i]) * 1000);
    buffer_char(out, ' ');
    plot_number(out, (1 - value) * 100);
    buffer_char(out, ' ');
}

void plot_layer(const struct plot *plot, const struct layer *layer)
{
    struct html *html = &plot->page->html;
    if (layer->count == 0)
        return;
    FILL(html, "<path class=\"area {class}\" d=\"M", TEXT("class", layer->class));
    for (size_t i = 0; i < layer->count; i++)
        put_point(plot, layer, i, layer->upper[i]);
    for (size_t i = layer->count; i > 0; i--)
        put_point(plot, layer, i - 1, layer->lower[i - 1]);
    html_put(html, "Z\"/>");
}
