#include <stdio.h>

#include "tests/unit/survey_fixture.h"

/*
 * The hand-made documents of tests/cases: invalid/NAME.json with what is wrong in
 * NAME.errors.json, valid/NAME.json with its RFC 8785 form in NAME.canonical.json.
 */
enum {
    CASE_MAX = 64 * 1024,
    CASES_LEAST = 200
};

static int load(void **state)
{
    *state = load_survey(NULL);
    return 0;
}

static int unload(void **state)
{
    survey_destroy(*state);
    return 0;
}

/* Reads a file of the same name with another ending. */
static void read_beside(const char *name, const char *ending, struct buffer *buffer)
{
    auto_buffer struct buffer path = {0};
    size_t stem = strlen(name) - strlen(".json");
    buffer_format(&path, "%s/%.*s%s", CASES, (int)stem, name, ending);
    struct error error = {0};
    if (!file_read(path.data, CASE_MAX, buffer, &error))
        fail_msg("%s", error.text);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name);
    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

/* Calls `each` for every document of the folder; returns how many there are. */
static int each_case(const char *folder, const char *beside, const struct survey *survey,
                     void (*each)(const struct survey *survey, const char *name,
                                  const struct buffer *text, const struct buffer *expected))
{
    struct source cases = {.directory = CASES};
    struct source_list list;
    assert_true(source_list(&cases, folder, &list, NULL));
    int count = 0;
    for (size_t i = 0; i < list.count; i++) {
        if (ends_with(list.paths[i], beside))
            continue;
        auto_buffer struct buffer text = {0};
        auto_buffer struct buffer expected = {0};
        read_beside(list.paths[i], ".json", &text);
        read_beside(list.paths[i], beside, &expected);
        each(survey, list.paths[i], &text, &expected);
        count++;
    }
    source_list_finish(&list);
    return count;
}

static void write_candidates(const struct survey *survey, const struct report_fault *fault,
                             struct buffer *buffer)
{
    for (int i = 0; i < fault->candidate_count; i++)
        buffer_format(buffer, " %s", survey->stations[fault->candidates[i]].id);
}

/* What was found, as lines that one can compare and read. */
static void write_found(const struct survey *survey, const struct report_faults *faults,
                        struct buffer *buffer)
{
    if (faults->not_json)
        buffer_text(buffer, faults->duplicate_key ? "400 duplicate_key\n" : "400 bad_json\n");
    for (int i = 0; i < faults->count; i++) {
        buffer_json(buffer, faults->faults[i].pointer, faults->faults[i].pointer_length);
        buffer_format(buffer, " %s", faults->faults[i].code);
        write_candidates(survey, &faults->faults[i], buffer);
        buffer_char(buffer, '\n');
    }
}

static void write_expected_error(const json_t *error, struct buffer *buffer)
{
    const json_t *pointer = json_object_get(error, "pointer");
    buffer_json(buffer, json_string_value(pointer), json_string_length(pointer));
    buffer_format(buffer, " %s", json_string_value(json_object_get(error, "code")));
    size_t i;
    json_t *candidate;
    json_array_foreach (json_object_get(error, "candidates"), i, candidate) {
        buffer_format(buffer, " %s", json_string_value(candidate));
    }
    buffer_char(buffer, '\n');
}

static void write_expected(const char *name, const struct buffer *expected, struct buffer *buffer)
{
    json_t *json = json_loadb(expected->data, expected->length, JSON_ALLOW_NUL, NULL);
    if (json == NULL)
        fail_msg("%s: what is expected of it is no JSON", name);
    if (json_integer_value(json_object_get(json, "status")) == 400)
        buffer_format(buffer, "400 %s\n", json_string_value(json_object_get(json, "code")));
    size_t i;
    json_t *error;
    json_array_foreach (json_object_get(json, "errors"), i, error) {
        write_expected_error(error, buffer);
    }
    json_decref(json);
}

static void refuse(const struct survey *survey, const char *name, const struct buffer *text,
                   const struct buffer *expected)
{
    struct report report;
    struct report_faults faults;
    auto_buffer struct buffer found = {0};
    auto_buffer struct buffer wanted = {0};
    const char *bytes = text->length > 0 ? text->data : "";
    if (report_parse(survey, bytes, text->length, CASES_NOW, &report, &faults))
        fail_msg("%s was taken", name);
    write_found(survey, &faults, &found);
    write_expected(name, expected, &wanted);
    if (found.data == NULL || strcmp(found.data, wanted.data) != 0)
        fail_msg("%s:\n%sis not\n%s", name, found.data, wanted.data);
    report_faults_finish(&faults);
}

static void take(const struct survey *survey, const char *name, const struct buffer *text,
                 const struct buffer *expected)
{
    struct report report;
    struct report_faults faults;
    auto_buffer struct buffer canonical = {0};
    if (!report_parse(survey, text->data, text->length, CASES_NOW, &report, &faults))
        fail_msg("%s: %s", name, faults.not_json ? faults.reason : faults.faults[0].detail);
    report_canonical(survey, &report, &canonical);
    buffer_char(&canonical, '\n');
    if (strcmp(canonical.data, expected->data) != 0)
        fail_msg("%s:\n%sis not\n%s", name, canonical.data, expected->data);
    report_finish(&report);
}

static void every_bad_document_has_exactly_its_own_faults(void **state)
{
    assert_true(each_case("invalid", ".errors.json", *state, refuse) >= CASES_LEAST);
}

static void every_good_document_is_taken_in_its_canonical_form(void **state)
{
    assert_true(each_case("valid", ".canonical.json", *state, take) >= 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bad_document_has_exactly_its_own_faults),
        cmocka_unit_test(every_good_document_is_taken_in_its_canonical_form),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
