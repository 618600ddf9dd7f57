#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/blob.h"
#include "collector/base/file.h"
#include "collector/base/map.h"
#include "collector/base/number.h"
#include "collector/base/utf8.h"

static void numbers_are_whole_and_ranged(void **state)
{
    (void)state;
    uint64_t number = 7;
    assert_true(number_unsigned("18446744073709551615", 20, UINT64_MAX, &number));
    assert_true(number == UINT64_MAX);
    static const char *const refused[] = {
        "", "18446744073709551616", "-1", "+1", " 1", "1 ", "0x1", "1.0"};
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
        assert_false(number_unsigned(refused[i], strlen(refused[i]), UINT64_MAX, &number));
    assert_false(number_unsigned("501", 3, 500, &number));
    int64_t value = 0;
    assert_true(number_signed("-9223372036854775808", 20, INT64_MIN, INT64_MAX, &value));
    assert_true(value == INT64_MIN);
    assert_false(number_signed("9223372036854775808", 19, INT64_MIN, INT64_MAX, &value));
    assert_false(number_signed("-5", 2, -4, 4, &value));
}

static void a_copy_has_room_for_one_more(void **state)
{
    (void)state;
    const uint16_t some[] = {1, 2, 3};
    auto_free uint16_t *copy = memory_copy(some, ARRAY_LENGTH(some), sizeof some[0]);
    assert_memory_equal(copy, some, sizeof some);
    assert_int_equal(copy[ARRAY_LENGTH(some)], 0);
    auto_free uint16_t *none = memory_copy(NULL, 0, sizeof some[0]);
    assert_int_equal(none[0], 0);
}

static void real_numbers_follow_json(void **state)
{
    (void)state;
    double value = 0;
    assert_true(number_real("-12.5e-1", 8, &value));
    assert_true(value > -1.2501 && value < -1.2499);
    static const char *const refused[] = {"",    "-",   ".5",    "5.",   "01", "1e",
                                          "nan", "inf", "1e999", "0x10", "1_0"};
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
        assert_false(number_real(refused[i], strlen(refused[i]), &value));
}

static void printed_numbers_have_at_most_the_decimals_asked_for(void **state)
{
    (void)state;

    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.74, "0.74"},   {0.30000000000000004, "0.3"},
                 {1, "1"},         {100, "100"},
                 {-0.00001, "0"},  {0.99996, "1"},
                 {-1.25, "-1.25"}, {0.00005, "0.0001"}};

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_buffer struct buffer text = {0};
        buffer_number(&text, cases[i].value, 4);
        assert_string_equal(text.data, cases[i].text);
    }
}

static void text_is_escaped_for_where_it_goes(void **state)
{
    (void)state;
    auto_buffer struct buffer text = {0};
    const char *nasty = "a\"\\\n\x1f站\xf0\x9f\x9a\x87\x7f";
    buffer_json(&text, nasty, strlen(nasty));
    assert_string_equal(text.data, "\"a\\\"\\\\\\n\\u001f站\xf0\x9f\x9a\x87\x7f\"");
    buffer_clear(&text);
    buffer_json_ascii(&text, nasty, strlen(nasty));
    assert_string_equal(text.data, "\"a\\\"\\\\\\n\\u001f\\u7ad9\\ud83d\\ude87\\u007f\"");
    buffer_clear(&text);
    buffer_html(&text, "<b>&'\"", 6);
    assert_string_equal(text.data, "&lt;b&gt;&amp;&#39;&quot;");
    buffer_clear(&text);
    buffer_csv(&text, "=1,\"x\"", 6, true);
    assert_string_equal(text.data, "\"'=1,\"\"x\"\"\"");
    buffer_clear(&text);
    buffer_url(&text, "a b/站", strlen("a b/站"));
    assert_string_equal(text.data, "a%20b%2F%E7%AB%99");
}

static void utf8_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",         "\xc0\x80",         "\xc1\xbf",         "\xe0\x80\x80",
        "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe7\xab",
        "a\xff"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
    const char *good = "a\xc2\x80\xe7\xab\x99\xf4\x8f\xbf\xbf";
    assert_true(utf8_valid(good, strlen(good)));
    assert_int_equal(utf8_length(good, strlen(good)), 4);
    assert_int_equal(utf8_columns("北京西x", strlen("北京西x")), 7);
    assert_int_equal(utf8_columns("e\xcc\x81", 3), 1);
}

static void a_map_keeps_what_was_put_through_growth_and_removal(void **state)
{
    (void)state;
    auto_map struct map *map = map_create();
    char key[16];
    for (uint64_t i = 0; i < 5000; i++) {
        int length = snprintf(key, sizeof key, "k%u", (unsigned)i);
        assert_true(map_put(map, key, (size_t)length, i));
    }
    for (uint64_t i = 0; i < 5000; i += 2) {
        int length = snprintf(key, sizeof key, "k%u", (unsigned)i);
        assert_true(map_remove(map, key, (size_t)length));
    }
    assert_int_equal(map_size(map), 2500);
    for (uint64_t i = 0; i < 5000; i++) {
        uint64_t value = 0;
        int length = snprintf(key, sizeof key, "k%u", (unsigned)i);
        assert_int_equal(map_get(map, key, (size_t)length, &value), i % 2 == 1);
        if (i % 2 == 1)
            assert_int_equal(value, i);
    }
    assert_false(map_put(map, "k1", 2, 99));
    size_t cursor = 0;
    size_t seen = 0;
    const void *found;
    size_t length;
    uint64_t value;
    while (map_next(map, &cursor, &found, &length, &value))
        seen++;
    assert_int_equal(seen, 2500);
}

static void a_file_is_replaced_whole(void **state)
{
    (void)state;
    char folder[] = "/tmp/zhanji-base-XXXXXX";
    assert_non_null(mkdtemp(folder));
    auto_buffer struct buffer path = {0};
    buffer_format(&path, "%s/key", folder);
    struct error error = {0};
    assert_true(file_replace(path.data, "one", 3, 0600, &error));
    assert_true(file_replace(path.data, "three", 5, 0600, &error));
    auto_buffer struct buffer bytes = {0};
    assert_true(file_read(path.data, 10, &bytes, &error));
    assert_string_equal(bytes.data, "three");
    assert_false(file_read(path.data, 2, &bytes, &error));
    assert_int_equal(error.kind, ERROR_TOO_LARGE);
    assert_int_equal(unlink(path.data), 0);
    assert_false(file_read(path.data, 10, &bytes, &error));
    assert_int_equal(error.kind, ERROR_NOT_FOUND);
    assert_int_equal(rmdir(folder), 0);
}

static void equal_bytes_have_equal_etags(void **state)
{
    (void)state;
    struct buffer one = {0};
    struct buffer two = {0};
    struct buffer other = {0};
    buffer_text(&one, "same");
    buffer_text(&two, "same");
    buffer_text(&other, "Same");
    struct blob *first = blob_create_take(&one, "text/plain");
    struct blob *second = blob_create_take(&two, "text/plain");
    struct blob *third = blob_create_take(&other, "text/plain");
    assert_string_equal(blob_etag(first), blob_etag(second));
    assert_string_not_equal(blob_etag(first), blob_etag(third));
    assert_int_equal(blob_etag(first)[0], '"');
    blob_drop(blob_hold(first));
    assert_int_equal(blob_length(first), 4);
    blob_drop(first);
    blob_drop(second);
    blob_drop(third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_whole_and_ranged),
        cmocka_unit_test(a_copy_has_room_for_one_more),
        cmocka_unit_test(real_numbers_follow_json),
        cmocka_unit_test(printed_numbers_have_at_most_the_decimals_asked_for),
        cmocka_unit_test(text_is_escaped_for_where_it_goes),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test(a_map_keeps_what_was_put_through_growth_and_removal),
        cmocka_unit_test(a_file_is_replaced_whole),
        cmocka_unit_test(equal_bytes_have_equal_etags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
