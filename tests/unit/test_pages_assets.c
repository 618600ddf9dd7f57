#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/pages/assets.h"
#include "collector/pages/handlers.h"
#include "tests/unit/pages_fixture.h"

static json_t *read_catalogue(const struct survey *survey)
{
    auto_buffer struct buffer text = {0};
    json_error_t error;
    assets_catalogue(survey, &text);
    json_t *json = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        fail_msg("the catalogue is no JSON: %s", error.text);
    return json;
}

static json_t *find_row(json_t *catalogue, const char *id)
{
    size_t at;
    json_t *row;
    json_array_foreach (json_object_get(catalogue, "stations"), at, row) {
        if (strcmp(json_string_value(json_array_get(row, 0)), id) == 0)
            return row;
    }
    return NULL;
}

static bool has_text(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (strcmp(json_string_value(json_array_get(array, i)), text) == 0)
            return true;
    return false;
}

static void the_catalogue_has_every_station_and_every_stop_is_one_of_them(void **state)
{
    const struct fixture *fixture = *state;
    json_t *catalogue = read_catalogue(fixture->survey);
    size_t stations = json_array_size(json_object_get(catalogue, "stations"));
    assert_int_equal(stations, fixture->survey->station_count);
    json_t *lines = json_object_get(catalogue, "lines");
    assert_int_equal(json_array_size(lines), fixture->survey->line_count);
    for (int i = 0; i < fixture->survey->line_count; i++) {
        json_t *stops = json_object_get(json_array_get(lines, (size_t)i), "stops");
        assert_int_equal(json_array_size(stops), fixture->survey->lines[i].stop_count);
        for (size_t j = 0; j < json_array_size(stops); j++)
            assert_in_range(json_integer_value(json_array_get(stops, j)), 0, stations - 1);
    }
    json_decref(catalogue);
}

static void the_catalogue_tells_former_and_short_names_but_no_name_twice(void **state)
{
    const struct fixture *fixture = *state;
    json_t *catalogue = read_catalogue(fixture->survey);
    json_t *row = find_row(catalogue, "gucheng");
    assert_non_null(row);
    assert_true(has_text(json_array_get(row, 5), "古城路"));
    assert_false(has_text(json_array_get(row, 5), "古城"));
    assert_false(has_text(json_array_get(row, 5), "gucheng"));
    assert_true(has_text(json_array_get(find_row(catalogue, "beijingxizhan"), 5), "西站"));
    json_decref(catalogue);
}

static void drawings_are_found_by_question_and_option(void **state)
{
    (void)state;
    assert_true(asset_draws("ticket_machine-payment"));
    assert_true(asset_draws("card_issue-no_id"));
    assert_false(asset_draws("ticket_machine"));
    assert_false(asset_draws("ticket_machine-absent"));
}

static const struct embedded_file *embedded(const char *path)
{
    for (size_t i = 0; i < pages_files_count; i++)
        if (strcmp(pages_files[i].path, path) == 0)
            return &pages_files[i];
    return NULL;
}

static void every_file_of_styles_is_in_a_sheet(void **state)
{
    const struct fixture *fixture = *state;
    static const char *const names[] = {"style.css", "city.css", "station.css", "report.css"};
    auto_buffer struct buffer all = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        assert_true(assets_sheet(fixture->survey, names[i], &all));
    for (size_t i = 0; i < pages_files_count; i++) {
        const struct embedded_file *file = &pages_files[i];
        if (strncmp(file->path, "styles/", 7) == 0 &&
            memmem(all.data, all.length, file->data, file->length) == NULL)
            fail_msg("%s is in no style sheet", file->path);
    }
    assert_non_null(embedded("styles/tokens.css"));
    assert_non_null(strstr(all.data, ".l0{--line:#"));
    assert_false(assets_sheet(fixture->survey, "tokens.css", &all));
}

static void what_rules_the_whole_site_lies_at_its_root(void **state)
{
    const struct fixture *fixture = *state;

    static const struct {
        const char *path, *type;
    } rows[] = {
        {"/sw.js", "text/javascript; charset=utf-8"},
        {"/manifest.webmanifest", "application/manifest+json"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct http_exchange exchange = {.request = {.path = rows[i].path}};
        struct app app = fixture->app;
        assert_int_equal(handle_root_asset(&exchange, &app), HTTP_DONE);
        assert_int_equal(exchange.reply.status, 200);
        assert_string_equal(exchange.reply.type, rows[i].type);
        http_exchange_finish(&exchange);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_has_every_station_and_every_stop_is_one_of_them),
        cmocka_unit_test(the_catalogue_tells_former_and_short_names_but_no_name_twice),
        cmocka_unit_test(drawings_are_found_by_question_and_option),
        cmocka_unit_test(every_file_of_styles_is_in_a_sheet),
        cmocka_unit_test(what_rules_the_whole_site_lies_at_its_root),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
