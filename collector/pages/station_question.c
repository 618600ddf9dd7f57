#include <math.h>

#include "collector/pages/dates.h"
#include "collector/pages/marks.h"
#include "collector/pages/station.h"

static const char *standing_word(const struct station_page *it, enum standing standing)
{
    auto_buffer struct buffer id = {0};
    buffer_format(&id, "standing_%s", standing_name(standing));
    return word(id.data, it->page->html.language);
}

static int percent(double share)
{
    return (int)lround(share * 100);
}

/* Whether anything was ever said of a question here: a visit, a notice's assertion. */
static bool has_record(const struct station_page *it, int question)
{
    for (size_t i = 0; i < it->sample_count; i++)
        if (it->samples[i].standing[question] != STANDING_UNKNOWN)
            return true;
    return false;
}

/* "要 · 推断 · 74%" and what it rests on. */
static void put_answer(const struct station_page *it, int question)
{
    struct html *html = &it->page->html;
    const struct survey_question *row = &it->page->survey->questions[question];
    const struct station_question *state = &it->state.questions[question];
    const struct reading *reading = &state->reading;
    html_put(html, "<p class=\"answer\">");
    if (state->answer >= 0) {
        FILL(html, "<span class=\"given {class} {standing}\">",
             TEXT("class", option_class(row, state->answer)),
             TEXT("standing", standing_name(reading->standing)));
        mark_option(html, row, state->answer);
        FILL(html, "<b>{answer}</b></span> {@confidence}",
             TEXT("answer", html_in(html, &row->options[state->answer].term.text)),
             NUMBER("percent", percent(reading->confidence)));
    } else {
        FILL(html, "<b>{unknown}</b>",
             TEXT("unknown", page_survey_text(it->page, "condition_unknown")));
    }
    FILL(html, " <span class=\"ground\">{standing} · {@reports_n}</span></p>\n",
         TEXT("standing", standing_word(it, reading->standing)), NUMBER("n", reading->reports));
}

static void put_legend(const struct station_page *it, int question)
{
    struct html *html = &it->page->html;
    const struct survey_question *row = &it->page->survey->questions[question];
    html_put(html, "<ul class=\"legend\">");
    for (int i = row->option_count - 1; i >= 0; i--) {
        html_put(html, "<li>");
        mark_option(html, row, i);
        FILL(html, "{text}</li>", TEXT("text", html_in(html, &row->options[i].term.text)));
    }
    html_put(html, "</ul>\n");
}

static void put_table_head(const struct station_page *it, int question)
{
    struct html *html = &it->page->html;
    const struct survey_question *row = &it->page->survey->questions[question];
    html_put(html, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{@numbers}\">"
                   "<table class=\"numbers\"><thead><tr><th scope=\"col\">{@day}</th>");
    for (int i = 0; i < row->option_count; i++)
        FILL(html, "<th scope=\"col\">{text}</th>",
             TEXT("text", html_in(html, &row->options[i].term.text)));
    html_put(html, "<th scope=\"col\">{@standing}</th></tr></thead><tbody>\n");
}

static void put_table_row(const struct station_page *it, int question, const struct sample *sample)
{
    struct html *html = &it->page->html;
    const struct survey_question *row = &it->page->survey->questions[question];
    auto_buffer struct buffer day = {0};
    buffer_day(&day, sample->day);
    FILL(html, "<tr><th scope=\"row\">{day}</th>", TEXT("day", day.data));
    bool said = sample->standing[question] != STANDING_UNKNOWN;
    for (int i = 0; i < row->option_count; i++) {
        auto_buffer struct buffer value = {0};
        plot_number(&value, sample->p[question][i]);
        FILL(html, "<td>{value}</td>", TEXT("value", said ? value.data : "–"));
    }
    FILL(html, "<td class=\"text\">{standing}</td></tr>\n",
         TEXT("standing", standing_word(it, sample->standing[question])));
}

static void put_change(const struct station_page *it, int question, const struct segment *segment)
{
    struct html *html = &it->page->html;
    const struct survey_question *row = &it->page->survey->questions[question];
    auto_buffer struct buffer between = {0}, likely = {0};
    date_bracket(&between, html->language, &segment->from);
    date_day(&likely, html->language, (int32_t)floor(segment->from.likely));
    FILL(html, "<li>{@change_to}</li>",
         TEXT("answer", html_in(html, &row->options[segment->answer].term.text)),
         TEXT("between", between.data), TEXT("likely", likely.data));
}

static void put_changes(const struct station_page *it, int question)
{
    const struct station_question *state = &it->state.questions[question];
    html_put(&it->page->html, "<ul class=\"brackets\">");
    for (size_t i = state->history_count; i > 0; i--)
        if (state->history[i - 1].has_from)
            put_change(it, question, &state->history[i - 1]);
    html_put(&it->page->html, "</ul>");
}

static void put_numbers(const struct station_page *it, int question)
{
    struct html *html = &it->page->html;
    const struct station_question *state = &it->state.questions[question];
    html_put(html, "<details><summary>{@numbers}</summary>");
    if (state->history_count > 1)
        put_changes(it, question);
    put_table_head(it, question);
    for (size_t i = it->sample_count; i > 0; i--)
        if (it->samples[i - 1].row)
            put_table_row(it, question, &it->samples[i - 1]);
    html_put(html, "</tbody></table></div></details>\n");
}

static void put_question(const struct station_page *it, int question)
{
    struct html *html = &it->page->html;
    const struct survey_question *row = &it->page->survey->questions[question];
    FILL(html,
         "<section class=\"question\" aria-labelledby=\"q-{id}\"><h3 id=\"q-{id}\">{text}</h3>\n",
         TEXT("id", row->term.id), TEXT("text", html_in(html, &row->term.text)));
    put_answer(it, question);
    put_legend(it, question);
    station_page_timeline(it, question);
    put_numbers(it, question);
    html_put(html, "</section>\n");
}

static void put_unrecorded(const struct station_page *it)
{
    struct html *html = &it->page->html;
    const struct survey *survey = it->page->survey;
    bool any = false;
    for (int i = 0; i < survey->question_count; i++) {
        if (has_record(it, i))
            continue;
        if (!any)
            html_put(html, "<h3>{@unrecorded}</h3><ul class=\"unrecorded\">");
        any = true;
        FILL(html, "<li>{text}</li>", TEXT("text", html_in(html, &survey->questions[i].term.text)));
    }
    if (any)
        html_put(html, "</ul>\n");
}

void station_page_questions(struct station_page *it)
{
    const struct survey *survey = it->page->survey;
    html_put(&it->page->html,
             "<h2 id=\"questions\">{@questions}</h2>\n<p class=\"quiet\">{@timeline_help}</p>\n");
    for (int i = 0; i < survey->question_count; i++)
        if (has_record(it, i))
            put_question(it, i);
    put_unrecorded(it);
}
