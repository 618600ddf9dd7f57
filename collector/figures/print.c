#include "collector/figures/print.h"

#include <math.h>
#include <string.h>

void print_string(struct buffer *buffer, const char *text)
{
    if (text == NULL)
        buffer_text(buffer, "null");
    else
        buffer_json(buffer, text, strlen(text));
}

void print_text(struct buffer *buffer, const struct text *text)
{
    buffer_text(buffer, "{\"zh\":");
    print_string(buffer, text->in[LANGUAGE_ZH]);
    buffer_text(buffer, ",\"en\":");
    print_string(buffer, text->in[LANGUAGE_EN]);
    buffer_char(buffer, '}');
}

void print_number(struct buffer *buffer, double value)
{
    if (isnan(value))
        buffer_text(buffer, "null");
    else
        buffer_number(buffer, value, 4);
}

void print_day(struct buffer *buffer, int32_t day)
{
    if (day == DAY_NONE) {
        buffer_text(buffer, "null");
        return;
    }
    buffer_char(buffer, '"');
    buffer_day(buffer, day);
    buffer_char(buffer, '"');
}

void bracket_days(const struct bracket *bracket, int32_t days_out[3])
{
    days_out[0] = (int32_t)floor(bracket->earliest);
    days_out[1] = (int32_t)floor(bracket->likely);
    days_out[2] = (int32_t)ceil(bracket->latest) - 1;
    days_out[1] = days_out[1] < days_out[0] ? days_out[0] : days_out[1];
    days_out[2] = days_out[2] < days_out[1] ? days_out[1] : days_out[2];
}

int32_t reading_last_visit(const struct reading *reading)
{
    return isnan(reading->last_visit) ? DAY_NONE : (int32_t)lround(reading->last_visit) - 1;
}

/* These are printed for every answer of every station: numbers and texts one by one, which costs a
 * fraction of a format. */
static void print_standing(struct buffer *buffer, enum standing standing, double confidence)
{
    buffer_text(buffer, ",\"standing\":\"");
    buffer_text(buffer, standing_name(standing));
    buffer_text(buffer, "\",\"confidence\":");
    print_number(buffer, confidence);
}

static void print_counts(struct buffer *buffer, uint32_t reports, uint32_t reporters)
{
    buffer_text(buffer, ",\"reports\":");
    buffer_integer(buffer, reports);
    buffer_text(buffer, ",\"reporters\":");
    buffer_integer(buffer, reporters);
}

/* `name` with its comma and colon. */
static void print_bracket(struct buffer *buffer, const char *name, bool is_there,
                          const struct bracket *bracket)
{
    static const char *const moments[] = {"{\"earliest\":", ",\"likely\":", ",\"latest\":"};
    buffer_text(buffer, name);
    if (!is_there) {
        buffer_text(buffer, "null");
        return;
    }
    int32_t days[3];
    bracket_days(bracket, days);
    for (int i = 0; i < 3; i++) {
        buffer_text(buffer, moments[i]);
        print_day(buffer, days[i]);
    }
    buffer_char(buffer, '}');
}

static void print_segment(struct buffer *buffer, const struct survey_question *question,
                          const struct segment *segment)
{
    buffer_text(buffer, "{\"answer\":");
    print_string(buffer, question->options[segment->answer].term.id);
    print_bracket(buffer, ",\"from\":", segment->has_from, &segment->from);
    print_bracket(buffer, ",\"until\":", segment->has_until, &segment->until);
    buffer_text(buffer, ",\"confidence\":");
    print_number(buffer, segment->confidence);
    buffer_char(buffer, '}');
}

static void print_question(struct buffer *buffer, const struct survey_question *question,
                           const struct station_question *state)
{
    const struct reading *reading = &state->reading;
    bool nothing = reading->standing == STANDING_UNKNOWN;
    print_string(buffer, question->term.id);
    buffer_text(buffer, ":{\"answer\":");
    print_string(buffer, state->answer < 0 ? NULL : question->options[state->answer].term.id);
    print_standing(buffer, reading->standing, nothing ? nan("") : reading->confidence);
    for (int i = 0; i < question->option_count; i++) {
        buffer_text(buffer, i == 0 ? ",\"p\":{" : ",");
        print_string(buffer, question->options[i].term.id);
        buffer_char(buffer, ':');
        print_number(buffer, state->p[i]);
    }
    buffer_char(buffer, '}');
    print_counts(buffer, reading->reports, reading->reporters);
    buffer_text(buffer, ",\"effective\":");
    print_number(buffer, reading->effective_weight);
    buffer_text(buffer, ",\"last_visit\":");
    print_day(buffer, reading_last_visit(reading));
    buffer_text(buffer, ",\"history\":[");
    for (size_t i = 0; i < state->history_count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_segment(buffer, question, &state->history[i]);
    }
    buffer_text(buffer, "]}");
}

static void print_history(struct buffer *buffer, const struct survey *survey,
                          const struct station_state *state)
{
    buffer_text(buffer, ",\"history\":[");
    for (size_t i = 0; i < state->history_count; i++) {
        const struct station_segment *segment = &state->history[i];
        buffer_text(buffer, i == 0 ? "{\"status\":" : ",{\"status\":");
        print_string(buffer, survey->statuses.terms[segment->status].id);
        print_bracket(buffer, ",\"from\":", segment->has_from, &segment->from);
        print_bracket(buffer, ",\"until\":", segment->has_until, &segment->until);
        buffer_text(buffer, ",\"confidence\":");
        print_number(buffer, segment->confidence);
        buffer_char(buffer, '}');
    }
    buffer_char(buffer, ']');
}

static void print_truth(struct buffer *buffer, const char *id, enum truth truth)
{
    static const char *const words[] = {
        [TRUTH_FALSE] = "false", [TRUTH_TRUE] = "true", [TRUTH_UNKNOWN] = "null"};
    print_string(buffer, id);
    buffer_char(buffer, ':');
    buffer_text(buffer, words[truth]);
}

static void print_catalogue(struct buffer *buffer, const struct survey *survey,
                            const struct station *station)
{
    buffer_text(buffer, "{\"id\":");
    print_string(buffer, station->id);
    buffer_text(buffer, ",\"name\":");
    print_text(buffer, &station->name);
    buffer_text(buffer, ",\"lines\":[");
    for (int i = 0; i < station->line_count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        print_string(buffer, survey->lines[station->lines[i]].id);
    }
    buffer_text(buffer, "],\"opened\":");
    print_day(buffer, station->opened);
}

void print_station_figures(const struct survey *survey, int32_t known_day,
                           const struct station_state *state, struct buffer *buffer)
{
    buffer_text(buffer, "\"as_of\":");
    print_day(buffer, state->as_of);
    buffer_text(buffer, ",\"known_at\":");
    print_day(buffer, known_day);
    buffer_text(buffer, ",\"status\":");
    print_string(buffer, survey->statuses.terms[state->status].id);
    print_standing(buffer, state->standing, state->confidence);
    buffer_text(buffer, ",\"last_visit\":");
    print_day(buffer, state->last_visit);
    print_counts(buffer, state->reports, state->reporters);
}

void print_station_head(const struct survey *survey, int32_t known_day,
                        const struct station_state *state, struct buffer *buffer)
{
    print_catalogue(buffer, survey, &survey->stations[state->station]);
    buffer_char(buffer, ',');
    print_station_figures(survey, known_day, state, buffer);
    buffer_text(buffer, ",\"pending\":");
}

static void print_conditions(struct buffer *buffer, const struct survey *survey,
                             const struct station_state *state)
{
    buffer_text(buffer, ",\"conditions\":{");
    for (int i = 0; i < survey->condition_count; i++) {
        print_truth(buffer, survey->conditions[i].term.id, state->conditions[i]);
        buffer_char(buffer, ',');
    }
    print_truth(buffer, "all", state->all);
    buffer_char(buffer, '}');
}

void print_station_tail(const struct survey *survey, const struct station_state *state, bool whole,
                        struct buffer *buffer)
{
    print_conditions(buffer, survey, state);
    for (int q = 0; whole && q < survey->question_count; q++) {
        buffer_text(buffer, q == 0 ? ",\"questions\":{" : ",");
        print_question(buffer, &survey->questions[q], &state->questions[q]);
    }
    if (whole) {
        buffer_char(buffer, '}');
        print_history(buffer, survey, state);
    }
    buffer_char(buffer, '}');
}

void print_station(const struct survey *survey, int32_t known_day,
                   const struct station_state *state, bool whole, struct buffer *buffer)
{
    print_station_head(survey, known_day, state, buffer);
    buffer_integer(buffer, state->pending);
    print_station_tail(survey, state, whole, buffer);
}
