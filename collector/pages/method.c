/* How a status comes about: in words, and in a picture that the model itself draws. */
#include <math.h>

#include "collector/consensus/consensus.h"
#include "collector/figures/learn.h"
#include "collector/pages/assets.h"
#include "collector/pages/handlers.h"
#include "collector/pages/task.h"

/* A made-up question of two answers, and who said what when. Days from the picture's left. */
enum {
    SPAN_DAYS = 1461,
    STEP_DAYS = 5
};

static const struct told {
    int day, answer;
} told[] = {{40, 0},  {140, 0}, {240, 0}, {330, 1}, {420, 0},
            {510, 0}, {640, 1}, {720, 1}, {800, 1}};

static const double a_year = 0.1 / 365;

/* The plot's box in the picture's units; answer 0 is above, 1 below. */
static const double left = 46;
static const double right = 474;
static const double top = 46;
static const double bottom = 206;

static const double known = 0.6; /* from here on an answer is said */

struct example {
    struct observation observations[ARRAY_LENGTH(told)];
    double accuracy[ARRAY_LENGTH(told)];
    struct knots knots;
    struct dynamics *dynamics;
    struct smoother *smoother;
    struct segment *segments;
    size_t segment_count;
};

/* Of the first visits. */
static void example_init(struct example *example, double accuracy, size_t count)
{
    struct emission emission;
    struct hazard hazard;
    *example = (struct example){0};
    for (size_t i = 0; i < count; i++) {
        example->accuracy[i] = accuracy;
        example->observations[i] = (struct observation){
            .order = i,
            .reporter = (uint32_t)i,
            .answer = (uint16_t)told[i].answer,
            .begin = told[i].day,
            .end = told[i].day + 1.0,
            .time = told[i].day + 0.5,
            .weight = 1,
        };
    }
    emission_uniform(2, &emission);
    hazard_constant(2, 0, a_year, &hazard);
    consensus_weigh(example->observations, count, SPAN_DAYS, true);
    knots_build(example->observations, count, &emission, example->accuracy, accuracy,
                &example->knots);
    example->dynamics = dynamics_create(&hazard, NULL, 0, SPAN_DAYS + 1);
    example->smoother = smoother_create(&example->knots, example->dynamics);
    example->segment_count = smoother_history(example->smoother, SPAN_DAYS, &example->segments);
    emission_finish(&emission);
    hazard_finish(&hazard);
}

static void example_finish(struct example *example)
{
    free(example->segments);
    smoother_destroy(example->smoother);
    dynamics_destroy(example->dynamics);
    knots_finish(&example->knots);
}

static double place_x(double day)
{
    return left + (right - left) * day / SPAN_DAYS;
}

static double place_y(double chance)
{
    return bottom - (bottom - top) * chance;
}

static void point(struct buffer *out, double x, double y)
{
    buffer_number(out, x, 1);
    buffer_char(out, ' ');
    buffer_number(out, y, 1);
}

/* The chance of answer 0 at the end of a day. */
static void draw_chance(const struct example *example, int day, struct buffer *out)
{
    struct reading reading;
    double p[2];
    smoother_read(example->smoother, day + 1.0, &reading, p);
    buffer_char(out, day == told[0].day ? 'M' : 'L');
    point(out, place_x(day), place_y(p[0]));
}

/* The same from the first visit on, as all visits tell it. */
static void draw_curve(const struct example *example, struct buffer *out)
{
    buffer_text(out, "<path class=\"curve\" d=\"");
    for (int day = told[0].day; day <= SPAN_DAYS; day += STEP_DAYS)
        draw_chance(example, day, out);
    buffer_text(out, "\"/>");
}

/* As it was known on each day: by the visits until then. */
static void draw_then(double accuracy, struct buffer *out)
{
    buffer_text(out, "<path class=\"then\" d=\"");
    for (size_t i = 0; i < ARRAY_LENGTH(told); i++) {
        struct example example;
        int last = i + 1 < ARRAY_LENGTH(told) ? told[i + 1].day - 1 : SPAN_DAYS;
        example_init(&example, accuracy, i + 1);
        for (int day = told[i].day; day < last; day += STEP_DAYS)
            draw_chance(&example, day, out);
        draw_chance(&example, last, out);
        example_finish(&example);
    }
    buffer_text(out, "\"/>");
}

static void draw_box(struct buffer *out, const char *class, double from_x, double to_x,
                     double from_y, double to_y)
{
    buffer_format(out, "<rect class=\"%s\" x=\"", class);
    buffer_number(out, from_x, 1);
    buffer_text(out, "\" y=\"");
    buffer_number(out, from_y, 1);
    buffer_text(out, "\" width=\"");
    buffer_number(out, to_x - from_x, 1);
    buffer_text(out, "\" height=\"");
    buffer_number(out, to_y - from_y, 1);
    buffer_text(out, "\"/>");
}

static void draw_line(struct buffer *out, const char *class, double x, double from_y, double to_y)
{
    buffer_format(out, "<path class=\"%s\" d=\"M", class);
    point(out, x, from_y);
    buffer_char(out, 'V');
    buffer_number(out, to_y, 1);
    buffer_text(out, "\"/>");
}

static void draw_visits(struct buffer *out)
{
    const double away = 14;
    for (size_t i = 0; i < ARRAY_LENGTH(told); i++) {
        bool is_below = told[i].answer == 1;
        double y = is_below ? bottom + away : top - away;
        buffer_format(out, "<circle class=\"%s\" r=\"9\" cx=\"", is_below ? "s1" : "s0");
        buffer_number(out, place_x(told[i].day), 1);
        buffer_text(out, "\" cy=\"");
        buffer_number(out, y, 1);
        buffer_text(out, "\"/><text x=\"");
        buffer_number(out, place_x(told[i].day), 1);
        buffer_text(out, "\" y=\"");
        buffer_number(out, y + 4.5, 1);
        buffer_format(out, "\">%zu</text>", i + 1);
    }
}

static void draw_label(struct buffer *out, const char *class, double x, double y, int number,
                       const char *unit)
{
    buffer_format(out, "<text class=\"%s\" x=\"", class);
    buffer_number(out, x, 1);
    buffer_text(out, "\" y=\"");
    buffer_number(out, y, 1);
    buffer_format(out, "\">%d%s</text>", number, unit);
}

/* Chances at the left; the ends of the years below. */
static void draw_axes(struct buffer *out)
{
    static const double chances[] = {0, 0.4, 0.6, 1};
    for (size_t i = 0; i < ARRAY_LENGTH(chances); i++) {
        draw_label(out, "chance", left - 6, place_y(chances[i]) + 4.5,
                   (int)lround(100 * chances[i]), "%");
    }
    for (int year = 1; year < SPAN_DAYS / 365; year++)
        draw_line(out, "year", place_x(365.25 * year), bottom - 5, bottom);
}

static void draw(const struct example *example, double accuracy, struct buffer *out)
{
    draw_box(out, "unsure", left, right, place_y(known), place_y(1 - known));
    if (example->segment_count > 1 && example->segments[1].has_from) {
        const struct bracket *change = &example->segments[1].from;
        draw_box(out, "between", place_x(change->earliest), place_x(change->latest), top, bottom);
        draw_line(out, "likely", place_x(change->likely), top, bottom);
    }
    draw_box(out, "frame", left, right, top, bottom);
    draw_axes(out);
    draw_then(accuracy, out);
    draw_curve(example, out);
    draw_visits(out);
}

static void picture(const struct survey *survey, struct buffer *out)
{
    struct example example;
    example_init(&example, survey->reporter_accuracy, ARRAY_LENGTH(told));
    draw(&example, survey->reporter_accuracy, out);
    buffer_char(out, '\0');
    example_finish(&example);
}

static const char *standing_text(const struct page *page, enum standing standing)
{
    return term_text(&page->survey->standings, standing_name(standing), page->html.language);
}

static enum http_progress method_ready(struct task *task)
{
    struct page *page = &task->page;
    struct html *html = &page->html;
    bool english = html->language == LANGUAGE_EN;
    const struct embedded_file *text =
        asset_find("texts", english ? "method.en.html" : "method.zh.html");
    auto_buffer struct buffer title = {0};
    auto_buffer struct buffer drawing = {0};
    picture(page->survey, &drawing);
    buffer_format(&title, "%s · 站记 Zhanji", word("method_link", html->language));
    page_open(page, title.data, "/about");
    FILL(html, text == NULL ? "" : text->data, MARKUP("picture", drawing.data),
         NUMBER("accuracy", lround(page->survey->reporter_accuracy * 100)),
         NUMBER("reporter_least", lround(LEARN_REPORTER_WEIGHT)),
         NUMBER("question_least", lround(learn_least_weight(page->survey))),
         TEXT("confirmed", standing_text(page, STANDING_CONFIRMED)),
         TEXT("likely", standing_text(page, STANDING_LIKELY)),
         TEXT("stale", standing_text(page, STANDING_STALE)),
         TEXT("inferred", standing_text(page, STANDING_INFERRED)),
         TEXT("disputed", standing_text(page, STANDING_DISPUTED)),
         TEXT("unknown", standing_text(page, STANDING_UNKNOWN)));
    return page_send(page, 200);
}

enum http_progress handle_method(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, method_ready);
}
