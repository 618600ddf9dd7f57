#include "collector/survey/declare.h"

#include <string.h>

static bool read_version(struct survey *survey, struct reader *reader)
{
    json_t *version = json_object_get(survey->json, "version");
    json_int_t value = json_integer_value(version);
    if (json_is_integer(version) && value >= 1 && value <= INT32_MAX) {
        survey->version = (int)value;
        return true;
    }
    return reader_fault_at(reader, "version", "must be a whole number from 1");
}

static bool read_offset(struct survey *survey, struct reader *reader)
{
    survey->offset_text = reader_string(reader, survey->json, "utc_offset");
    if (survey->offset_text == NULL)
        return false;
    if (offset_parse(survey->offset_text, strlen(survey->offset_text), &survey->offset_seconds))
        return true;
    return reader_fault_at(reader, "utc_offset", "must be an offset such as +08:00");
}

static bool read_earliest_visit(struct survey *survey, struct reader *reader)
{
    const char *day = reader_string(reader, survey->json, "earliest_visit");
    if (day == NULL)
        return false;
    if (day_parse(day, strlen(day), &survey->earliest_visit))
        return true;
    return reader_fault_at(reader, "earliest_visit", "must be a day such as 2022-01-01");
}

static bool read_accuracy(struct survey *survey, struct reader *reader)
{
    if (!reader_real(reader, survey->json, "reporter_accuracy", &survey->reporter_accuracy))
        return false;
    if (survey->reporter_accuracy > 0 && survey->reporter_accuracy < 1)
        return true;
    return reader_fault_at(reader, "reporter_accuracy", "must lie between 0 and 1");
}

static bool read_head(struct survey *survey, struct reader *reader)
{
    static const char *const members[] = {"id",
                                          "version",
                                          "title",
                                          "utc_offset",
                                          "earliest_visit",
                                          "reporter_accuracy",
                                          "questions",
                                          "basis",
                                          "statuses",
                                          "conditions",
                                          "condition_texts",
                                          "standings",
                                          "states",
                                          "reasons",
                                          "notice_kinds",
                                          "texts",
                                          NULL};
    if (!reader_members(reader, survey->json, members))
        return false;
    survey->id = reader_id(reader, survey->json, "id");
    return survey->id != NULL && read_version(survey, reader) &&
           reader_text(reader, survey->json, "title", &survey->title) &&
           read_offset(survey, reader) && read_earliest_visit(survey, reader) &&
           read_accuracy(survey, reader);
}

static bool list_fits(struct reader *reader, const json_t *list, size_t least, size_t most)
{
    size_t count = json_array_size(list);
    if (count >= least && count <= most)
        return true;
    return reader_fault(reader, "must have %zu to %zu items, not %zu", least, most, count);
}

/* The id and text that every question, option and basis has. */
static bool read_term(struct reader *reader, json_t *json, struct term *term)
{
    term->id = reader_id(reader, json, "id");
    return term->id != NULL && reader_text(reader, json, "text", &term->text);
}

static bool read_option(struct survey_question *question, struct reader *reader, json_t *json)
{
    static const char *const members[] = {"id", "text", NULL};
    struct survey_option *option = &question->options[question->option_count];
    option->status = -1;
    if (!reader_members(reader, json, members) || !read_term(reader, json, &option->term))
        return false;
    if (survey_option(question, option->term.id) >= 0)
        return reader_fault(reader, "the option \"%s\" is there already", option->term.id);
    question->option_count++;
    return true;
}

static bool read_options(struct survey *survey, struct survey_question *question,
                         struct reader *reader, json_t *json)
{
    json_t *list = reader_array(reader, json, "options");
    if (list == NULL)
        return false;
    size_t outer = reader_enter(reader, "options");
    if (!list_fits(reader, list, 2, SURVEY_OPTIONS_MAX))
        return false;
    question->options = pool_zeroed(survey->pool, json_array_size(list), sizeof *question->options);
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t mark = reader_enter_item(reader, i);
        if (!read_option(question, reader, json_array_get(list, i)))
            return false;
        reader_leave(reader, mark);
    }
    reader_leave(reader, outer);
    return true;
}

static bool read_more(struct survey_question *question, struct reader *reader, const json_t *json)
{
    const json_t *more = json_object_get(json, "more");
    if (more != NULL && !json_is_boolean(more))
        return reader_fault_at(reader, "more", "must be true or false");
    question->more = json_is_true(more);
    return true;
}

static bool read_question(struct survey *survey, struct reader *reader, json_t *json)
{
    static const char *const members[] = {"id", "text", "help", "more", "options", NULL};
    struct survey_question *question = &survey->questions[survey->question_count];
    if (!reader_members(reader, json, members) || !read_term(reader, json, &question->term))
        return false;
    if (survey_question(survey, question->term.id) >= 0)
        return reader_fault(reader, "the question \"%s\" is there already", question->term.id);
    if (json_object_get(json, "help") != NULL &&
        !reader_text(reader, json, "help", &question->term.help))
        return false;
    survey->question_count++;
    return read_more(question, reader, json) && read_options(survey, question, reader, json);
}

static bool read_questions(struct survey *survey, struct reader *reader)
{
    json_t *list = reader_array(reader, survey->json, "questions");
    if (list == NULL)
        return false;
    size_t outer = reader_enter(reader, "questions");
    if (!list_fits(reader, list, 1, SURVEY_QUESTIONS_MAX))
        return false;
    survey->questions = pool_zeroed(survey->pool, json_array_size(list), sizeof *survey->questions);
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t mark = reader_enter_item(reader, i);
        if (!read_question(survey, reader, json_array_get(list, i)))
            return false;
        reader_leave(reader, mark);
    }
    reader_leave(reader, outer);
    return true;
}

static bool read_basis(struct survey *survey, struct reader *reader, json_t *json)
{
    static const char *const members[] = {"id", "text", "weight", NULL};
    struct survey_basis *basis = &survey->basis[survey->basis_count];
    if (!reader_members(reader, json, members) || !read_term(reader, json, &basis->term) ||
        !reader_real(reader, json, "weight", &basis->weight))
        return false;
    if (survey_basis(survey, basis->term.id) >= 0)
        return reader_fault(reader, "the basis \"%s\" is there already", basis->term.id);
    if (!(basis->weight > 0 && basis->weight <= 1))
        return reader_fault(reader, "\"weight\" must be above 0 and at most 1");
    survey->basis_count++;
    return true;
}

static bool read_bases(struct survey *survey, struct reader *reader)
{
    json_t *list = reader_array(reader, survey->json, "basis");
    if (list == NULL)
        return false;
    size_t outer = reader_enter(reader, "basis");
    if (!list_fits(reader, list, 1, SURVEY_OPTIONS_MAX))
        return false;
    survey->basis = pool_zeroed(survey->pool, json_array_size(list), sizeof *survey->basis);
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t mark = reader_enter_item(reader, i);
        if (!read_basis(survey, reader, json_array_get(list, i)))
            return false;
        reader_leave(reader, mark);
    }
    reader_leave(reader, outer);
    return true;
}

bool declare_survey(struct survey *survey, const struct source *source, struct error *error)
{
    auto_buffer struct buffer bytes = {0};
    struct reader reader;
    if (!reader_load(&reader, source, "survey.json", &bytes, &survey->json, error))
        return false;
    return read_head(survey, &reader) && read_questions(survey, &reader) &&
           read_bases(survey, &reader) && declare_statuses(survey, &reader) &&
           declare_conditions(survey, &reader) && declare_texts(survey, &reader);
}
