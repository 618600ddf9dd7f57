#include "collector/aggregate/recount.h"

#include <math.h>
#include <string.h>

#include "collector/figures/print.h"
#include "collector/figures/station.h"

static void write_station(struct recount *recount, const struct station_state *state)
{
    const struct survey *survey = &recount->declared.survey;
    const char *status = survey->statuses.terms[state->status].id;
    const char *id = survey->stations[state->station].id;
    struct output_row row = {id, strlen(id), status, strlen(status)};
    if (recount->has_out) {
        output_estimate(&recount->out.buffer, &row, state->confidence,
                        standing_name(state->standing), state->reports);
        sink_flow(&recount->out);
    }
}

static void write_station_history(struct recount *recount, int station,
                                  const struct question_history *histories, double now)
{
    const struct survey *survey = &recount->declared.survey;
    auto_free struct station_segment *segments = NULL;
    const char *id = survey->stations[station].id;
    size_t count = timeline_merge(survey, station, histories, now, &segments);
    for (size_t i = 0; i < count; i++) {
        const struct station_segment *from = &segments[i];
        const char *status = survey->statuses.terms[from->status].id;
        struct output_row row = {id, strlen(id), status, strlen(status)};
        struct segment segment = {.has_from = from->has_from,
                                  .has_until = from->has_until,
                                  .from = from->from,
                                  .until = from->until,
                                  .confidence = from->confidence};
        output_segment(&recount->history.buffer, &row, &segment);
    }
    sink_flow(&recount->history);
}

static void write_question(struct recount *recount, const struct station_state *state, int question,
                           const struct question_history *history)
{
    const struct survey *survey = &recount->declared.survey;
    const struct survey_question *asked = &survey->questions[question];
    const struct station_question *known = &state->questions[question];
    auto_buffer struct buffer name = {0};
    buffer_format(&name, "%s/%s", survey->stations[state->station].id, asked->term.id);
    const char *answer = known->answer < 0 ? "" : asked->options[known->answer].term.id;
    struct output_row row = {name.data, name.length, answer, strlen(answer)};
    if (recount->has_out) {
        output_estimate(&recount->out.buffer, &row, known->p[known->reading.best],
                        standing_name(known->reading.standing), known->reading.reports);
    }
    for (size_t i = 0; recount->has_history && i < history->count; i++) {
        row.answer = asked->options[history->segments[i].answer].term.id;
        row.answer_length = strlen(row.answer);
        output_segment(&recount->history.buffer, &row, &history->segments[i]);
    }
}

/* The station as the server's API gives it, but for its names, its lines and what waits there. */
static void write_json(struct recount *recount, struct station_state *state,
                       const struct question_history *histories, double now)
{
    const struct survey *survey = &recount->declared.survey;
    auto_free struct station_segment *segments = NULL;
    struct buffer *buffer = &recount->stations.buffer;
    state->history_count = timeline_merge(survey, state->station, histories, now, &segments);
    state->history = segments;
    for (int q = 0; q < survey->question_count; q++) {
        state->questions[q].history = histories[q].segments;
        state->questions[q].history_count = histories[q].count;
    }
    buffer_text(buffer, "{\"id\":");
    print_string(buffer, survey->stations[state->station].id);
    buffer_text(buffer, ",\"opened\":");
    print_day(buffer, survey->stations[state->station].opened);
    buffer_char(buffer, ',');
    print_station_figures(survey, recount->declared.known_at, state, buffer);
    print_station_tail(survey, state, true, buffer);
    buffer_char(buffer, '\n');
    sink_flow(&recount->stations);
}

static int question_compare(const void *left, const void *right, void *context)
{
    const struct survey *survey = context;
    return strcmp(survey->questions[*(const int *)left].term.id,
                  survey->questions[*(const int *)right].term.id);
}

/* Histories as they are published: those of knowledge that has begun. */
static void read_histories(const struct place *place, int count, double now,
                           struct question_history *histories, struct segment **segments)
{
    for (int q = 0; q < count; q++) {
        const struct item *item = &place->items[q];
        histories[q] = (struct question_history){.begins = item->begins};
        if (!isnan(item->begins) && item->begins < now) {
            histories[q].count = item_history(place, q, now, &segments[q]);
            histories[q].segments = segments[q];
        }
    }
}

static void recount_station(struct recount *recount, int station)
{
    struct survey *survey = &recount->declared.survey;
    struct observed *observed = &recount->observed[station];
    struct question_history histories[SURVEY_QUESTIONS_MAX];
    struct segment *segments[SURVEY_QUESTIONS_MAX] = {0};
    struct station_state state;
    int order[SURVEY_QUESTIONS_MAX];
    int count = survey->question_count;
    int32_t known_at = recount->declared.known_at;
    double now = (known_at < recount->declared.as_of ? known_at : recount->declared.as_of) + 1.0;
    struct place *place =
        place_observe(recount->declared.rules, station, observed, NULL, PLACE_ALL);
    station_state(place, recount->as_of, &state);
    read_histories(place, count, now, histories, segments);
    write_station(recount, &state);
    if (recount->has_history)
        write_station_history(recount, station, histories, now);
    if (recount->has_stations)
        write_json(recount, &state, histories, now);
    for (int q = 0; q < count; q++)
        order[q] = q;
    qsort_r(order, (size_t)count, sizeof(*order), question_compare, survey);
    for (int i = 0; i < count; i++) {
        write_question(recount, &state, order[i], &histories[order[i]]);
        free(segments[order[i]]);
    }
    place_drop(place);
}

static int station_compare(const void *left, const void *right, void *context)
{
    const struct survey *survey = context;
    return strcmp(survey->stations[*(const int *)left].id,
                  survey->stations[*(const int *)right].id);
}

static bool open_sinks(struct recount *recount, const struct options *options, struct error *error)
{
    if (options->out) {
        if (!sink_open(options->out, &recount->out, error))
            return false;
        recount->has_out = true;
        output_header(&recount->out.buffer);
    }
    if (options->history) {
        if (!sink_open(options->history, &recount->history, error))
            return false;
        recount->has_history = true;
        output_history_header(&recount->history.buffer);
    }
    if (options->json) {
        if (!sink_open("-", &recount->stations, error))
            return false;
        recount->has_stations = true;
    }
    return true;
}

static bool close_sinks(struct recount *recount, bool done, struct error *error)
{
    struct sink *const sinks[] = {recount->has_out ? &recount->out : NULL,
                                  recount->has_history ? &recount->history : NULL,
                                  recount->has_stations ? &recount->stations : NULL};
    for (size_t i = 0; i < ARRAY_LENGTH(sinks); i++) {
        if (sinks[i] && done)
            done = sink_close(sinks[i], error);
        else if (sinks[i])
            sink_drop(sinks[i]);
    }
    recount->has_out = false;
    recount->has_history = false;
    recount->has_stations = false;
    return done;
}

static bool write_all(struct recount *recount, const struct options *options, struct error *error)
{
    struct survey *survey = &recount->declared.survey;
    bool done = open_sinks(recount, options, error);
    auto_free int *order = memory_zeroed((size_t)survey->station_count, sizeof(*order));
    for (int s = 0; s < survey->station_count; s++)
        order[s] = s;
    qsort_r(order, (size_t)survey->station_count, sizeof(*order), station_compare, survey);
    for (int i = 0; done && i < survey->station_count; i++)
        recount_station(recount, order[i]);
    return close_sinks(recount, done, error);
}

bool recount_write(struct recount *recount, const struct options *options, struct error *error)
{
    struct options parts[OPTIONS_PARTS];
    size_t count = options_parts(options, parts);
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = write_all(recount, &parts[i], error);
    return done;
}
