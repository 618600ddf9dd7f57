#ifndef ZHANJI_TESTS_FUZZ_SURVEY_TARGET_H
#define ZHANJI_TESTS_FUZZ_SURVEY_TARGET_H

#include "collector/survey/report.h"
#include "tests/fuzz/target.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

/* The survey of the project, read at the first input. */
static inline const struct survey *target_survey(void)
{
    static struct survey *survey;
    if (survey != NULL)
        return survey;
    struct source source = {.files = schema_files, .count = schema_files_count};
    survey = survey_load(&source, NULL);
    PROMISE(survey != NULL);
    return survey;
}

#endif
