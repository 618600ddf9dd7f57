#include "collector/pages/marks.h"
#include "collector/pages/station.h"

enum {
    BAND_HEIGHT = 64,
    BRACKET_Y = 71,
    MARK_Y = 77,
    DRAWING_HEIGHT = 92, /* of band, brackets and marks; the years stand beneath */
    FULL_HEIGHT = 108,
    MARK_PLACES = 200 /* over the drawing's width */
};

/* How exactly a visit's time is known. */
enum mark_kind {
    MARK_DAY,
    MARK_MONTH,
    MARK_LONGER,
    MARK_KINDS
};

/* Samples [begin, end) of which something is said, or which have one standing. */
struct run {
    size_t begin, end;
};

enum run_kind {
    RUN_SAID,
    RUN_INFERRED,
    RUN_STALE
};

static bool in_run(const struct station_page *it, size_t i, int question, enum run_kind kind)
{
    enum standing standing = it->samples[i].standing[question];
    if (kind == RUN_SAID)
        return standing != STANDING_UNKNOWN;
    return standing == (kind == RUN_STALE ? STANDING_STALE : STANDING_INFERRED);
}

static bool next_run(const struct station_page *it, int question, enum run_kind kind,
                     struct run *run)
{
    run->begin = run->end;
    while (run->begin < it->sample_count && !in_run(it, run->begin, question, kind))
        run->begin++;
    run->end = run->begin;
    while (run->end < it->sample_count && in_run(it, run->end, question, kind))
        run->end++;
    return run->begin < run->end;
}

static void put_run(const struct station_page *it, const struct plot *plot, int question,
                    struct run run)
{
    const struct survey_question *row = &it->page->survey->questions[question];
    size_t count = run.end - run.begin;
    int32_t *days = memory_zeroed(count, sizeof *days);
    double *lower = memory_zeroed(count, sizeof *lower);
    double *upper = memory_zeroed(count, sizeof *upper);
    for (size_t i = 0; i < count; i++)
        days[i] = it->samples[run.begin + i].day;
    for (int option = 0; option < row->option_count; option++) {
        for (size_t i = 0; i < count; i++)
            upper[i] = lower[i] + it->samples[run.begin + i].p[question][option];
        plot_layer(plot, &(struct layer){days, lower, upper, count, option_class(row, option)});
        for (size_t i = 0; i < count; i++)
            lower[i] = upper[i];
    }
    free(days);
    free(lower);
    free(upper);
}

static void put_veil(const struct plot *plot, int32_t from, int32_t to, enum run_kind kind)
{
    double span = (double)plot->last - plot->first;
    auto_buffer struct buffer x = {0}, width = {0};
    plot_percent(plot, from, &x);
    plot_number(&width, span > 0 ? (to - from) / span * 100 : 0);
    FILL(&plot->page->html,
         "<rect class=\"{class}\" x=\"{x}\" y=\"0\" width=\"{width}%\" height=\"{height}\"{fill}/>",
         TEXT("class", kind == RUN_STALE ? "fade" : "veil"), TEXT("x", x.data),
         TEXT("width", width.data), NUMBER("height", BAND_HEIGHT),
         MARKUP("fill", kind == RUN_STALE ? "" : " fill=\"url(#veil)\""));
}

/* What no visit stands behind is drawn through with stripes of the paper, what is old is faded. */
static void put_veils(const struct station_page *it, const struct plot *plot, int question)
{
    static const enum run_kind kinds[] = {RUN_INFERRED, RUN_STALE};

    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
        struct run run = {0, 0};
        while (next_run(it, question, kinds[i], &run)) {
            size_t last = run.end < it->sample_count ? run.end : run.end - 1;
            put_veil(plot, it->samples[run.begin].day, it->samples[last].day, kinds[i]);
        }
    }
}

static void put_bracket(const struct station_page *it, const struct plot *plot,
                        const struct bracket *bracket)
{
    auto_buffer struct buffer from = {0}, likely = {0}, to = {0};
    plot_percent(plot, bracket->earliest, &from);
    plot_percent(plot, bracket->likely, &likely);
    plot_percent(plot, bracket->latest, &to);
    FILL(&it->page->html,
         "<g class=\"bracket\"><line x1=\"{from}\" x2=\"{to}\" y1=\"{y}\" y2=\"{y}\"/>"
         "<line x1=\"{from}\" x2=\"{from}\" y1=\"{top}\" y2=\"{bottom}\"/>"
         "<line x1=\"{to}\" x2=\"{to}\" y1=\"{top}\" y2=\"{bottom}\"/>"
         "<circle cx=\"{likely}\" cy=\"{y}\" r=\"2.5\"/></g>",
         TEXT("from", from.data), TEXT("to", to.data), TEXT("likely", likely.data),
         NUMBER("y", BRACKET_Y), NUMBER("top", BRACKET_Y - 3), NUMBER("bottom", BRACKET_Y + 3));
}

/* Where marks of one answer and precision already stand, so that a dense record stays light. */
struct marked {
    bool at[SURVEY_OPTIONS_MAX][MARK_KINDS][MARK_PLACES + 1];
};

static enum mark_kind kind_of(struct visit visited)
{
    int32_t days = visited.last - visited.first;
    return days == 0 ? MARK_DAY : days < 32 ? MARK_MONTH : MARK_LONGER;
}

static bool is_new_place(const struct plot *plot, struct marked *marked,
                         const struct shown_report *report, int option)
{
    double span = (double)plot->last - plot->first;
    double middle = (report->visited.first + report->visited.last) / 2.0 - plot->first;
    int place = span > 0 ? (int)(middle / span * MARK_PLACES) : 0;
    place = place < 0 ? 0 : place > MARK_PLACES ? MARK_PLACES : place;
    bool *at = &marked->at[option][kind_of(report->visited)][place];
    bool is_new = !*at;
    *at = true;
    return is_new;
}

static void put_mark(const struct plot *plot, struct visit visited, const char *class)
{
    auto_buffer struct buffer from = {0}, middle = {0}, to = {0};
    struct html *html = &plot->page->html;
    plot_percent(plot, visited.first, &from);
    plot_percent(plot, (visited.first + visited.last) / 2.0, &middle);
    plot_percent(plot, visited.last + 1, &to);
    FILL(html, "<g class=\"mark {class}\">", TEXT("class", class));
    if (visited.last > visited.first)
        FILL(html, "<line x1=\"{from}\" x2=\"{to}\" y1=\"{y}\" y2=\"{y}\"/>",
             TEXT("from", from.data), TEXT("to", to.data), NUMBER("y", MARK_Y + 6));
    FILL(html,
         "<svg x=\"{middle}\" y=\"{top}\" overflow=\"visible\"><use href=\"#m-{class}\" x=\"-6\" "
         "width=\"12\" height=\"12\"/></svg></g>",
         TEXT("class", class), TEXT("middle", middle.data), NUMBER("top", MARK_Y));
}

/* Newest last: it lies on top. */
static void put_marks(const struct station_page *it, const struct plot *plot, int question)
{
    const struct survey_question *row = &it->page->survey->questions[question];
    struct marked *marked = memory_zeroed(1, sizeof *marked);
    for (size_t i = it->reports->count; i > 0; i--) {
        const struct shown_report *report = &it->reports->at[i - 1];
        int option = report->answers[question];
        if (option >= 0 && option < row->option_count && is_new_place(plot, marked, report, option))
            put_mark(plot, report->visited, option_class(row, option));
    }
    free(marked);
}

/* The day that the page tells of, where it is not the drawing's end. */
static void put_as_of(const struct station_page *it, const struct plot *plot)
{
    auto_buffer struct buffer x = {0};
    if (it->page->as_of == it->page->today)
        return;
    plot_percent(plot, it->page->as_of + 1, &x);
    FILL(&it->page->html, "<line class=\"as-of\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"{height}\"/>",
         TEXT("x", x.data), NUMBER("height", DRAWING_HEIGHT));
}

static void put_band(const struct station_page *it, const struct plot *plot, int question)
{
    struct html *html = &it->page->html;
    struct run run = {0, 0};
    FILL(html,
         "<svg viewBox=\"0 0 1000 100\" preserveAspectRatio=\"none\" width=\"100%\" "
         "height=\"{height}\">",
         NUMBER("height", BAND_HEIGHT));
    while (next_run(it, question, RUN_SAID, &run))
        put_run(it, plot, question, run);
    html_put(html, "</svg>");
    put_veils(it, plot, question);
}

void station_page_timeline(const struct station_page *it, int question)
{
    const struct plot plot = plot_of_survey(it->page);
    const struct station_question *state = &it->state.questions[question];
    FILL(&it->page->html, "<svg class=\"plot\" height=\"{height}\" aria-hidden=\"true\">",
         NUMBER("height", FULL_HEIGHT));
    put_band(it, &plot, question);
    plot_years(&plot, DRAWING_HEIGHT);
    plot_notices(&plot, it->index, BAND_HEIGHT);
    for (size_t i = 0; i < state->history_count; i++)
        if (state->history[i].has_from)
            put_bracket(it, &plot, &state->history[i].from);
    put_marks(it, &plot, question);
    put_as_of(it, &plot);
    html_put(&it->page->html, "</svg>\n");
}
