#ifndef ZHANJI_TESTS_PAGES_FIXTURE_H
#define ZHANJI_TESTS_PAGES_FIXTURE_H

/* The built-in survey and an app without store or view; include after cmocka.h. */
#include "collector/pages/pages.h"
#include "tests/unit/page_text.h"

extern const struct embedded_file schema_files[];
extern const size_t schema_files_count;

enum {
    NOW = 1795334400 /* 2026-11-22T08:00:00Z */
};

static inline int64_t fixed_now(void *context)
{
    (void)context;
    return NOW;
}

struct fixture {
    struct source source;
    struct survey *survey;
    struct app app;
};

static inline int setup(void **state)
{
    struct fixture *fixture = memory_zeroed(1, sizeof *fixture);
    struct error error = {0};
    fixture->source = (struct source){.files = schema_files, .count = schema_files_count};
    fixture->survey = survey_load(&fixture->source, &error);
    if (fixture->survey == NULL)
        fail_msg("%s", error.text);
    fixture->app = (struct app){.survey = fixture->survey, .clock = {fixed_now, NULL}};
    *state = fixture;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *fixture = *state;
    survey_destroy(fixture->survey);
    free(fixture);
    return 0;
}

#endif
