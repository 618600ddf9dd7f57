#include "collector/pages/badge.h"

#include <string.h>

#include "collector/pages/handlers.h"
#include "collector/pages/marks.h"
#include "collector/pages/page.h"
#include "collector/pages/pages.h"

enum {
    FONT_SIZE = 12,
    PADDING = 8,
    MARK = 12,
    MARK_GAP = 5,
    EDGE = 2 /* of the dark frame around the second part */
};

/* Advance widths of Helvetica from the space on, in thousandths of its size. */
static const uint16_t widths[] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584,
};

/* By the first byte of a character: from U+3000 on they are as wide as they are high. */
static int character_width(unsigned char byte)
{
    if (byte >= 0x80 && byte < 0xC0)
        return 0;
    if (byte >= 0xE3)
        return 1000;
    if (byte < ' ' || (size_t)(byte - ' ') >= ARRAY_LENGTH(widths))
        return 600;
    return widths[byte - ' '];
}

int badge_text_width(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++)
        width += character_width((unsigned char)*text);
    return (width * FONT_SIZE + 999) / 1000;
}

struct tint {
    const char *class;
    const char *colour;
};

static const struct tint tints[] = {
    {"s0", "#0b6b88"}, {"s1", "#b0440a"},      {"s2", "#47691a"},
    {"s3", "#8c2c6e"}, {"several", "#6c469e"},
};

/* Of a status: the colours of the site's light theme; grey for none. */
static const char *tint_of(const char *class)
{
    for (size_t i = 0; i < ARRAY_LENGTH(tints); i++)
        if (strcmp(tints[i].class, class) == 0)
            return tints[i].colour;
    return "#5a626b";
}

/* How a standing is shown: what is seen on the status's own colour, the rest on paper. */
struct manner {
    bool solid;       /* paper in the status's colour */
    const char *fill; /* of the mark; NULL: in the text's colour */
    const char *paper;
    bool told; /* the standing is said in a word */
};

static const struct manner manners[] = {
    [STANDING_CONFIRMED] = {true, NULL, NULL, false},
    [STANDING_LIKELY] = {true, NULL, NULL, true},
    [STANDING_STALE] = {false, NULL, "#e6e5df", true},
    [STANDING_INFERRED] = {false, "none", "#fff", true},
    [STANDING_DISPUTED] = {false, NULL, "#fff", true},
    [STANDING_UNKNOWN] = {false, "none", "#fff", false},
};

void badge_init(struct badge *badge, const struct survey *survey, const struct station_state *state,
                enum language language)
{
    const struct station *station = &survey->stations[state->station];
    *badge = (struct badge){.survey = survey, .state = state};
    buffer_text(&badge->name, station->name.in[language]);
    short_text(&badge->status, survey->statuses.terms[state->status].text.in[language]);
    if (manners[state->standing].told) {
        auto_buffer struct buffer id = {0};
        buffer_format(&id, "standing_%s", standing_name(state->standing));
        buffer_format(&badge->status, " · %s", word(id.data, language));
    }
    buffer_format(&badge->label, language == LANGUAGE_EN ? "Zhanji, %s: %s" : "站记 %s：%s",
                  badge->name.data, badge->status.data);
    badge->name_width = badge_text_width(badge->name.data) + 2 * PADDING;
    badge->width = badge->name_width + MARK + MARK_GAP + badge_text_width(badge->status.data) +
                   2 * PADDING + EDGE;
}

void badge_finish(struct badge *badge)
{
    buffer_finish(&badge->name);
    buffer_finish(&badge->status);
    buffer_finish(&badge->label);
}

static void put_text(struct html *html, int x, const char *colour, const char *text)
{
    FILL(html,
         "<text x=\"{x}\" y=\"16.3\" fill=\"{colour}\" textLength=\"{width}\" "
         "lengthAdjust=\"spacingAndGlyphs\">{text}</text>",
         NUMBER("x", x), TEXT("colour", colour), NUMBER("width", badge_text_width(text)),
         TEXT("text", text));
}

static void put_mark(const struct badge *badge, struct html *html, const char *ink,
                     const char *paper)
{
    const char *class = status_class(badge->survey, badge->state->status);
    const char *fill = manners[badge->state->standing].fill;
    FILL(html,
         "<svg x=\"{x}\" y=\"6\" width=\"{size}\" height=\"{size}\" viewBox=\"0 0 16 16\" "
         "fill=\"{fill}\" stroke=\"{ink}\" stroke-width=\"2\">{drawing}",
         NUMBER("x", badge->name_width + PADDING), NUMBER("size", MARK),
         TEXT("fill", fill == NULL ? ink : fill), TEXT("ink", ink),
         MARKUP("drawing", mark_drawing(class)));
    if (badge->state->standing == STANDING_DISPUTED)
        FILL(html,
             "<path stroke=\"{paper}\" stroke-width=\"5\" d=\"M1 15 15 1\"/><path d=\"M1 15 15 "
             "1\"/>",
             TEXT("paper", paper));
    html_put(html, "</svg>");
}

void badge_put(const struct badge *badge, struct html *html)
{
    const struct manner *manner = &manners[badge->state->standing];
    const char *tint = tint_of(status_class(badge->survey, badge->state->status));
    const char *paper = manner->solid ? tint : manner->paper;
    const char *ink = manner->solid ? "#fff" : tint;
    FILL(html,
         "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" "
         "viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\" "
         "font-family=\"Helvetica,Arial,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',"
         "sans-serif\" font-size=\"{size}\"><title>{label}</title>"
         "<rect width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"#20272e\"/>"
         "<rect x=\"{left}\" y=\"{edge}\" width=\"{inner}\" height=\"{tall}\" rx=\"2.5\" "
         "fill=\"{paper}\"/>",
         NUMBER("width", badge->width), NUMBER("height", BADGE_HEIGHT),
         TEXT("label", badge->label.data), NUMBER("size", FONT_SIZE),
         NUMBER("left", badge->name_width), NUMBER("edge", EDGE),
         NUMBER("inner", badge->width - badge->name_width - EDGE),
         NUMBER("tall", BADGE_HEIGHT - 2 * EDGE), TEXT("paper", paper));
    put_text(html, PADDING, "#fff", badge->name.data);
    put_mark(badge, html, ink, paper);
    put_text(html, badge->name_width + PADDING + MARK + MARK_GAP, ink, badge->status.data);
    html_put(html, "</svg>\n");
}

enum http_progress handle_badge(struct http_exchange *exchange, void *context)
{
    const struct app *app = context;
    int station = survey_station(app->survey, exchange->request.arguments[0]);
    if (station < 0)
        return pages_not_found(app, exchange);
    struct view *view = publisher_view(app->publisher);
    struct station_state *state = memory_zeroed(1, sizeof *state);
    view_station(view, station, view_today(view), state);
    struct html html = {.language = pages_language(exchange)};
    struct badge badge;
    badge_init(&badge, app->survey, state, html.language);
    badge_put(&badge, &html);
    badge_finish(&badge);
    free(state);
    view_drop(view);
    exchange->reply.status = 200;
    exchange->reply.type = "image/svg+xml";
    exchange->reply.body = html.out;
    exchange->reply.public_data = true;
    return HTTP_DONE;
}
