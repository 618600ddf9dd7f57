/* Where strings end and what is wrong with them, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collector/survey/document.h"

enum {
    BEFORE_MAX = 24, /* more than any number of bytes read at once, and a rest */
    AFTER = 10
};

/* What is said of a text whose byte number `at` (from 1) is this one, after x and before y. */
static void expect_reason(unsigned byte, size_t at, char *reason, size_t size)
{
    if (byte == '"')
        snprintf(reason, size, "line 1, column %zu: there is more after the end", at + 1);
    else if (byte == '\\')
        snprintf(reason, size, "line 1, column %zu: no such escape", at + 1);
    else if (byte < ' ')
        snprintf(reason, size, "line 1, column %zu: a control character must be escaped", at);
    else if (byte >= 0x80)
        snprintf(reason, size, "line 1, column %zu: not UTF-8", at);
    else
        reason[0] = '\0';
}

static void check_byte(unsigned byte, size_t before)
{
    char reason[200];
    struct document document;
    struct document_fault fault;
    size_t length = before + AFTER + 3;
    auto_free char *text = memory_alloc(length); /* to the byte: nothing behind it is read */
    memset(text, 'x', before + 1);
    text[0] = text[length - 1] = '"';
    text[before + 1] = (char)byte;
    memset(text + before + 2, 'y', AFTER);
    expect_reason(byte, before + 2, reason, sizeof reason);
    bool parsed = document_parse(&document, text, length, 8, &fault);
    assert_int_equal(parsed, reason[0] == '\0');
    if (parsed) {
        assert_int_equal(document.nodes[0].text.length, length - 2);
        assert_ptr_equal(document.nodes[0].text.bytes, text + 1);
    } else {
        assert_string_equal(fault.reason, reason);
    }
    document_finish(&document);
}

static void every_byte_is_judged_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t before = 0; before <= BEFORE_MAX; before++)
        for (unsigned byte = 0; byte <= UINT8_MAX; byte++)
            check_byte(byte, before);
}

static void a_text_is_itself_and_no_part_of_itself(void **state)
{
    (void)state;
    const struct slice slice = {"basis", 5};
    assert_true(slice_is(slice, "basis"));
    assert_false(slice_is(slice, "basi"));
    assert_false(slice_is(slice, "basisx"));
    assert_false(slice_is(slice, "casis"));
    assert_false(slice_is(slice, ""));
    assert_false(slice_is((struct slice){0}, "b"));
    assert_true(slice_is((struct slice){0}, ""));
    assert_false(slice_is((struct slice){"\0", 1}, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_judged_wherever_it_stands),
        cmocka_unit_test(a_text_is_itself_and_no_part_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
