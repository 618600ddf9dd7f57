#include <string.h>

#include "collector/publish/versions.h"

void numbering_finish(struct numbering *numbering)
{
    json_decref(numbering->json);
    free(numbering->stations);
    free(numbering->questions);
    *numbering = (struct numbering){0};
}

/* The number of an id in the list, which it joins if it is new. */
static int64_t number_of(json_t *ids, const char *id, bool *grown)
{
    size_t count = json_array_size(ids);
    for (size_t i = 0; i < count; i++) {
        const char *known = json_string_value(json_array_get(ids, i));
        if (known != NULL && strcmp(known, id) == 0)
            return (int64_t)i;
    }
    json_array_append_new(ids, json_string(id));
    *grown = true;
    return (int64_t)count;
}

bool numbering_load(const struct survey *survey, const char *text, struct numbering *numbering_out,
                    struct error *error)
{
    const char *start = text == NULL ? "{\"stations\":[],\"questions\":[]}" : text;
    json_t *json = json_loads(start, JSON_REJECT_DUPLICATES, NULL);
    json_t *stations = json_object_get(json, "stations");
    json_t *questions = json_object_get(json, "questions");
    if (!json_is_array(stations) || !json_is_array(questions)) {
        json_decref(json);
        return error_set(error, ERROR_INTERNAL, "the stored numbering cannot be read");
    }
    struct numbering numbering = {.json = json,
                                  .station_count = survey->station_count,
                                  .question_count = survey->question_count};
    numbering.stations = memory_zeroed((size_t)survey->station_count + 1, sizeof(int64_t));
    numbering.questions = memory_zeroed((size_t)survey->question_count + 1, sizeof(int64_t));
    for (int s = 0; s < survey->station_count; s++)
        numbering.stations[s] = number_of(stations, survey->stations[s].id, &numbering.grown);
    for (int q = 0; q < survey->question_count; q++)
        numbering.questions[q] =
            number_of(questions, survey->questions[q].term.id, &numbering.grown);
    if (json_array_size(questions) > SURVEY_QUESTIONS_MAX) {
        numbering_finish(&numbering);
        return error_set(error, ERROR_INVALID,
                         "this database has known more than %d questions: begin a new one",
                         (int)SURVEY_QUESTIONS_MAX);
    }
    *numbering_out = numbering;
    return true;
}

static const char *id_of(const struct numbering *numbering, const char *list, int64_t number)
{
    const json_t *ids = json_object_get(numbering->json, list);
    return number < 0 ? NULL : json_string_value(json_array_get(ids, (size_t)number));
}

int numbering_station(const struct numbering *numbering, const struct survey *survey,
                      int64_t number)
{
    const char *id = id_of(numbering, "stations", number);
    return id == NULL ? -1 : survey_station(survey, id);
}

int numbering_question(const struct numbering *numbering, const struct survey *survey,
                       int64_t number)
{
    const char *id = id_of(numbering, "questions", number);
    return id == NULL ? -1 : survey_question(survey, id);
}
