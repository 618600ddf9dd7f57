#include <string.h>

#include "collector/base/number.h"
#include "collector/base/utf8.h"
#include "collector/intake/seal.h"
#include "moderation/commands/commands.h"
#include "moderation/selecting.h"
#include "moderation/wording.h"

enum {
    ID_COLUMNS = 36,
    STATION_COLUMNS = 16,
    VISITED_COLUMNS = 16,
    ANSWERS_COLUMNS = 24, /* at least */
    LIMIT_MAX = 500
};

static bool queue_path(const struct arguments *arguments, struct buffer *path, struct error *error)
{
    const char *limit = arguments->options[OPTION_LIMIT];
    uint64_t value;

    buffer_text(path, "/api/v1/moderation/reports?state=pending");
    if (limit != NULL) {
        if (!number_unsigned(limit, strlen(limit), LIMIT_MAX, &value) || value == 0)
            return error_set(error, ERROR_INVALID, "--limit must be 1 to %d", LIMIT_MAX);
        buffer_format(path, "&limit=%llu", (unsigned long long)value);
    }
    selecting_query(arguments, path);
    return true;
}

/* What it would change, and its flags, in short. */
static void print_signs(const json_t *report, struct buffer *text)
{
    const json_t *flags = json_object_get(report, "flags");
    const json_t *effect = json_object_get(report, "effect");

    if (strcmp(wording_member(effect, "from"), wording_member(effect, "to")) != 0)
        buffer_format(text, "[-> %s] ", wording_member(effect, "to"));
    for (size_t i = 0; i < json_array_size(flags); i++)
        buffer_format(text, "[%s] ", wording_member(json_array_get(flags, i), "flag"));
}

/* Cut at the terminal's edge; where there is no room beside the rest, in a line of their own. */
static void print_answers(const struct terminal *terminal, const struct buffer *answers,
                          size_t used, struct buffer *text)
{
    size_t columns = terminal->columns;

    if (columns < used + ANSWERS_COLUMNS) {
        buffer_text(text, "\n  ");
        used = 2;
    }
    if (columns != SIZE_MAX && columns > used &&
        utf8_columns(answers->data, answers->length) > columns - used)
        terminal_cell(text, answers->data, columns - used);
    else
        terminal_text(text, answers->data);
    buffer_char(text, '\n');
}

static void print_row(const struct tool *tool, const struct wording *wording, const json_t *report,
                      struct buffer *text)
{
    auto_buffer struct buffer answers = {0};
    auto_buffer struct buffer visited = {0};
    const struct terminal *terminal = &tool->terminal;
    size_t used = ID_COLUMNS + STATION_COLUMNS + VISITED_COLUMNS + 6;
    bool has_note = wording_member(report, "note")[0] != '\0' ||
                    json_is_true(json_object_get(report, "has_private_note"));

    buffer_format(text, "%s%s%s  %s", terminal_style(terminal, STYLE_DIM),
                  wording_member(report, "id"), terminal_style(terminal, STYLE_NONE),
                  terminal_style(terminal, STYLE_BOLD));
    terminal_cell(text, wording_pick(wording, json_object_get(report, "name")), STATION_COLUMNS);
    buffer_format(text, "%s  ", terminal_style(terminal, STYLE_NONE));
    wording_visited(wording, report, &visited);
    terminal_cell(text, visited.data, VISITED_COLUMNS);
    buffer_text(text, "  ");
    if (has_note)
        buffer_text(&answers, "[note] ");
    print_signs(report, &answers);
    wording_answers(json_object_get(report, "answers"), &answers);
    print_answers(terminal, &answers, used, text);
}

static void print_queue(const struct tool *tool, const struct wording *wording, const json_t *reply,
                        struct buffer *text)
{
    const json_t *reports = json_object_get(reply, "reports");
    size_t count = json_array_size(reports);

    if (count == 0) {
        buffer_text(text, "nothing waits\n");
        return;
    }
    terminal_cell(text, "ID", ID_COLUMNS + 2);
    terminal_cell(text, "STATION", STATION_COLUMNS + 2);
    terminal_cell(text, "VISITED", VISITED_COLUMNS + 2);
    buffer_text(text, "ANSWERS\n");
    for (size_t i = 0; i < count; i++)
        print_row(tool, wording, json_array_get(reports, i), text);
    buffer_format(text, "%s%zu %s%s%s\n", terminal_style(&tool->terminal, STYLE_DIM), count,
                  count == 1 ? "report" : "reports",
                  json_is_string(json_object_get(reply, "next"))
                      ? ", and more wait (--limit N shows up to 500)"
                      : "",
                  terminal_style(&tool->terminal, STYLE_NONE));
}

enum exit_code command_queue(struct tool *tool)
{
    auto_buffer struct buffer path = {0};
    auto_buffer struct buffer text = {0};
    auto_json json_t *reply = NULL;
    struct wording wording = {0};
    struct error error = {0};

    if (!queue_path(&tool->arguments, &path, &error)) {
        terminal_complain("%s", error.text);
        return EXIT_USAGE;
    }
    if (!client_get(&tool->client, path.data, &reply, &error)) {
        selecting_explain(&error);
        return tool_refuse(&error);
    }
    if (tool->json) {
        auto_free char *json = json_dumps(reply, JSON_COMPACT);
        buffer_format(&text, "%s\n", json);
    } else {
        if (!wording_load(&tool->client, tool->terminal.language, &wording, &error))
            return tool_refuse(&error);
        print_queue(tool, &wording, reply, &text);
        wording_finish(&wording);
    }
    terminal_print(&text);
    return EXIT_DONE;
}

/* Opens the private note, if it was sealed to this key, into the member "private_text". */
static void open_note(const struct tool *tool, json_t *report)
{
    const char *sealed = json_string_value(json_object_get(report, "private_note"));
    const char *id = wording_member(report, "id");
    auto_free uint8_t *part = NULL;
    auto_buffer struct buffer note = {0};
    uint8_t uuid[UUID_SIZE];

    if (sealed == NULL || !tool->has_key || !uuid_parse(id, strlen(id), uuid))
        return;
    part = memory_alloc(SEAL_PART_SIZE);
    buffer_reserve(&note, SEAL_NOTE_SIZE + 1);
    if (base64_parse(sealed, strlen(sealed), part, SEAL_PART_SIZE) &&
        seal_open(part, tool->key.key, &tool->key.secret, uuid, &note))
        json_object_set_new(report, "private_text", json_stringn(note.data, note.length));
    secret_wipe(note.data, note.capacity);
}

static bool fetch(struct tool *tool, const char *id, json_t **report_out, struct error *error)
{
    auto_buffer struct buffer path = {0};

    buffer_text(&path, "/api/v1/moderation/reports/");
    buffer_url(&path, id, strlen(id));
    if (tool->has_key) {
        buffer_text(&path, "?key=");
        buffer_hex(&path, tool->key.key, sizeof tool->key.key);
    }
    if (!client_get(&tool->client, path.data, report_out, error))
        return false;
    open_note(tool, *report_out);
    json_object_del(*report_out, "private_note");
    return true;
}

static enum exit_code print_shown(struct tool *tool, const json_t *reports)
{
    auto_buffer struct buffer text = {0};
    struct wording wording;
    struct error error = {0};

    if (tool->json) {
        auto_free char *json = json_dumps(reports, JSON_COMPACT);
        buffer_format(&text, "{\"reports\":%s}\n", json);
        terminal_print(&text);
        return EXIT_DONE;
    }
    if (!wording_load(&tool->client, tool->terminal.language, &wording, &error))
        return tool_refuse(&error);
    for (size_t i = 0; i < json_array_size(reports); i++) {
        if (i > 0)
            buffer_char(&text, '\n');
        wording_report(&wording, &tool->terminal, json_array_get(reports, i), &text);
    }
    terminal_print(&text);
    wording_finish(&wording);
    return EXIT_DONE;
}

enum exit_code command_show(struct tool *tool)
{
    auto_json json_t *reports = json_array();
    enum exit_code code = EXIT_DONE;
    enum exit_code printed;

    for (size_t i = 0; i < tool->arguments.count; i++) {
        struct error error = {0};
        json_t *report;
        if (fetch(tool, tool->arguments.words[i], &report, &error)) {
            json_array_append_new(reports, report);
            continue;
        }
        code = tool_refuse(&error);
        if (code == EXIT_NO_SERVER)
            return code;
    }
    printed = print_shown(tool, reports);
    return code == EXIT_DONE ? printed : code;
}
