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
         short_option[] = "-x", empty[] = "--text=";
    char *const *bad[] = {WORDS(unknown), WORDS(key),          WORDS(json, json),
                          WORDS(valued),  WORDS(short_option), WORDS(empty)};
    static const char *const says[] = {"--colour", "needs a value",       "twice", "no value",
                                       "-x",       "--text needs a value"};

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
    };

    return cmocka_run_group_tests_name("moderation tool", tests, NULL, NULL);
}
