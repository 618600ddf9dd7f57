#include <inttypes.h>
#include <string.h>

#include "moderation/commands/commands.h"
#include "moderation/wording.h"

enum {
    LABEL_COLUMNS = 18,
    BAR_COLUMNS = 30,
    DAYS_SHOWN = 7
};

static const struct {
    const char *member;
    const char *title;
} parts[] = {
    {"by_use", "USE"},
    {"by_age", "WAITING FOR UP TO A"},
    {"by_flag", "FLAG"},
};

static json_int_t most_of(json_t *counts)
{
    json_int_t most = 1;

    for (void *at = json_object_iter(counts); at != NULL; at = json_object_iter_next(counts, at))
        if (json_integer_value(json_object_iter_value(at)) > most)
            most = json_integer_value(json_object_iter_value(at));
    return most;
}

static void print_part(const struct tool *tool, json_t *counts, const char *title,
                       struct buffer *text)
{
    json_int_t most = most_of(counts);

    buffer_format(text, "\n%s%s%s\n", terminal_style(&tool->terminal, STYLE_DIM), title,
                  terminal_style(&tool->terminal, STYLE_NONE));
    for (void *at = json_object_iter(counts); at != NULL; at = json_object_iter_next(counts, at)) {
        json_int_t value = json_integer_value(json_object_iter_value(at));
        buffer_text(text, "  ");
        terminal_cell(text, json_object_iter_key(at), LABEL_COLUMNS);
        buffer_format(text, "%7" JSON_INTEGER_FORMAT "  ", value);
        for (json_int_t i = 0; i < value * BAR_COLUMNS / most; i++)
            buffer_char(text, '#');
        buffer_char(text, '\n');
    }
}

static void print_days(const struct tool *tool, const json_t *days, struct buffer *text)
{
    static const char *const columns[] = {"approved", "rejected", "withheld", "reverted"};
    size_t count = json_array_size(days);

    buffer_format(text, "\n%sDECIDED     ", terminal_style(&tool->terminal, STYLE_DIM));
    for (size_t c = 0; c < ARRAY_LENGTH(columns); c++)
        buffer_format(text, "%10s", columns[c]);
    buffer_format(text, "%s\n", terminal_style(&tool->terminal, STYLE_NONE));
    for (size_t i = count > DAYS_SHOWN ? count - DAYS_SHOWN : 0; i < count; i++) {
        const json_t *day = json_array_get(days, i);
        buffer_format(text, "  %s", wording_member(day, "day"));
        for (size_t c = 0; c < ARRAY_LENGTH(columns); c++)
            buffer_format(text, "%10" JSON_INTEGER_FORMAT,
                          json_integer_value(json_object_get(day, columns[c])));
        buffer_char(text, '\n');
    }
}

enum exit_code command_stats(struct tool *tool)
{
    auto_buffer struct buffer text = {0};
    auto_json json_t *figures = NULL;
    struct error error = {0};

    if (!client_get(&tool->client, "/api/v1/moderation/statistics", &figures, &error))
        return tool_refuse(&error);
    if (tool->json) {
        auto_free char *json = json_dumps(figures, JSON_COMPACT);
        buffer_format(&text, "%s\n", json);
    } else {
        buffer_format(&text, "%" JSON_INTEGER_FORMAT " wait, the oldest since %s\n",
                      json_integer_value(json_object_get(figures, "waiting")),
                      json_is_null(json_object_get(figures, "oldest"))
                          ? "no time"
                          : wording_member(figures, "oldest"));
        for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
            print_part(tool, json_object_get(figures, parts[i].member), parts[i].title, &text);
        print_days(tool, json_object_get(figures, "decided"), &text);
    }
    terminal_print(&text);
    return EXIT_DONE;
}
