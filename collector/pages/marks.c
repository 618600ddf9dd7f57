#include "collector/pages/marks.h"

#include <string.h>

/* In units of 16 × 16. */
struct shape {
    const char *class;
    const char *drawing;
};

static const struct shape shapes[] = {
    {"s0", "<circle cx=\"8\" cy=\"8\" r=\"6\"/>"},
    {"s1", "<rect x=\"2.5\" y=\"2.5\" width=\"11\" height=\"11\"/>"},
    {"s2", "<path d=\"M8 2 14.5 13.5H1.5Z\"/>"},
    {"s3", "<path d=\"M8 1.7 14.3 6.3 11.9 13.7H4.1L1.7 6.3Z\"/>"},
    {"several",
     "<path d=\"M8 1.5 1.5 8 8 14.5Z\"/><path fill=\"none\" d=\"M8 1.5 14.5 8 8 14.5 1.5 8Z\"/>"},
    {"none", "<circle fill=\"none\" stroke-dasharray=\"2.2 2.51\" cx=\"8\" cy=\"8\" r=\"6\"/>"},
    {"closed", "<path fill=\"none\" d=\"M3 8H13\"/>"},
    {"strike",
     "<path fill=\"none\" class=\"strike-under\" d=\"M1 15 15 1\"/><path fill=\"none\" d=\"M1 15 15 1\"/>"},
    {"true", "<path fill=\"none\" d=\"M2.5 8.5 6.5 12.5 13.5 4\"/>"},
    {"false", "<path fill=\"none\" d=\"M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5\"/>"},
    {"unknown",
     "<path fill=\"none\" d=\"M5 6A3 3 0 1 1 9.3 8.6C8.4 9.1 8 9.6 8 10.5M8 13.2V13.4\"/>"},
    {"o0", "<path d=\"M8 2 14.5 13.5H1.5Z\"/>"},
    {"o1", "<path d=\"M8 1.7 14.3 6.3 11.9 13.7H4.1L1.7 6.3Z\"/>"},
    {"o2", "<path d=\"M8 14 14.5 2.5H1.5Z\"/>"},
    {"o3", "<path d=\"M8 1.5 14.5 8 8 14.5 1.5 8Z\"/>"},
    {"o4", "<path d=\"M6 2h4v4h4v4h-4v4H6v-4H2V6h4Z\"/>"},
    {"o5", "<rect x=\"5\" y=\"2\" width=\"6\" height=\"12\"/>"},
};

static const char veil[] =
    "<pattern id=\"veil\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect class=\"veil-line\" width=\"3\" height=\"5\"/>"
    "</pattern>";

const char *mark_drawing(const char *class)
{
    for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++)
        if (strcmp(shapes[i].class, class) == 0)
            return shapes[i].drawing;
    return "";
}

void marks_define(struct html *html)
{
    buffer_text(&html->out,
                "<svg class=\"symbols\" width=\"0\" height=\"0\" aria-hidden=\"true\">");
    buffer_text(&html->out, veil);
    for (size_t i = 0; i < ARRAY_LENGTH(shapes); i++)
        buffer_format(&html->out, "<symbol id=\"m-%s\" viewBox=\"0 0 16 16\">%s</symbol>",
                      shapes[i].class, shapes[i].drawing);
    buffer_text(&html->out, "</svg>\n");
}

const char *status_class(const struct survey *survey, int status)
{
    static const char *const of_map[] = {"s0", "s1", "s2", "s3"};
    if (status == survey->status_none)
        return "none";
    if (status == survey->status_several)
        return "several";
    if (status == survey->status_not_open)
        return "closed";
    return of_map[(size_t)status % ARRAY_LENGTH(of_map)];
}

const char *option_class(const struct survey_question *question, int option)
{
    static const char *const of_map[] = {"s0", "s1", "s2", "s3"};
    static const char *const others[] = {"o0", "o1", "o2", "o3", "o4", "o5"};
    int status = question->options[option].status;
    if (question->for_status && status >= 0)
        return of_map[(size_t)status % ARRAY_LENGTH(of_map)];
    return others[(size_t)option % ARRAY_LENGTH(others)];
}

void mark_status(struct html *html, const struct survey *survey, int status, enum standing standing)
{
    const char *class = status_class(survey, status);
    FILL(html,
         "<svg class=\"mark {class} {standing}\" aria-hidden=\"true\"><use href=\"#m-{class}\"/>",
         TEXT("class", class), TEXT("standing", standing_name(standing)));
    if (standing == STANDING_DISPUTED)
        html_put(html, "<use href=\"#m-strike\"/>");
    html_put(html, "</svg>");
}

void mark_option(struct html *html, const struct survey_question *question, int option)
{
    FILL(html, "<svg class=\"mark {class}\" aria-hidden=\"true\"><use href=\"#m-{class}\"/></svg>",
         TEXT("class", option_class(question, option)));
}

/* Cuts what stands in parentheses, "线"/"号线" behind or "Line" before or behind a name. */
void line_short(struct buffer *out, const struct line *line, enum language language)
{
    static const char *const tails[] = {"号线", "线", " Line"};
    const char *name = line->name.in[language];
    if (strncmp(name, "Line ", 5) == 0)
        name += 5;
    auto_buffer struct buffer text = {0};
    short_text(&text, name);
    for (size_t i = 0; i < ARRAY_LENGTH(tails); i++) {
        size_t tail = strlen(tails[i]);
        if (text.length > tail && strcmp(text.data + text.length - tail, tails[i]) == 0) {
            buffer_bytes(out, text.data, text.length - tail);
            return;
        }
    }
    buffer_bytes(out, text.data, text.length);
}

void line_chip(struct html *html, const struct survey *survey, int line, bool plain)
{
    const struct line *row = &survey->lines[line];
    auto_buffer struct buffer name = {0};
    line_short(&name, row, html->language);
    if (plain)
        FILL(html, "<span class=\"chip l{n}\" role=\"img\" aria-label=\"{full}\">{name}</span>",
             NUMBER("n", line), TEXT("full", html_in(html, &row->name)), TEXT("name", name.data));
    else
        FILL(html, "<a class=\"chip l{n}\" href=\"/?line={%id}{&}\">{full}</a>", NUMBER("n", line),
             TEXT("full", html_in(html, &row->name)), TEXT("id", row->id));
}

static void put_until(struct buffer *out, const char *text, const char *const *stops, size_t count)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < count; i++) {
        const char *stop = strstr(text, stops[i]);
        if (stop != NULL && stop > text && (size_t)(stop - text) < length)
            length = (size_t)(stop - text);
    }
    buffer_bytes(out, text, length);
}

void short_text(struct buffer *out, const char *text)
{
    static const char *const stops[] = {"（", " ("};
    put_until(out, text, stops, ARRAY_LENGTH(stops));
}

void short_question(struct buffer *out, const char *text)
{
    static const char *const stops[] = {"：", ": ", "，"};
    put_until(out, text, stops, ARRAY_LENGTH(stops));
}
