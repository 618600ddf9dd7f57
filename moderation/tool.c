#include <stdio.h>
#include <string.h>

#include "moderation/tool.h"

static const char default_socket[] = "zhanji.sock";

enum {
    NAME_COLUMNS = 18
};

static const unsigned common_options = 1U << OPTION_SOCKET | 1U << OPTION_SERVER |
                                       1U << OPTION_KEY | 1U << OPTION_JSON | 1U << OPTION_HELP;

enum exit_code tool_refuse(const struct error *error)
{
    terminal_complain("%s", error->text);
    return (enum exit_code)error_exit_code(error->kind);
}

enum exit_code tool_misuse(const char *text, const struct command *command)
{
    terminal_complain("%s", text);
    if (command != NULL)
        fprintf(stderr, "usage: zhanji-moderate %s %s\n", command->name, command->arguments);
    else
        fputs("zhanji-moderate --help lists the commands\n", stderr);
    return EXIT_USAGE;
}

static enum exit_code print_help(void)
{
    puts("usage: zhanji-moderate [--socket PATH | --server URL] [--key FILE] [--json] COMMAND\n\n"
         "Reads and decides reports of a zhanji-collector.\n");
    for (size_t i = 0; i < commands_count; i++)
        printf("  %-*s%s\n", NAME_COLUMNS, commands[i].name, commands[i].summary);
    puts("\n"
         "  --socket PATH   the server's Unix socket (ZHANJI_SOCKET; else zhanji.sock)\n"
         "  --server URL    a server elsewhere; every request is signed with your key\n"
         "  --key FILE      your moderator's key (ZHANJI_KEY)\n"
         "  --json          for machines\n"
         "\n"
         "zhanji-moderate COMMAND --help tells more. NO_COLOR=1 turns colour off.\n"
         "Exit: 0 done, 1 refused, 2 wrong usage, 3 no server.");
    return EXIT_DONE;
}

static enum exit_code print_command_help(const struct command *command)
{
    printf("usage: zhanji-moderate %s %s\n%s%s", command->name, command->arguments,
           command->help[0] == '\0' ? "" : "\n", command->help);
    return EXIT_DONE;
}

/* The options that the command does not take, and too few or many words. */
static const char *find_misuse(const struct tool *tool, const struct command *command, char *text,
                               size_t size)
{
    const struct arguments *given = &tool->arguments;
    enum option unwanted = arguments_unwanted(given, common_options | command->options);

    if (unwanted != OPTION_COUNT)
        snprintf(text, size, "%s takes no %s", command->name, option_name(unwanted));
    else if (given->options[OPTION_SOCKET] != NULL && given->options[OPTION_SERVER] != NULL)
        snprintf(text, size, "--socket and --server exclude each other");
    else if (given->count < command->words_min)
        snprintf(text, size, "%s needs %s", command->name, command->arguments);
    else if (given->count > command->words_max)
        snprintf(text, size, "%s: %.60s is one word too many", command->name,
                 given->words[command->words_max]);
    else if ((command->needs & NEEDS_OPERATOR) != 0 && given->options[OPTION_SERVER] != NULL)
        snprintf(text, size, "%s works on the server's Unix socket alone: give --socket",
                 command->name);
    else
        return NULL;
    return text;
}

static const char *value_or_environment(const char *value, const char *name)
{
    const char *found = value == NULL ? secure_getenv(name) : value;

    return found == NULL || found[0] == '\0' ? NULL : found;
}

static void choose_server(struct tool *tool)
{
    const char *socket =
        value_or_environment(tool->arguments.options[OPTION_SOCKET], "ZHANJI_SOCKET");

    tool->client.server = tool->arguments.options[OPTION_SERVER];
    if (tool->client.server == NULL)
        tool->client.socket = socket == NULL ? default_socket : socket;
}

/* A key is loaded when there is one; a command that cannot do without says so. */
static bool load_key(struct tool *tool, unsigned needs, struct error *error)
{
    const char *path = value_or_environment(tool->arguments.options[OPTION_KEY], "ZHANJI_KEY");
    bool is_needed = (needs & NEEDS_KEY) != 0 ||
                     ((needs & NEEDS_SERVER) != 0 && tool->client.server != NULL) ||
                     tool->arguments.options[OPTION_APPROVE] != NULL;

    if (path == NULL && !is_needed)
        return true;
    if (path == NULL)
        return error_set(error, ERROR_INVALID,
                         "this needs your key: give --key FILE or set "
                         "ZHANJI_KEY (zhanji-moderate key new makes one)");
    if (!keyfile_load(path, &tool->key, error))
        return false;
    tool->has_key = true;
    tool->client.key = &tool->key;
    return true;
}

static enum exit_code run(struct tool *tool, const struct command *command)
{
    struct error error = {0};
    char text[200];

    if (tool->arguments.options[OPTION_HELP] != NULL)
        return print_command_help(command);
    if (find_misuse(tool, command, text, sizeof text) != NULL)
        return tool_misuse(text, command);
    choose_server(tool);
    tool->json = tool->arguments.options[OPTION_JSON] != NULL;
    tool->terminal = terminal_open();
    if ((command->needs & NEEDS_SERVER) != 0 && !load_key(tool, command->needs, &error))
        return error.kind == ERROR_INVALID && tool->client.key == NULL &&
                       tool->arguments.options[OPTION_KEY] == NULL
                   ? tool_misuse(error.text, command)
                   : tool_refuse(&error);
    return command->run(tool);
}

enum exit_code tool_run(struct tool *tool)
{
    struct arguments *arguments = &tool->arguments;
    const struct command *command;
    char text[100];
    size_t used = 0;

    if (arguments->count == 0)
        return arguments->options[OPTION_HELP] != NULL ? print_help()
                                                       : tool_misuse("which command?", NULL);
    command = command_find(arguments->words, arguments->count, &used);
    if (command == NULL) {
        snprintf(text, sizeof text, "there is no command %.60s", arguments->words[0]);
        return tool_misuse(text, NULL);
    }
    arguments->words += used;
    arguments->count -= used;
    return run(tool, command);
}
