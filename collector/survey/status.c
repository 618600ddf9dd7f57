#include <string.h>

#include "collector/survey/declare.h"

/* The status with this id, which is added if it is new; -1 when there is no room. */
static int status_index(struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->statuses.count; i++)
        if (strcmp(survey->statuses.terms[i].id, id) == 0)
            return i;
    if (survey->statuses.count == SURVEY_STATUSES_MAX)
        return -1;
    survey->statuses.terms[survey->statuses.count].id = id;
    return survey->statuses.count++;
}

static bool read_status_questions(struct survey *survey, struct reader *reader, json_t *statuses)
{
    json_t *list = reader_array(reader, statuses, "questions");
    if (list == NULL)
        return false;
    size_t outer = reader_enter(reader, "questions");
    if (json_array_size(list) == 0)
        return reader_fault(reader, "must name at least one question");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        int question = id == NULL ? -1 : survey_question(survey, id);
        size_t mark = reader_enter_item(reader, i);
        if (question < 0)
            return reader_fault(reader, "no such question");
        if (survey->questions[question].for_status)
            return reader_fault(reader, "the question \"%s\" is named twice", id);
        survey->questions[question].for_status = true;
        reader_leave(reader, mark);
    }
    reader_leave(reader, outer);
    return true;
}

/* Gives the status to the option of this id in every status question; false if none has it. */
static bool map_option(struct survey *survey, const char *option_id, int status)
{
    bool found = false;
    for (int i = 0; i < survey->question_count; i++) {
        struct survey_question *question = &survey->questions[i];
        int option = survey_option(question, option_id);
        if (!question->for_status || option < 0)
            continue;
        question->options[option].status = status;
        found = true;
    }
    return found;
}

static bool read_mapping(struct survey *survey, struct reader *reader, const char *option,
                         const char *id)
{
    if (id == NULL || !reader_id_valid(id))
        return reader_fault(reader, "must be the id of a status");
    int status = status_index(survey, id);
    if (status < 0)
        return reader_fault(reader, "more than %d statuses", SURVEY_STATUSES_MAX);
    if (!map_option(survey, option, status))
        return reader_fault(reader, "no status question has the option \"%s\"", option);
    return true;
}

static bool read_map(struct survey *survey, struct reader *reader, json_t *statuses)
{
    json_t *map = reader_object(reader, statuses, "map");
    if (map == NULL)
        return false;
    size_t outer = reader_enter(reader, "map");
    const char *option;
    json_t *status;
    json_object_foreach (map, option, status) {
        size_t mark = reader_enter(reader, option);
        if (!read_mapping(survey, reader, option, json_string_value(status)))
            return false;
        reader_leave(reader, mark);
    }
    if (survey->statuses.count == 0)
        return reader_fault(reader, "must map at least one option");
    reader_leave(reader, outer);
    return true;
}

static bool read_special(struct survey *survey, struct reader *reader, json_t *statuses,
                         const char *key, int *status_out)
{
    const char *id = reader_id(reader, statuses, key);
    if (id == NULL)
        return false;
    int status = status_index(survey, id);
    if (status >= 0) {
        *status_out = status;
        return true;
    }
    return reader_fault_at(reader, key, "more than %d statuses", SURVEY_STATUSES_MAX);
}

static bool read_specials(struct survey *survey, struct reader *reader, json_t *statuses)
{
    int mapped = survey->statuses.count;
    if (!read_special(survey, reader, statuses, "several", &survey->status_several) ||
        !read_special(survey, reader, statuses, "none", &survey->status_none) ||
        !read_special(survey, reader, statuses, "not_open", &survey->status_not_open))
        return false;
    if (survey->status_none < mapped || survey->status_none == survey->status_several)
        return reader_fault(reader, "\"none\" must be a status of its own");
    if (survey->status_not_open != survey->statuses.count - 1 ||
        survey->status_not_open == survey->status_none)
        return reader_fault(reader, "\"not_open\" must be a status of its own");
    return true;
}

/* Texts for exactly the terms of a table: the member `key` of `json` is {id: text}. */
static bool read_table_texts(struct reader *reader, json_t *json, const char *key,
                             const struct term_table *table, bool as_help)
{
    json_t *texts = reader_object(reader, json, key);
    if (texts == NULL)
        return false;
    size_t mark = reader_enter(reader, key);
    for (int i = 0; i < table->count; i++) {
        struct term *term = &table->terms[i];
        if (!reader_text(reader, texts, term->id, as_help ? &term->help : &term->text))
            return false;
    }
    const char *id;
    json_t *text;
    json_object_foreach (texts, id, text) {
        if (term_find(table, id) == NULL)
            return reader_fault(reader, "\"%s\" is none of its ids", id);
    }
    reader_leave(reader, mark);
    return true;
}

bool declare_statuses(struct survey *survey, struct reader *reader)
{
    static const char *const members[] = {"questions", "map",   "several",   "none",
                                          "not_open",  "texts", "sentences", NULL};
    json_t *statuses = reader_object(reader, survey->json, "statuses");
    if (statuses == NULL)
        return false;
    survey->statuses.terms =
        pool_zeroed(survey->pool, SURVEY_STATUSES_MAX, sizeof *survey->statuses.terms);
    size_t mark = reader_enter(reader, "statuses");
    bool read = reader_members(reader, statuses, members) &&
                read_status_questions(survey, reader, statuses) &&
                read_map(survey, reader, statuses) && read_specials(survey, reader, statuses) &&
                read_table_texts(reader, statuses, "texts", &survey->statuses, false) &&
                read_table_texts(reader, statuses, "sentences", &survey->statuses, true);
    reader_leave(reader, mark);
    return read;
}

static bool read_condition(struct survey *survey, struct reader *reader, const char *id,
                           json_t *json)
{
    if (!reader_id_valid(id) || !json_is_object(json) || json_object_size(json) != 1)
        return reader_fault(reader, "must be an id with {question: option}");
    void *only = json_object_iter(json);
    const char *option_id = json_string_value(json_object_iter_value(only));
    int question = survey_question(survey, json_object_iter_key(only));
    if (question < 0)
        return reader_fault(reader, "no such question as \"%s\"", json_object_iter_key(only));
    int option = option_id == NULL ? -1 : survey_option(&survey->questions[question], option_id);
    if (option < 0)
        return reader_fault(reader, "no such option of \"%s\"", json_object_iter_key(only));
    survey->conditions[survey->condition_count++] =
        (struct survey_condition){.term = {.id = id}, .question = question, .option = option};
    return true;
}

static bool read_condition_texts(struct survey *survey, struct reader *reader)
{
    struct term_table table = {.count = survey->condition_count};
    table.terms = pool_zeroed(survey->pool, (size_t)table.count, sizeof *table.terms);
    for (int i = 0; i < table.count; i++)
        table.terms[i] = survey->conditions[i].term;
    if (!read_table_texts(reader, survey->json, "condition_texts", &table, false))
        return false;
    for (int i = 0; i < table.count; i++)
        survey->conditions[i].term = table.terms[i];
    return true;
}

bool declare_conditions(struct survey *survey, struct reader *reader)
{
    json_t *conditions = reader_object(reader, survey->json, "conditions");
    if (conditions == NULL)
        return false;
    size_t outer = reader_enter(reader, "conditions");
    if (json_object_size(conditions) > SURVEY_CONDITIONS_MAX)
        return reader_fault(reader, "more than %d conditions", SURVEY_CONDITIONS_MAX);
    survey->conditions =
        pool_zeroed(survey->pool, json_object_size(conditions), sizeof *survey->conditions);
    const char *id;
    json_t *condition;
    json_object_foreach (conditions, id, condition) {
        size_t mark = reader_enter(reader, id);
        if (!read_condition(survey, reader, id, condition))
            return false;
        reader_leave(reader, mark);
    }
    reader_leave(reader, outer);
    return read_condition_texts(survey, reader);
}

/* What the program itself knows by name, and the survey gives the words for. */
static const char *const standing_ids[] = {"confirmed", "likely",  "stale", "inferred",
                                           "disputed",  "unknown", NULL};
static const char *const state_ids[] = {"pending",  "approved",  "rejected",
                                        "withheld", "withdrawn", NULL};
static const char *const reason_ids[] = {"ok",        "duplicate",     "implausible",
                                         "off_topic", "personal_data", "spam",
                                         "policy",    "other",         NULL};
static const char *const kind_ids[] = {"official", "press", "finding", NULL};

static bool read_known_terms(struct survey *survey, struct reader *reader, const char *key,
                             const char *const *ids, struct term_table *table)
{
    while (ids[table->count] != NULL)
        table->count++;
    table->terms = pool_zeroed(survey->pool, (size_t)table->count, sizeof *table->terms);
    for (int i = 0; i < table->count; i++)
        table->terms[i].id = ids[i];
    return read_table_texts(reader, survey->json, key, table, false);
}

static bool require_texts(struct survey *survey, struct reader *reader)
{
    static const char *const required[] = {"form_head",
                                           "not_seen",
                                           "basis",
                                           "more",
                                           "privacy",
                                           "withheld",
                                           "conditions_all",
                                           "condition_unknown",
                                           "notices",
                                           "certainty_confirmed",
                                           "certainty_likely",
                                           "certainty_stale",
                                           "certainty_inferred",
                                           "certainty_disputed",
                                           "certainty_unknown",
                                           "ground_confirmed",
                                           "ground_likely",
                                           "ground_stale",
                                           "ground_inferred",
                                           "ground_disputed",
                                           "ground_unknown",
                                           "sentence_ground",
                                           "sentence_ground_no_visit",
                                           "licence"};
    for (size_t i = 0; i < ARRAY_LENGTH(required); i++)
        if (term_find(&survey->texts, required[i]) == NULL)
            return reader_fault(reader, "lacks \"%s\"", required[i]);
    survey->form_head = term_find(&survey->texts, "form_head")->text;
    return true;
}

static bool read_other_texts(struct survey *survey, struct reader *reader)
{
    json_t *texts = reader_object(reader, survey->json, "texts");
    if (texts == NULL)
        return false;
    size_t outer = reader_enter(reader, "texts");
    survey->texts.terms =
        pool_zeroed(survey->pool, json_object_size(texts), sizeof *survey->texts.terms);
    const char *id;
    json_t *text;
    json_object_foreach (texts, id, text) {
        struct term *term = &survey->texts.terms[survey->texts.count++];
        term->id = id;
        size_t mark = reader_enter(reader, id);
        bool may_be_empty = strncmp(id, "certainty_", strlen("certainty_")) == 0;
        if (!reader_text_value(reader, text, may_be_empty, &term->text))
            return false;
        reader_leave(reader, mark);
    }
    bool complete = require_texts(survey, reader);
    reader_leave(reader, outer);
    return complete;
}

bool declare_texts(struct survey *survey, struct reader *reader)
{
    return read_known_terms(survey, reader, "standings", standing_ids, &survey->standings) &&
           read_known_terms(survey, reader, "states", state_ids, &survey->states) &&
           read_known_terms(survey, reader, "reasons", reason_ids, &survey->reasons) &&
           read_known_terms(survey, reader, "notice_kinds", kind_ids, &survey->notice_kinds) &&
           read_other_texts(survey, reader);
}
