/* Published figures as CSV, and the header line of the export (design §6, consensus.md §7). */
#include <math.h>
#include <string.h>

#include "collector/figures/build.h"
#include "collector/figures/print.h"

static void csv_text(struct buffer *buffer, const char *text)
{
    buffer_char(buffer, ',');
    if (text != NULL)
        buffer_csv(buffer, text, strlen(text), true);
}

static void csv_number(struct buffer *buffer, double value)
{
    buffer_char(buffer, ',');
    if (!isnan(value))
        buffer_number(buffer, value, 4);
}

static void csv_day(struct buffer *buffer, int32_t day)
{
    buffer_char(buffer, ',');
    if (day != DAY_NONE)
        buffer_day(buffer, day);
}

static void csv_truth(struct buffer *buffer, enum truth truth)
{
    static const char *const words[] = {
        [TRUTH_FALSE] = "false", [TRUTH_TRUE] = "true", [TRUTH_UNKNOWN] = ""};
    csv_text(buffer, words[truth]);
}

static void status_header(const struct survey *survey, struct buffer *buffer)
{
    buffer_text(buffer, "station,name_zh,name_en,opened,as_of,status,standing,confidence,"
                        "last_visit,reports,reporters,pending");
    for (int i = 0; i < survey->condition_count; i++)
        csv_text(buffer, survey->conditions[i].term.id);
    csv_text(buffer, "all");
    for (int q = 0; q < survey->question_count; q++) {
        const char *id = survey->questions[q].term.id;
        buffer_format(buffer, ",%s,%s_standing,%s_confidence,%s_reports", id, id, id, id);
    }
    buffer_char(buffer, '\n');
}

static void status_question(const struct survey_question *question,
                            const struct station_question *state, struct buffer *buffer)
{
    bool nothing = state->reading.standing == STANDING_UNKNOWN;
    csv_text(buffer, state->answer < 0 ? NULL : question->options[state->answer].term.id);
    csv_text(buffer, standing_name(state->reading.standing));
    csv_number(buffer, nothing ? nan("") : state->reading.confidence);
    buffer_format(buffer, ",%u", state->reading.reports);
}

static void status_row(const struct survey *survey, const struct station_state *state,
                       struct buffer *buffer)
{
    const struct station *station = &survey->stations[state->station];
    buffer_csv(buffer, station->id, strlen(station->id), true);
    csv_text(buffer, station->name.in[LANGUAGE_ZH]);
    csv_text(buffer, station->name.in[LANGUAGE_EN]);
    csv_day(buffer, station->opened);
    csv_day(buffer, state->as_of);
    csv_text(buffer, survey->statuses.terms[state->status].id);
    csv_text(buffer, standing_name(state->standing));
    csv_number(buffer, state->confidence);
    csv_day(buffer, state->last_visit);
    buffer_format(buffer, ",%u,%u,%u", state->reports, state->reporters, state->pending);
    for (int i = 0; i < survey->condition_count; i++)
        csv_truth(buffer, state->conditions[i]);
    csv_truth(buffer, state->all);
    for (int q = 0; q < survey->question_count; q++)
        status_question(&survey->questions[q], &state->questions[q], buffer);
    buffer_char(buffer, '\n');
}

void view_status_csv(const struct view *view, struct buffer *buffer)
{
    const struct survey *survey = view_survey(view);
    status_header(survey, buffer);
    for (int s = 0; s < survey->station_count; s++) {
        struct station_state state;
        view_station(view, s, view_today(view), &state);
        status_row(survey, &state, buffer);
    }
}

static void csv_bracket(struct buffer *buffer, bool is_there, const struct bracket *bracket)
{
    int32_t days[3] = {DAY_NONE, DAY_NONE, DAY_NONE};
    if (is_there)
        bracket_days(bracket, days);
    for (int i = 0; i < 3; i++)
        csv_day(buffer, days[i]);
}

static void history_status(const struct survey *survey, const struct station_state *state,
                           struct buffer *buffer)
{
    for (size_t i = 0; i < state->history_count; i++) {
        const struct station_segment *segment = &state->history[i];
        const char *id = survey->stations[state->station].id;
        buffer_csv(buffer, id, strlen(id), true);
        csv_text(buffer, "status");
        csv_text(buffer, survey->statuses.terms[segment->status].id);
        csv_bracket(buffer, segment->has_from, &segment->from);
        csv_bracket(buffer, segment->has_until, &segment->until);
        csv_number(buffer, segment->confidence);
        buffer_char(buffer, '\n');
    }
}

static void history_question(const struct survey *survey, const struct station_state *state,
                             int question, struct buffer *buffer)
{
    for (size_t i = 0; i < state->questions[question].history_count; i++) {
        const struct segment *segment = &state->questions[question].history[i];
        const char *id = survey->stations[state->station].id;
        buffer_csv(buffer, id, strlen(id), true);
        csv_text(buffer, survey->questions[question].term.id);
        csv_text(buffer, survey->questions[question].options[segment->answer].term.id);
        csv_bracket(buffer, segment->has_from, &segment->from);
        csv_bracket(buffer, segment->has_until, &segment->until);
        csv_number(buffer, segment->confidence);
        buffer_char(buffer, '\n');
    }
}

void view_history_csv(const struct view *view, struct buffer *buffer)
{
    const struct survey *survey = view_survey(view);
    buffer_text(buffer, "station,question,answer,from_earliest,from_likely,from_latest,"
                        "until_earliest,until_likely,until_latest,confidence\n");
    for (int s = 0; s < survey->station_count; s++) {
        const struct station_state *state = &view->parts.leaves[s].sheet->state;
        history_status(survey, state, buffer);
        for (int q = 0; q < survey->question_count; q++)
            history_question(survey, state, q, buffer);
    }
}
