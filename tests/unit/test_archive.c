#include "tests/unit/survey_fixture.h"

static struct archive load(const struct survey *survey, const char *directory, int64_t now)
{
    struct source source = built_in();
    source.directory = directory;
    struct archive archive = {0};
    struct error error = {0};
    if (!archive_load(survey, &source, now, &archive, &error))
        fail_msg("%s", error.text);
    return archive;
}

static void the_guides_thirteen_reports_are_read_in_order(void **state)
{
    (void)state;
    struct survey *survey = load_survey(NULL);
    struct archive archive = load(survey, NULL, CASES_NOW);
    assert_int_equal(archive.count, 13);
    const struct report *bagou = &archive.reports[4];
    assert_int_equal(bagou->station, survey_station(survey, "bagou"));
    assert_int_equal(bagou->answers[survey_question(survey, "card_condition")], 2);
    assert_string_equal(bagou->reporter, "guide-authors-2023-2024");
    assert_string_equal(archive.reports[12].visited_text, "2024");
    for (int i = 0; i < archive.count; i++)
        assert_true(archive.reports[i].has_id);
    archive_finish(&archive);
    survey_destroy(survey);
}

static void blank_lines_of_an_archive_are_skipped(void **state)
{
    (void)state;
    struct survey *survey = load_survey(TINY_SURVEY);
    struct archive archive = load(survey, TINY_SURVEY, CASES_NOW);
    assert_int_equal(archive.count, 2);
    assert_string_equal(archive.reports[1].note, "the sign names a fee");
    archive_finish(&archive);
    survey_destroy(survey);
}

static void an_archive_of_another_survey_is_refused_at_its_first_line(void **state)
{
    (void)state;
    struct survey *survey = load_survey(NULL);
    struct source source = built_in();
    source.directory = TINY_SURVEY;
    struct archive archive = {.count = 7};
    struct error error = {0};
    assert_false(archive_load(survey, &source, CASES_NOW, &archive, &error));
    assert_non_null(strstr(error.text, "archive/reports.ndjson:1: /station: unknown_station:"));
    assert_int_equal(archive.count, 7);
    survey_destroy(survey);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guides_thirteen_reports_are_read_in_order),
        cmocka_unit_test(blank_lines_of_an_archive_are_skipped),
        cmocka_unit_test(an_archive_of_another_survey_is_refused_at_its_first_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
