#ifndef ZHANJI_TESTS_SURVEY_FIXTURE_H
#define ZHANJI_TESTS_SURVEY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/survey/archive.h"
#include "collector/survey/report.h"
#include "collector/survey/survey.h"

/* The declarations that are built in, and those of the second, tiny survey. */
extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

#define TINY_SURVEY CASES "/tiny-survey"

enum {
    /* 2026-11-22T08:00:00Z: the cases are judged as of then. */
    CASES_NOW = 1795334400
};

static inline struct source built_in(void)
{
    return (struct source){.files = schema_files, .count = schema_files_count};
}

static inline struct survey *load_survey(const char *directory)
{
    struct source source = built_in();
    source.directory = directory;
    struct error error = {0};
    struct survey *survey = survey_load(&source, &error);
    if (survey == NULL)
        fail_msg("%s", error.text);
    return survey;
}

#endif
