#include "collector/aggregate/export.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "collector/aggregate/recount.h"
#include "collector/base/map.h"

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
    done = done && read_now(&recount, options, error) && recount_write(&recount, options, error);
    recount_finish(&recount);
    return done;
}
