#include "collector/aggregate/declared.h"

#include <string.h>

#include "collector/survey/names.h"

static bool lacks(const char *member, struct error *error)
{
    return error_set(error, ERROR_INVALID, "line 1: the header has no usable \"%s\"", member);
}

static bool read_day(const json_t *json, const char *member, int32_t *day_out, struct error *error)
{
    const char *text = json_string_value(json_object_get(json, member));
    return (text && day_parse(text, strlen(text), day_out)) || lacks(member, error);
}

static const char *read_id(const json_t *object, const char *member)
{
    const char *id = json_string_value(json_object_get(object, member));
    return id ? id : "";
}

static bool read_basis(struct declared *declared, struct error *error)
{
    json_t *basis = json_object_get(declared->json, "basis");
    struct survey *survey = &declared->survey;
    const char *id;
    json_t *weight;
    survey->basis = memory_zeroed(json_object_size(basis), sizeof(*survey->basis));
    json_object_foreach (basis, id, weight) {
        struct survey_basis *row = &survey->basis[survey->basis_count++];
        row->term.id = id;
        row->weight = json_number_value(weight);
        if (!(row->weight >= 0 && row->weight <= 1))
            return lacks("basis", error);
    }
    return survey->basis_count > 0 || lacks("basis", error);
}

static bool read_question(const json_t *json, struct survey_question *question)
{
    const json_t *options = json_object_get(json, "options");
    size_t count = json_array_size(options);
    question->term.id = read_id(json, "id");
    if (count == 0 || count > SURVEY_OPTIONS_MAX)
        return false;
    question->options = memory_zeroed(count, sizeof(*question->options));
    question->option_count = (int)count;
    for (size_t i = 0; i < count; i++) {
        const char *id = json_string_value(json_array_get(options, i));
        question->options[i].term.id = id ? id : "";
        question->options[i].status = -1;
    }
    return true;
}

static bool read_questions(struct declared *declared, struct error *error)
{
    const json_t *model = json_object_get(declared->json, "model");
    const json_t *questions = json_object_get(model, "questions");
    size_t count = json_array_size(questions);
    if (count == 0 || count > SURVEY_QUESTIONS_MAX)
        return lacks("model", error);
    struct survey *survey = &declared->survey;
    survey->questions = memory_zeroed(count, sizeof(*survey->questions));
    survey->question_count = (int)count;
    for (size_t q = 0; q < count; q++)
        if (!read_question(json_array_get(questions, q), &survey->questions[q]))
            return lacks("model.questions.options", error);
    return true;
}

/* The number of a status, which joins the table if it is new. */
static int status_number(struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->statuses.count; i++)
        if (strcmp(survey->statuses.terms[i].id, id) == 0)
            return i;
    if (survey->statuses.count == SURVEY_STATUSES_MAX)
        return SURVEY_STATUSES_MAX - 1;
    survey->statuses.terms[survey->statuses.count].id = id;
    return survey->statuses.count++;
}

static void map_option(struct survey *survey, const char *option, int status)
{
    for (int q = 0; q < survey->question_count; q++) {
        struct survey_question *question = &survey->questions[q];
        int number = survey_option(question, option);
        if (question->for_status && number >= 0)
            question->options[number].status = status;
    }
}

static bool read_statuses(struct declared *declared, struct error *error)
{
    json_t *statuses = json_object_get(declared->json, "statuses");
    struct survey *survey = &declared->survey;
    survey->statuses.terms = memory_zeroed(SURVEY_STATUSES_MAX, sizeof(struct term));
    const json_t *questions = json_object_get(statuses, "questions");
    for (size_t i = 0; i < json_array_size(questions); i++) {
        const char *id = json_string_value(json_array_get(questions, i));
        int question = id ? survey_question(survey, id) : -1;
        if (question < 0)
            return lacks("statuses.questions", error);
        survey->questions[question].for_status = true;
    }
    const char *option;
    json_t *status;
    json_object_foreach (json_object_get(statuses, "map"), option, status) {
        const char *id = json_string_value(status);
        map_option(survey, option, status_number(survey, id ? id : ""));
    }
    survey->status_several = status_number(survey, read_id(statuses, "several"));
    survey->status_none = status_number(survey, read_id(statuses, "none"));
    const char *not_open = read_id(statuses, "not_open");
    survey->status_not_open = status_number(survey, *not_open ? not_open : "not_open");
    return true;
}

static bool read_conditions(struct declared *declared, struct error *error)
{
    json_t *conditions = json_object_get(declared->json, "conditions");
    struct survey *survey = &declared->survey;
    const char *id;
    json_t *wanted;
    if (json_object_size(conditions) > SURVEY_CONDITIONS_MAX)
        return lacks("conditions", error);
    survey->conditions = memory_zeroed(SURVEY_CONDITIONS_MAX, sizeof(*survey->conditions));
    json_object_foreach (conditions, id, wanted) {
        struct survey_condition *condition = &survey->conditions[survey->condition_count++];
        const char *question = json_object_iter_key(json_object_iter(wanted));
        const char *option = question ? read_id(wanted, question) : "";
        condition->term.id = id;
        condition->question = question ? survey_question(survey, question) : -1;
        condition->option = condition->question < 0
                                ? -1
                                : survey_option(&survey->questions[condition->question], option);
        if (condition->option < 0)
            return lacks("conditions", error);
    }
    return true;
}

static bool read_stations(struct declared *declared, struct error *error)
{
    json_t *stations = json_object_get(declared->json, "stations");
    struct survey *survey = &declared->survey;
    survey->stations = memory_zeroed(json_object_size(stations), sizeof(*survey->stations));
    survey->index = names_create();
    const char *id;
    json_t *station;
    json_object_foreach (stations, id, station) {
        int number = survey->station_count++;
        const char *opened = json_string_value(json_object_get(station, "opened"));
        survey->stations[number].id = id;
        survey->stations[number].opened = DAY_NONE;
        if (opened && !day_parse(opened, strlen(opened), &survey->stations[number].opened))
            return lacks("stations", error);
        (void)map_put(survey->index->ids, id, strlen(id), (uint64_t)number);
    }
    return survey->station_count > 0 || lacks("stations", error);
}

/* The scope by its places, so that lines need not be known. */
static void resolve_scope(json_t *notice)
{
    json_t *places = json_object_get(notice, "places");
    if (json_is_array(places)) {
        json_t *scope = json_object();
        json_object_set(scope, "stations", places);
        json_object_set_new(notice, "scope", scope);
    }
    json_object_del(notice, "places");
}

static bool read_rules(struct declared *declared, struct error *error)
{
    json_t *notices = json_object_get(declared->json, "notices");
    struct survey *survey = &declared->survey;
    for (size_t i = 0; i < json_array_size(notices); i++)
        resolve_scope(json_array_get(notices, i));
    auto_free char *text =
        json_dumps(json_object_get(declared->json, "model"), JSON_REAL_PRECISION(17));
    struct model *model = model_parse(survey, text ? text : "", text ? strlen(text) : 0, error);
    if (!model)
        return error_prefix(error, "line 1");
    declared->rules = rules_create(survey, model, notices, declared->as_of);
    return declared->rules->notice_count == json_array_size(notices) || lacks("notices", error);
}

bool declared_parse(const char *line, size_t length, struct declared *declared_out,
                    struct error *error)
{
    json_error_t fault;
    struct declared *declared = declared_out;
    *declared = (struct declared){0};
    declared->json = json_loadb(line, length, JSON_REJECT_DUPLICATES, &fault);
    if (!json_is_object(declared->json) ||
        json_integer_value(json_object_get(declared->json, "export")) != 1) {
        error_set(error, ERROR_INVALID, "line 1: no header of an export of version 1");
        declared_finish(declared);
        return false;
    }
    struct survey *survey = &declared->survey;
    const char *offset = read_id(declared->json, "offset");
    bool read =
        (offset_parse(offset, strlen(offset), &survey->offset_seconds) || lacks("offset", error)) &&
        read_day(declared->json, "earliest_visit", &survey->earliest_visit, error) &&
        read_day(declared->json, "as_of", &declared->as_of, error) &&
        read_day(declared->json, "known_at", &declared->known_at, error) &&
        read_basis(declared, error) && read_questions(declared, error) &&
        read_statuses(declared, error) && read_conditions(declared, error) &&
        read_stations(declared, error) && read_rules(declared, error);
    if (!read)
        declared_finish(declared);
    return read;
}

void declared_finish(struct declared *declared)
{
    struct survey *survey = &declared->survey;
    rules_drop(declared->rules);
    for (int q = 0; q < survey->question_count; q++)
        free(survey->questions[q].options);
    names_destroy(survey->index);
    free(survey->questions);
    free(survey->basis);
    free(survey->statuses.terms);
    free(survey->conditions);
    free(survey->stations);
    json_decref(declared->json);
    *declared = (struct declared){0};
}
