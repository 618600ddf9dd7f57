#include "collector/survey/survey.h"

#include <string.h>

#include "collector/survey/declare.h"
#include "collector/survey/names.h"

struct survey *survey_load(const struct source *source, struct error *error)
{
    struct survey *survey = memory_zeroed(1, sizeof *survey);
    survey->pool = pool_create();
    if (declare_survey(survey, source, error) && declare_places(survey, source, error) &&
        declare_notices(survey, source, error))
        return survey;
    survey_destroy(survey);
    return NULL;
}

void survey_destroy(struct survey *survey)
{
    if (survey == NULL)
        return;
    for (int i = 0; i < survey->notice_count; i++)
        notice_finish(&survey->notices[i]);
    names_destroy(survey->index);
    json_decref(survey->json);
    pool_destroy(survey->pool);
    free(survey);
}

int survey_question(const struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->question_count; i++)
        if (strcmp(survey->questions[i].term.id, id) == 0)
            return i;
    return -1;
}

int survey_option(const struct survey_question *question, const char *id)
{
    for (int i = 0; i < question->option_count; i++)
        if (strcmp(question->options[i].term.id, id) == 0)
            return i;
    return -1;
}

int survey_basis(const struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->basis_count; i++)
        if (strcmp(survey->basis[i].term.id, id) == 0)
            return i;
    return -1;
}

int survey_station(const struct survey *survey, const char *id)
{
    uint64_t station;
    return map_get(survey->index->ids, id, strlen(id), &station) ? (int)station : -1;
}

int survey_line(const struct survey *survey, const char *id)
{
    for (int i = 0; i < survey->line_count; i++)
        if (strcmp(survey->lines[i].id, id) == 0)
            return i;
    return -1;
}

const struct term *term_find(const struct term_table *table, const char *id)
{
    for (int i = 0; i < table->count; i++)
        if (strcmp(table->terms[i].id, id) == 0)
            return &table->terms[i];
    return NULL;
}

const char *term_text(const struct term_table *table, const char *id, enum language language)
{
    const struct term *term = term_find(table, id);
    return term == NULL ? id : term->text.in[language];
}
