#include <stdio.h>
#include <string.h>

#include "moderation/commands/commands.h"

/* A name that was not quoted came as several words. */
static char *join_words(const struct arguments *arguments, size_t from)
{
    struct buffer text = {0};

    for (size_t i = from; i < arguments->count; i++) {
        if (i > from)
            buffer_char(&text, ' ');
        buffer_text(&text, arguments->words[i]);
    }
    return buffer_take(&text);
}

enum exit_code command_key_new(struct tool *tool)
{
    auto_free char *name = join_words(&tool->arguments, 1);
    auto_buffer struct buffer line = {0};
    auto_buffer struct buffer text = {0};
    const char *path = tool->arguments.words[0];
    struct error error = {0};

    if (!keyfile_make(path, name, &tool->key, &error))
        return tool_refuse(&error);
    keyline_print(tool->key.key, tool->key.name, &line);
    if (tool->json) {
        buffer_text(&text, "{\"line\":");
        buffer_json(&text, line.data, line.length);
        buffer_text(&text, "}\n");
        terminal_print(&text);
        return EXIT_DONE;
    }
    buffer_format(&text,
                  "%s holds your key: keep it, and keep it secret.\n"
                  "The operator lets you moderate with\n\n"
                  "  zhanji-moderate moderator add \"%s\"\n",
                  path, line.data);
    terminal_print(&text);
    return EXIT_DONE;
}

static bool send_json(struct tool *tool, const char *method, const char *path,
                      const struct buffer *body, json_t **json_out, struct error *error)
{
    struct client_request request = {.method = method, .path = path};

    if (body != NULL) {
        request.type = "application/json";
        request.body = body->data;
        request.length = body->length;
    }
    return client_json(&tool->client, &request, json_out, error);
}

static void print_reply(const struct tool *tool, const json_t *reply, const char *said)
{
    auto_buffer struct buffer text = {0};
    auto_free char *json = json_dumps(reply, JSON_COMPACT);
    bool is_changed = strcmp(json_string_value(json_object_get(reply, "status")), "unchanged") != 0;

    if (tool->json)
        buffer_format(&text, "%s\n", json);
    else if (is_changed)
        buffer_format(&text, "%s %s\n", json_string_value(json_object_get(reply, "name")), said);
    else
        buffer_text(&text, "nothing to do: it is so already\n");
    terminal_print(&text);
}

enum exit_code command_moderator_add(struct tool *tool)
{
    auto_free char *line = join_words(&tool->arguments, 0);
    auto_buffer struct buffer body = {0};
    auto_json json_t *reply = NULL;
    struct error error = {0};

    buffer_text(&body, "{\"line\":");
    buffer_json(&body, line, strlen(line));
    buffer_char(&body, '}');
    if (!send_json(tool, "POST", "/api/v1/moderation/moderators", &body, &reply, &error))
        return tool_refuse(&error);
    print_reply(tool, reply, "moderates from now on");
    return EXIT_DONE;
}

enum exit_code command_moderator_retire(struct tool *tool)
{
    auto_free char *name = join_words(&tool->arguments, 0);
    auto_buffer struct buffer path = {0};
    auto_json json_t *reply = NULL;
    struct error error = {0};

    buffer_text(&path, "/api/v1/moderation/moderators/");
    buffer_url(&path, name, strlen(name));
    if (!send_json(tool, "DELETE", path.data, NULL, &reply, &error))
        return tool_refuse(&error);
    print_reply(tool, reply, "moderates no longer");
    return EXIT_DONE;
}

enum {
    NAME_COLUMNS = 24,
    DAY_LENGTH = 10
};

static void print_moderator(const struct tool *tool, const json_t *moderator, struct buffer *text)
{
    const char *retired = json_string_value(json_object_get(moderator, "retired"));
    const char *style = terminal_style(&tool->terminal, retired == NULL ? STYLE_BOLD : STYLE_DIM);

    buffer_text(text, style);
    terminal_cell(text, json_string_value(json_object_get(moderator, "name")), NAME_COLUMNS);
    buffer_text(text, terminal_style(&tool->terminal, STYLE_NONE));
    buffer_format(text, "  %.*s  ", DAY_LENGTH,
                  json_string_value(json_object_get(moderator, "added")));
    buffer_format(text, "%.*s  %s\n", DAY_LENGTH, retired == NULL ? "active    " : retired,
                  json_string_value(json_object_get(moderator, "key")));
}

enum exit_code command_moderator_list(struct tool *tool)
{
    auto_buffer struct buffer text = {0};
    auto_json json_t *reply = NULL;
    struct error error = {0};
    const json_t *list;

    if (!client_get(&tool->client, "/api/v1/moderation/moderators", &reply, &error))
        return tool_refuse(&error);
    list = json_object_get(reply, "moderators");
    if (tool->json) {
        auto_free char *json = json_dumps(reply, JSON_COMPACT);
        buffer_format(&text, "%s\n", json);
    } else {
        terminal_cell(&text, "NAME", NAME_COLUMNS);
        buffer_text(&text, "  SINCE       UNTIL       KEY\n");
        for (size_t i = 0; i < json_array_size(list); i++)
            print_moderator(tool, json_array_get(list, i), &text);
    }
    terminal_print(&text);
    return EXIT_DONE;
}
