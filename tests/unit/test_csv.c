#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/buffer.h"
#include "collector/base/csv.h"

static void rows_keep_quotes_commas_and_line_breaks(void **state)
{
    (void)state;
    const char *text = "\xef\xbb\xbf"
                       "a,b\r\n1,\"x,\"\"y\"\"\nz\"\r\n\r\n,\n\"\",2";
    struct csv *csv = csv_create_memory(text, strlen(text));
    struct error error = {0};
    const struct csv_field *fields;
    assert_true(csv_header(csv, &error));
    assert_int_equal(csv_column(csv, "b"), 1);
    assert_int_equal(csv_column(csv, "c"), -1);
    assert_int_equal(csv_row(csv, &fields, &error), 1);
    assert_string_equal(fields[0].text, "1");
    assert_string_equal(fields[1].text, "x,\"y\"\nz");
    assert_int_equal(csv_line(csv), 2);
    assert_int_equal(csv_row(csv, &fields, &error), 1);
    assert_int_equal(fields[0].length + fields[1].length, 0);
    assert_int_equal(csv_line(csv), 5);
    assert_int_equal(csv_row(csv, &fields, &error), 1);
    assert_string_equal(fields[1].text, "2");
    assert_int_equal(csv_row(csv, &fields, &error), 0);
    csv_destroy(csv);
}

static void spaces_around_fields_are_left_out_if_asked(void **state)
{
    (void)state;

    static const struct {
        bool trims;
        const char *names[2];
        const char *rows[3][2];
    } cases[] = {
        {false, {"a", " b "}, {{" 1", "\t2 "}, {" x y ", " z"}, {"  ", ""}}},
        {true, {"a", "b"}, {{"1", "2"}, {"x y", "z"}, {"", ""}}},
    };

    const char *text = "a, b \r\n 1,\t2 \r\n x y , z\n  ,\n";
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct csv *csv = csv_create_memory(text, strlen(text));
        struct error error = {0};
        const struct csv_field *fields;
        if (cases[i].trims)
            csv_trim(csv);
        assert_true(csv_header(csv, &error));
        for (size_t c = 0; c < 2; c++)
            assert_string_equal(csv_column_name(csv, c), cases[i].names[c]);
        for (size_t r = 0; r < 3; r++) {
            assert_int_equal(csv_row(csv, &fields, &error), 1);
            for (size_t c = 0; c < 2; c++)
                assert_string_equal(fields[c].text, cases[i].rows[r][c]);
        }
        assert_int_equal(csv_row(csv, &fields, &error), 0);
        csv_destroy(csv);
    }
}

static void spaces_within_quotes_stay(void **state)
{
    (void)state;
    auto_buffer struct buffer text = {0};
    const char *kept[] = {" a", "b\t", "c, d ", "e f"};
    buffer_text(&text, "one,two,three,four\n ");
    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
        buffer_text(&text, i > 0 ? " , " : "");
        buffer_csv(&text, kept[i], strlen(kept[i]), false);
    }
    struct csv *csv = csv_create_memory(text.data, text.length);
    struct error error = {0};
    const struct csv_field *fields;
    csv_trim(csv);
    assert_true(csv_header(csv, &error));
    assert_int_equal(csv_row(csv, &fields, &error), 1);
    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++)
        assert_string_equal(fields[i].text, kept[i]);
    csv_destroy(csv);
}

static void a_faulty_row_is_named_by_its_line(void **state)
{
    (void)state;

    static const struct {
        const char *text, *error;
    } cases[] = {
        {"a,b\n1,2\n3\n", "line 3: 1 fields, the header has 2"},
        {"a\n\"x\n", "line 2: a quoted field is not closed"},
        {"a\n\"x\"y\n", "line 2: text after a closing quote"},
        {"a,a\n", "line 1: column a stands twice"},
        {"", "line 1: no header row"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct csv *csv = csv_create_memory(cases[i].text, strlen(cases[i].text));
        struct error error = {0};
        const struct csv_field *fields;
        int got = csv_header(csv, &error) ? 1 : -1;
        while (got == 1)
            got = csv_row(csv, &fields, &error);
        assert_int_equal(got, -1);
        assert_string_equal(error.text, cases[i].error);
        csv_destroy(csv);
    }
}

/* A stream is read in blocks: fields that lie across their border come out whole. */
static void a_stream_gives_the_same_rows_as_memory(void **state)
{
    (void)state;
    auto_buffer struct buffer text = {0};
    buffer_text(&text, "n,text\n");
    for (int i = 0; i < 60000; i++)
        buffer_format(&text, "%d,\"row \"\"%d\"\"\"\n", i, i);
    FILE *stream = tmpfile();
    assert_int_equal(fwrite(text.data, 1, text.length, stream), text.length);
    rewind(stream);
    struct csv *whole = csv_create_memory(text.data, text.length);
    struct csv *parts = csv_create_stream(stream);
    struct error error = {0};
    const struct csv_field *left;
    const struct csv_field *right;
    assert_true(csv_header(whole, &error) && csv_header(parts, &error));
    for (int i = 0; i < 60000; i++) {
        assert_int_equal(csv_row(whole, &left, &error), 1);
        assert_int_equal(csv_row(parts, &right, &error), 1);
        assert_string_equal(left[1].text, right[1].text);
    }
    assert_int_equal(csv_row(parts, &right, &error), 0);
    assert_int_equal(csv_bytes(parts), text.length);
    csv_destroy(whole);
    csv_destroy(parts);
    fclose(stream);
}

static void a_stream_that_cannot_be_read_is_no_short_file(void **state)
{
    (void)state;
    FILE *folder = fopen("/", "re");
    struct csv *csv = csv_create_stream(folder);
    struct error error = {0};
    assert_false(csv_header(csv, &error));
    assert_string_equal(error.text, "line 1: cannot be read: Is a directory");
    csv_destroy(csv);
    fclose(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_quotes_commas_and_line_breaks),
        cmocka_unit_test(spaces_around_fields_are_left_out_if_asked),
        cmocka_unit_test(spaces_within_quotes_stay),
        cmocka_unit_test(a_faulty_row_is_named_by_its_line),
        cmocka_unit_test(a_stream_gives_the_same_rows_as_memory),
        cmocka_unit_test(a_stream_that_cannot_be_read_is_no_short_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
