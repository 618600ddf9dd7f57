#include "collector/aggregate/export.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "collector/aggregate/declared.h"
#include "collector/aggregate/output.h"
#include "collector/base/map.h"
#include "collector/figures/print.h"
#include "collector/figures/station.h"

struct recount {
    struct declared declared;
    struct observed *observed; /* of each station */
    struct map *reporters;     /* "station\npseudonym" → number */
    size_t reporter_capacity;
    size_t line;
    int32_t as_of;
    struct sink out, history, stations;
    bool has_out, has_history, has_stations;
};

static bool fault(const struct recount *recount, const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID, "line %zu: no usable \"%s\"", recount->line, what);
}

/* A reporter's number in this export, with its accuracy. */
static uint32_t number_reporter(struct recount *recount, const char *station, const json_t *report)
{
    const char *pseudonym = json_string_value(json_object_get(report, "reporter"));
    struct model *model = recount->declared.rules->model;
    if (!pseudonym)
        return CONSENSUS_NOBODY;
    auto_buffer struct buffer key = {0};
    uint64_t number;
    buffer_format(&key, "%s\n%s", station, pseudonym);
    if (map_get(recount->reporters, key.data, key.length, &number))
        return (uint32_t)number;
    if (model->reporter_count == recount->reporter_capacity) {
        recount->reporter_capacity = recount->reporter_capacity * 2 + 64;
        model->accuracy = memory_resize_take(model->accuracy, recount->reporter_capacity,
                                             sizeof(*model->accuracy));
    }
    number = model->reporter_count++;
    model->accuracy[number] = json_number_value(json_object_get(report, "accuracy"));
    (void)map_put(recount->reporters, key.data, key.length, number);
    return (uint32_t)number;
}

static bool read_answers(const struct recount *recount, const json_t *report,
                         struct published_answer *answer, struct error *error)
{
    const struct survey *survey = &recount->declared.survey;
    const char *id;
    json_t *option;
    memset(answer->answers, -1, sizeof(answer->answers));
    json_object_foreach (json_object_get(report, "answers"), id, option) {
        const char *name = json_string_value(option);
        int question = survey_question(survey, id);
        int number = question < 0 || !name ? -1 : survey_option(&survey->questions[question], name);
        if (number < 0)
            return fault(recount, "answers", error);
        answer->answers[question] = (int8_t)number;
    }
    return true;
}

static bool read_report(struct recount *recount, const json_t *report, struct error *error)
{
    const struct survey *survey = &recount->declared.survey;
    const char *station = json_string_value(json_object_get(report, "station"));
    const char *visited = json_string_value(json_object_get(report, "visited"));
    const char *basis = json_string_value(json_object_get(report, "basis"));
    struct published_answer answer = {.station = station ? survey_station(survey, station) : -1};
    if (answer.station < 0)
        return fault(recount, "station", error);
    if (!visited || !visit_parse(visited, strlen(visited), survey->offset_seconds, &answer.visited))
        return fault(recount, "visited", error);
    double accuracy = json_number_value(json_object_get(report, "accuracy"));
    if (!(accuracy >= 0 && accuracy <= 1))
        return fault(recount, "accuracy", error);
    answer.basis = basis ? survey_basis(survey, basis) : -1;
    if (answer.basis < 0)
        return fault(recount, "basis", error);
    if (!read_answers(recount, report, &answer, error))
        return false;
    answer.reporter_number = number_reporter(recount, station, report);
    observed_add(&recount->observed[answer.station], &answer);
    return true;
}

static bool read_line(struct recount *recount, const char *text, size_t length, struct error *error)
{
    json_error_t wrong;
    json_t *report = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    bool read = json_is_object(report)
                    ? read_report(recount, report, error)
                    : error_set(error, ERROR_INVALID, "line %zu: no JSON object", recount->line);
    json_decref(report);
    return read;
}

static bool start(struct recount *recount, const char *text, size_t length, struct error *error)
{
    if (!declared_parse(text, length, &recount->declared, error))
        return false;
    const struct survey *survey = &recount->declared.survey;
    recount->observed = memory_zeroed((size_t)survey->station_count, sizeof(struct observed));
    for (int s = 0; s < survey->station_count; s++)
        observed_init(&recount->observed[s], survey);
    recount->as_of = recount->declared.as_of;
    return true;
}

static bool read_lines(struct recount *recount, FILE *stream, struct error *error)
{
    auto_free char *text = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool read = true;
    while (read && (length = getline(&text, &capacity, stream)) > 0) {
        recount->line++;
        size_t size = (size_t)length - (text[length - 1] == '\n');
        if (recount->line == 1)
            read = start(recount, text, size, error);
        else if (size > 0)
            read = read_line(recount, text, size, error);
    }
    if (read && ferror(stream))
        return error_set(error, ERROR_INTERNAL, "%s", strerrordesc_np(errno));
    if (read && recount->line == 0)
        return error_set(error, ERROR_INVALID, "line 1: no header of an export of version 1");
    return read;
}

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
        output_estimate(&recount->out.buffer, &row, known->reading.p[known->reading.best],
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

static bool write_parts(struct recount *recount, const struct options *options, struct error *error)
{
    struct options parts[OPTIONS_PARTS];
    size_t count = options_parts(options, parts);
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = write_all(recount, &parts[i], error);
    return done;
}

static bool read_now(struct recount *recount, const struct options *options, struct error *error)
{
    if (!options->now)
        return true;
    int32_t day;
    if (!day_parse(options->now, strlen(options->now), &day))
        return error_set(error, ERROR_INVALID, "--now %s: no day", options->now);
    recount->as_of = day < recount->declared.as_of ? day : recount->declared.as_of;
    return true;
}

static void recount_finish(struct recount *recount)
{
    for (int s = 0; recount->observed && s < recount->declared.survey.station_count; s++)
        observed_finish(&recount->observed[s]);
    free(recount->observed);
    map_destroy(recount->reporters);
    declared_finish(&recount->declared);
}

bool export_run(const struct options *options, struct error *error)
{
    FILE *stream = stream_read(options->export, error);
    if (!stream)
        return false;
    struct recount recount = {.reporters = map_create()};
    bool done = read_lines(&recount, stream, error) || error_prefix(error, "%s", options->export);
    stream_close_read(stream);
    for (int s = 0; done && s < recount.declared.survey.station_count; s++)
        observed_close(&recount.observed[s]);
    done = done && read_now(&recount, options, error) && write_parts(&recount, options, error);
    recount_finish(&recount);
    return done;
}
