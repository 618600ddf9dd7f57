/* Files that are imported: what becomes a line for the server, and what is refused where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "moderation/import.h"

/* A file that the test reads, and what came of it. */
struct reading {
    char path[40];
    struct wording wording;
    struct buffer lines;
    size_t last; /* the line that the last report stood in */
    struct error error;
};

static int setup(void **state)
{
    static const char survey[] =
        "{\"id\":\"tiny\",\"questions\":[{\"id\":\"lift\",\"text\":{\"en\":\"Lift?\"},"
        "\"options\":[{\"id\":\"works\",\"text\":{\"en\":\"Works\"}}]}]}";
    struct reading *reading = memory_zeroed(1, sizeof *reading);

    reading->wording = (struct wording){json_loads(survey, 0, NULL), LANGUAGE_EN};
    *state = reading;
    return 0;
}

static int teardown(void **state)
{
    struct reading *reading = *state;

    unlink(reading->path);
    buffer_finish(&reading->lines);
    wording_finish(&reading->wording);
    free(reading);
    return 0;
}

/* The file's name ends like `ending`: .csv or .ndjson. */
static void write_file(struct reading *reading, const char *ending, const char *text)
{
    unlink(reading->path);
    snprintf(reading->path, sizeof reading->path, "/tmp/zhanji-import-XXXXXX%s", ending);
    int descriptor = mkstemps(reading->path, (int)strlen(ending));
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
}

static bool try_open(struct reading *reading, struct import *import)
{
    return import_open(reading->path, &reading->wording, import, &reading->error);
}

/* How many reports the file has, a line each; up to a fault, which `error` then tells. */
static size_t read_file(struct reading *reading)
{
    struct import import;
    size_t count = 0;

    buffer_clear(&reading->lines);
    assert_true(try_open(reading, &import));
    while (import_next(&import, &reading->lines, &reading->last, &reading->error) == 1) {
        buffer_char(&reading->lines, '\n');
        count++;
    }
    import_close(&import);
    return count;
}

static void a_csv_becomes_reports_with_stable_ids(void **state)
{
    struct reading *reading = *state;

    write_file(reading, ".csv",
               "station,visited,lift,note\nA,2023,works,\"a \"\"b\"\"\"\nA,2023,,\nA,2023,,\n");
    assert_int_equal(read_file(reading), 3);
    auto_free char *before = memory_text(reading->lines.data);
    assert_int_equal(read_file(reading), 3);
    assert_int_equal(reading->error.kind, ERROR_NONE);
    assert_int_equal(reading->last, 4);
    assert_string_equal(reading->lines.data, before);
    json_t *first = json_loadb(before, strcspn(before, "\n"), 0, NULL);
    assert_string_equal(wording_member(first, "note"), "a \"b\"");
    assert_string_equal(wording_member(json_object_get(first, "answers"), "lift"), "works");
    assert_null(json_object_get(first, "basis"));
    assert_int_equal(strlen(wording_member(first, "id")), 36);
    json_decref(first);
    /* The second and third row are alike, and yet two reports. */
    const char *second = strchr(before, '\n') + 1;
    const char *third = strchr(second, '\n') + 1;
    assert_memory_not_equal(second, third, (size_t)(third - second));
}

static void a_csv_with_unknown_columns_is_refused(void **state)
{
    static const char *const bad[] = {
        "station,visited,escalator\n", "station,lift\n", "visited,lift\n", "station,visited\n", "",
    };
    struct reading *reading = *state;

    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct import import;
        reading->error = (struct error){0};
        write_file(reading, ".csv", bad[i]);
        assert_false(try_open(reading, &import));
        assert_int_equal(reading->error.kind, ERROR_INVALID);
    }
}

static void a_csv_that_is_not_utf_8_is_refused_at_its_line(void **state)
{
    struct reading *reading = *state;

    write_file(reading, ".csv",
               "station,visited,lift,note\nA,2023,works,fine\n"
               "A,2023,works,\xd5\xbe\xc3\xc7\n"); /* GB 18030 */
    assert_int_equal(read_file(reading), 1);
    assert_int_equal(reading->lines.data[reading->lines.length - 1], '\n');
    assert_int_equal(reading->error.kind, ERROR_INVALID);
    assert_non_null(strstr(reading->error.text, "line 3: column note is not UTF-8"));
}

static void a_byte_order_mark_is_no_part_of_a_line(void **state)
{
    struct reading *reading = *state;

    write_file(reading, ".ndjson", "\xef\xbb\xbf{\"id\":\"x\"}\n");
    assert_int_equal(read_file(reading), 1);
    assert_int_equal(reading->error.kind, ERROR_NONE);
    assert_string_equal(reading->lines.data, "{\"id\":\"x\"}\n");
}

static void ndjson_keeps_what_has_an_id_and_what_is_broken(void **state)
{
    static const char kept[] = "{ \"id\" : \"x\" }\n{broken\n{\"station\":\"A\",\"id\":\"";
    struct reading *reading = *state;

    write_file(reading, ".ndjson", "{ \"id\" : \"x\" }\n\n  \n{broken\n{\"station\":\"A\"}");
    assert_int_equal(read_file(reading), 3);
    assert_int_equal(reading->error.kind, ERROR_NONE);
    assert_int_equal(reading->last, 5);
    assert_int_equal(strncmp(reading->lines.data, kept, strlen(kept)), 0);
}

static void an_export_becomes_the_reports_that_it_publishes(void **state)
{
    struct reading *reading = *state;

    write_file(
        reading, ".ndjson",
        "{\"export\":1,\"survey\":\"tiny\"}\n"
        "{\"id\":\"x\",\"station\":\"A\",\"note\":\"n\",\"version\":2,\"decided\":\"2026-11-27\","
        "\"entry\":16,\"reporter\":\"p\",\"accuracy\":0.85}\n"
        "{\"id\":\"y\",\"note\":null,\"reporter\":null}\n");
    assert_int_equal(read_file(reading), 2);
    assert_int_equal(reading->error.kind, ERROR_NONE);
    assert_int_equal(reading->last, 3);
    assert_string_equal(reading->lines.data, "{\"id\":\"x\",\"station\":\"A\",\"note\":\"n\","
                                             "\"reporter\":\"p\"}\n{\"id\":\"y\"}\n");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        CASE(a_csv_becomes_reports_with_stable_ids),
        CASE(a_csv_with_unknown_columns_is_refused),
        CASE(a_csv_that_is_not_utf_8_is_refused_at_its_line),
        CASE(a_byte_order_mark_is_no_part_of_a_line),
        CASE(ndjson_keeps_what_has_an_id_and_what_is_broken),
        CASE(an_export_becomes_the_reports_that_it_publishes),
    };

    return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
