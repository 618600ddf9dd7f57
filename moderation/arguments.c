#include <string.h>

#include "moderation/tool.h"

static const struct {
    const char *name;
    bool has_value;
} options[OPTION_COUNT] = {
    [OPTION_SOCKET] = {"--socket", true},    [OPTION_SERVER] = {"--server", true},
    [OPTION_KEY] = {"--key", true},          [OPTION_JSON] = {"--json", false},
    [OPTION_HELP] = {"--help", false},       [OPTION_STATION] = {"--station", true},
    [OPTION_LIMIT] = {"--limit", true},      [OPTION_REASON] = {"--reason", true},
    [OPTION_NOTE] = {"--note", true},        [OPTION_HIDE_NOTE] = {"--hide-note", false},
    [OPTION_APPROVE] = {"--approve", false}, [OPTION_LINE] = {"--line", true},
    [OPTION_FLAG] = {"--flag", true},        [OPTION_TEXT] = {"--text", true},
    [OPTION_FROM] = {"--from", true},        [OPTION_TO] = {"--to", true},
    [OPTION_ANSWER] = {"--answer", true},    [OPTION_CHANGES] = {"--changes", false},
    [OPTION_ORDER] = {"--order", true},      [OPTION_DRY_RUN] = {"--dry-run", false},
    [OPTION_LIST] = {"--list", true},        [OPTION_LOG_KEY] = {"--log-key", true},
};

const char *option_name(enum option option)
{
    return options[option].name;
}

enum option arguments_unwanted(const struct arguments *arguments, unsigned allowed)
{
    unsigned option = 0;

    while (option < OPTION_COUNT &&
           (arguments->options[option] == NULL || (allowed >> option & 1) != 0))
        option++;
    return (enum option)option;
}

/* "--name" or "--name=value"; *value_out is NULL without one. */
static enum option find_option(const char *text, const char **value_out)
{
    const char *equals = strchr(text, '=');
    size_t length = equals == NULL ? strlen(text) : (size_t)(equals - text);
    unsigned option = 0;

    *value_out = equals == NULL ? NULL : equals + 1;
    if (strcmp(text, "-h") == 0)
        return OPTION_HELP;
    while (option < OPTION_COUNT && (strlen(options[option].name) != length ||
                                     strncmp(options[option].name, text, length) != 0))
        option++;
    return (enum option)option;
}

/* Takes the option at argv[*at]; *at moves on over its value. */
static bool take_option(char **argv, size_t count, size_t *at, struct arguments *arguments,
                        struct error *error)
{
    const char *text = argv[*at];
    const char *value;
    enum option option = find_option(text, &value);

    if (option == OPTION_COUNT)
        return error_set(error, ERROR_INVALID, "there is no option %.60s", text);
    if (arguments->options[option] != NULL)
        return error_set(error, ERROR_INVALID, "%s is given twice", options[option].name);
    if (!options[option].has_value) {
        arguments->options[option] = "";
        return value == NULL ||
               error_set(error, ERROR_INVALID, "%s takes no value", options[option].name);
    }
    if (value == NULL && *at + 1 < count)
        value = argv[++*at];
    /* An empty one may be a variable that was never set: no filter is not what was meant. */
    if (value == NULL || (value[0] == '\0' && option != OPTION_NOTE))
        return error_set(error, ERROR_INVALID, "%s needs a value", options[option].name);
    arguments->options[option] = value;
    return true;
}

bool arguments_parse(char **argv, size_t count, struct arguments *arguments_out,
                     struct error *error)
{
    struct arguments arguments = {.words = (const char *const *)argv};
    bool has_ended = false;

    for (size_t at = 0; at < count; at++) {
        char *text = argv[at];
        bool is_option = !has_ended && text[0] == '-' && text[1] != '\0';
        if (is_option && strcmp(text, "--") == 0) {
            has_ended = true;
            continue;
        }
        if (!is_option)
            argv[arguments.count++] = text;
        else if (!take_option(argv, count, &at, &arguments, error))
            return false;
    }
    *arguments_out = arguments;
    return true;
}

const struct command *command_find(const char *const *words, size_t count, size_t *used_out)
{
    for (size_t i = 0; i < commands_count; i++) {
        const char *name = commands[i].name;
        const char *space = strchr(name, ' ');
        size_t length = space == NULL ? strlen(name) : (size_t)(space - name);
        size_t wanted = space == NULL ? 1 : 2;
        if (count < wanted || strlen(words[0]) != length || strncmp(words[0], name, length) != 0)
            continue;
        if (space != NULL && strcmp(words[1], space + 1) != 0)
            continue;
        *used_out = wanted;
        return &commands[i];
    }
    return NULL;
}
