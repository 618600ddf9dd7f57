#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/file.h"
#include "moderation/import.h"
#include "moderation/tool.h"

static bool parse(char *const *words, struct arguments *arguments, struct error *error)
{
    static char *argv[16];
    size_t count = 0;

    for (; words[count] != NULL; count++)
        argv[count] = words[count];
    return arguments_parse(argv, count, arguments, error);
}

#define WORDS(...) ((char *[]){__VA_ARGS__, NULL})

static void options_may_stand_anywhere(void **state)
{
    char socket[] = "--socket", path[] = "s", reject[] = "reject", id[] = "1",
         reason[] = "--reason=x", json[] = "--json", other[] = "2";
    struct arguments arguments;

    (void)state;
    assert_true(parse(WORDS(socket, path, reject, id, reason, json, other), &arguments, NULL));
    assert_int_equal(arguments.count, 3);
    assert_string_equal(arguments.words[0], "reject");
    assert_string_equal(arguments.words[1], "1");
    assert_string_equal(arguments.words[2], "2");
    assert_string_equal(arguments.options[OPTION_SOCKET], "s");
    assert_string_equal(arguments.options[OPTION_REASON], "x");
    assert_non_null(arguments.options[OPTION_JSON]);
    assert_null(arguments.options[OPTION_KEY]);
}

static void two_dashes_end_the_options(void **state)
{
    char end[] = "--", note[] = "--note", dash[] = "-";
    struct arguments arguments;

    (void)state;
    assert_true(parse(WORDS(dash, end, note), &arguments, NULL));
    assert_int_equal(arguments.count, 2);
    assert_string_equal(arguments.words[1], "--note");
}

static void bad_options_are_refused_with_their_names(void **state)
{
    char unknown[] = "--colour", key[] = "--key", json[] = "--json", valued[] = "--json=1",
         short_option[] = "-x";
    char *const *bad[] = {WORDS(unknown), WORDS(key), WORDS(json, json), WORDS(valued),
                          WORDS(short_option)};
    static const char *const says[] = {"--colour", "needs a value", "twice", "no value", "-x"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct arguments arguments;
        struct error error = {0};
        assert_false(parse(bad[i], &arguments, &error));
        assert_non_null(strstr(error.text, says[i]));
    }
}

static void commands_are_found_by_one_word_or_two(void **state)
{
    const char *add[] = {"moderator", "add", "x"};
    const char *bare[] = {"moderator"};
    const char *queue[] = {"queue"};
    const char *prefix[] = {"que"};
    size_t used = 0;

    (void)state;
    assert_string_equal(command_find(add, 3, &used)->name, "moderator add");
    assert_int_equal(used, 2);
    assert_string_equal(command_find(queue, 1, &used)->name, "queue");
    assert_int_equal(used, 1);
    assert_null(command_find(bare, 1, &used));
    assert_null(command_find(prefix, 1, &used));
}

static void the_table_of_commands_is_sorted(void **state)
{
    (void)state;
    for (size_t i = 1; i < commands_count; i++)
        assert_true(strcmp(commands[i - 1].name, commands[i].name) < 0);
}

static void an_option_of_another_command_is_unwanted(void **state)
{
    struct arguments arguments = {.options = {[OPTION_REASON] = "spam"}};

    (void)state;
    assert_int_equal(arguments_unwanted(&arguments, 0), OPTION_REASON);
    assert_int_equal(arguments_unwanted(&arguments, 1U << OPTION_REASON), OPTION_COUNT);
}

static const char public_line[] =
    "ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= Lin \xE6\x9E\x97";

static void public_lines_go_both_ways(void **state)
{
    auto_buffer struct buffer line = {0};
    uint8_t key[SIGN_PUBLIC_SIZE];
    char name[KEYLINE_NAME_MAX + 1];

    (void)state;
    assert_true(keyline_parse(public_line, key, name, NULL));
    assert_string_equal(name, "Lin \xE6\x9E\x97");
    keyline_print(key, name, &line);
    assert_string_equal(line.data, public_line);
}

static void refuses_public_lines_that_are_none(void **state)
{
    static const char *const bad[] = {
        "",
        "ed25519",
        "ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= ",
        "ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo Lin",
        "rsa 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= Lin",
        "ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\tLin",
        "ed25519 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= L\033[31min",
    };
    uint8_t key[SIGN_PUBLIC_SIZE];
    char name[KEYLINE_NAME_MAX + 1];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(keyline_parse(bad[i], key, name, NULL));
}

/* A folder that the test removes with what it named in it. */
struct folder {
    char path[64];
    char file[80];
};

static int folder_setup(void **state)
{
    struct folder *folder = memory_zeroed(1, sizeof *folder);

    memcpy(folder->path, "/tmp/zhanji-tool-XXXXXX", 24);
    assert_non_null(mkdtemp(folder->path));
    snprintf(folder->file, sizeof folder->file, "%s/key", folder->path);
    *state = folder;
    return 0;
}

static int folder_teardown(void **state)
{
    struct folder *folder = *state;

    unlink(folder->file);
    assert_int_equal(rmdir(folder->path), 0);
    free(folder);
    return 0;
}

static void a_key_file_is_made_once_and_read_back(void **state)
{
    const struct folder *folder = *state;
    struct keyfile made;
    struct keyfile loaded;
    struct error error = {0};
    struct stat status;

    assert_true(keyfile_make(folder->file, "Lin", &made, &error));
    assert_int_equal(stat(folder->file, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(keyfile_load(folder->file, &loaded, &error));
    assert_memory_equal(&loaded, &made, sizeof made);
    assert_false(keyfile_make(folder->file, "Lin", &made, &error));
    assert_int_equal(error.kind, ERROR_CONFLICT);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    const struct folder *folder = *state;
    struct keyfile keyfile;
    struct error error = {0};

    assert_true(keyfile_make(folder->file, "Lin", &keyfile, &error));
    assert_int_equal(chmod(folder->file, 0640), 0);
    assert_false(keyfile_load(folder->file, &keyfile, &error));
    assert_int_equal(error.kind, ERROR_DENIED);
    assert_non_null(strstr(error.text, "chmod 600"));
}

static void cells_are_as_wide_as_they_look(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *cell;
    } cells[] = {
        {"abc", 5, "abc  "},
        {"\xE5\x8C\x97\xE4\xBA\xAC", 5, "\xE5\x8C\x97\xE4\xBA\xAC "},
        {"\xE5\x8C\x97\xE4\xBA\xAC", 4, "\xE5\x8C\x97\xE4\xBA\xAC"},
        {"\xE5\x8C\x97\xE4\xBA\xAC", 3, "\xE5\x8C\x97\xE2\x80\xA6"},
        {"\xE5\x8C\x97\xE4\xBA\xAC\xE8\xA5\xBF", 4, "\xE5\x8C\x97\xE2\x80\xA6 "},
        {"abcdef", 4, "abc\xE2\x80\xA6"},
        {"a\nb", 4, "a b "},
        {"\033[0m", 5, "\xEF\xBF\xBD[0m "},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cells); i++) {
        auto_buffer struct buffer cell = {0};
        terminal_cell(&cell, cells[i].text, cells[i].columns);
        assert_string_equal(cell.data, cells[i].cell);
    }
}

static void paragraphs_wrap_at_spaces_or_between_characters(void **state)
{
    struct terminal terminal = {.columns = 23};
    auto_buffer struct buffer latin = {0};
    auto_buffer struct buffer chinese = {0};

    (void)state;
    terminal_paragraph(&terminal, &latin, "one two three four five six seven\nend", 2);
    assert_string_equal(latin.data, "  one two three four\n  five six seven\n  end\n");
    terminal_paragraph(&terminal, &chinese,
                       "\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80"
                       "\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80",
                       2);
    assert_string_equal(chinese.data,
                        "  \xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80"
                        "\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\xE4\xB8\x80\n  \xE4\xB8\x80\n");
}

static struct wording tiny_wording(void)
{
    static const char survey[] =
        "{\"id\":\"tiny\",\"questions\":[{\"id\":\"lift\",\"text\":{\"en\":\"Lift?\"},"
        "\"options\":[{\"id\":\"works\",\"text\":{\"en\":\"Works\"}}]}]}";

    return (struct wording){json_loads(survey, 0, NULL), LANGUAGE_EN};
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static size_t read_import(struct import *import, struct buffer *lines, size_t *last_out)
{
    struct error error = {0};
    size_t count = 0;

    while (import_next(import, lines, last_out, &error) == 1) {
        buffer_char(lines, '\n');
        count++;
    }
    assert_int_equal(error.kind, ERROR_NONE);
    return count;
}

static void a_csv_becomes_reports_with_stable_ids(void **state)
{
    struct folder *folder = *state;
    struct wording wording = tiny_wording();
    struct error error = {0};
    struct buffer lines[2] = {{0}, {0}};
    size_t last;

    snprintf(folder->file, sizeof folder->file, "%s/in.csv", folder->path);
    write_file(folder->file, "station,visited,lift,note\nA,2023,works,\"a \"\"b\"\"\"\nA,2023,,\n"
                             "A,2023,,\n");
    for (size_t i = 0; i < 2; i++) {
        struct import import;
        assert_true(import_open(folder->file, &wording, &import, &error));
        assert_int_equal(read_import(&import, &lines[i], &last), 3);
        assert_int_equal(last, 4);
        import_close(&import);
    }
    assert_string_equal(lines[0].data, lines[1].data);
    json_t *first = json_loadb(lines[0].data, strcspn(lines[0].data, "\n"), 0, NULL);
    assert_string_equal(wording_member(first, "note"), "a \"b\"");
    assert_string_equal(wording_member(json_object_get(first, "answers"), "lift"), "works");
    assert_null(json_object_get(first, "basis"));
    assert_int_equal(strlen(wording_member(first, "id")), 36);
    json_decref(first);
    /* The second and third row are alike, and yet two reports. */
    const char *second = strchr(lines[0].data, '\n') + 1;
    const char *third = strchr(second, '\n') + 1;
    assert_memory_not_equal(second, third, (size_t)(third - second));
    for (size_t i = 0; i < 2; i++)
        buffer_finish(&lines[i]);
    wording_finish(&wording);
}

static void a_csv_with_unknown_columns_is_refused(void **state)
{
    static const char *const bad[] = {
        "station,visited,escalator\n", "station,lift\n", "visited,lift\n", "station,visited\n", "",
    };
    struct folder *folder = *state;
    struct wording wording = tiny_wording();

    snprintf(folder->file, sizeof folder->file, "%s/in.csv", folder->path);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        struct import import;
        struct error error = {0};
        write_file(folder->file, bad[i]);
        assert_false(import_open(folder->file, &wording, &import, &error));
        assert_int_equal(error.kind, ERROR_INVALID);
    }
    wording_finish(&wording);
}

static void a_csv_that_is_not_utf_8_is_refused_at_its_line(void **state)
{
    struct folder *folder = *state;
    struct wording wording = tiny_wording();
    struct import import;
    struct error error = {0};
    auto_buffer struct buffer lines = {0};
    size_t last = 0;

    snprintf(folder->file, sizeof folder->file, "%s/in.csv", folder->path);
    write_file(folder->file, "station,visited,lift,note\nA,2023,works,fine\n"
                             "A,2023,works,\xd5\xbe\xc3\xc7\n"); /* GB 18030 */
    assert_true(import_open(folder->file, &wording, &import, &error));
    assert_int_equal(import_next(&import, &lines, &last, &error), 1);
    size_t good = lines.length;
    assert_int_equal(import_next(&import, &lines, &last, &error), -1);
    assert_int_equal(lines.length, good);
    assert_int_equal(error.kind, ERROR_INVALID);
    assert_non_null(strstr(error.text, "line 3: column note is not UTF-8"));
    import_close(&import);
    wording_finish(&wording);
}

static void a_byte_order_mark_is_no_part_of_a_line(void **state)
{
    struct folder *folder = *state;
    struct wording wording = tiny_wording();
    struct import import;
    struct error error = {0};
    auto_buffer struct buffer lines = {0};
    size_t last = 0;

    snprintf(folder->file, sizeof folder->file, "%s/in.ndjson", folder->path);
    write_file(folder->file, "\xef\xbb\xbf{\"id\":\"x\"}\n");
    assert_true(import_open(folder->file, &wording, &import, &error));
    assert_int_equal(read_import(&import, &lines, &last), 1);
    assert_string_equal(lines.data, "{\"id\":\"x\"}\n");
    import_close(&import);
    wording_finish(&wording);
}

static void ndjson_keeps_what_has_an_id_and_what_is_broken(void **state)
{
    struct folder *folder = *state;
    struct wording wording = tiny_wording();
    struct import import;
    struct error error = {0};
    auto_buffer struct buffer lines = {0};
    size_t last;

    snprintf(folder->file, sizeof folder->file, "%s/in.ndjson", folder->path);
    write_file(folder->file, "{ \"id\" : \"x\" }\n\n  \n{broken\n{\"station\":\"A\"}");
    assert_true(import_open(folder->file, &wording, &import, &error));
    assert_int_equal(read_import(&import, &lines, &last), 3);
    assert_int_equal(last, 5);
    assert_true(
        strncmp(lines.data, "{ \"id\" : \"x\" }\n{broken\n{\"station\":\"A\",\"id\":\"", 44) == 0);
    import_close(&import);
    wording_finish(&wording);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(bad_options_are_refused_with_their_names),
        cmocka_unit_test(commands_are_found_by_one_word_or_two),
        cmocka_unit_test(the_table_of_commands_is_sorted),
        cmocka_unit_test(an_option_of_another_command_is_unwanted),
        cmocka_unit_test(public_lines_go_both_ways),
        cmocka_unit_test(refuses_public_lines_that_are_none),
        WITH_FOLDER(a_key_file_is_made_once_and_read_back),
        WITH_FOLDER(a_key_that_others_may_read_is_refused),
        cmocka_unit_test(cells_are_as_wide_as_they_look),
        cmocka_unit_test(paragraphs_wrap_at_spaces_or_between_characters),
        WITH_FOLDER(a_csv_becomes_reports_with_stable_ids),
        WITH_FOLDER(a_csv_with_unknown_columns_is_refused),
        WITH_FOLDER(a_csv_that_is_not_utf_8_is_refused_at_its_line),
        WITH_FOLDER(a_byte_order_mark_is_no_part_of_a_line),
        WITH_FOLDER(ndjson_keeps_what_has_an_id_and_what_is_broken),
    };

    return cmocka_run_group_tests_name("moderation tool", tests, NULL, NULL);
}
