#ifndef ZHANJI_MODERATION_TOOL_H
#define ZHANJI_MODERATION_TOOL_H

#include "collector/base/error.h"
#include "moderation/client.h"
#include "moderation/keyfile.h"
#include "moderation/terminal.h"

/* zhanji-moderate: its options and commands (design §7). */
enum option {
    OPTION_SOCKET,
    OPTION_SERVER,
    OPTION_KEY,
    OPTION_JSON,
    OPTION_HELP,
    OPTION_STATION,
    OPTION_LIMIT,
    OPTION_REASON,
    OPTION_NOTE,
    OPTION_HIDE_NOTE,
    OPTION_APPROVE,
    OPTION_LINE,
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_FROM,
    OPTION_TO,
    OPTION_ANSWER,
    OPTION_CHANGES,
    OPTION_ORDER,
    OPTION_DRY_RUN,
    OPTION_LIST,
    OPTION_LOG_KEY,
    OPTION_COUNT
};

enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_SERVER = 3
};

/* What was asked for: the words after the command, and the options ("" for one without a value,
 * NULL for one that was not given). Borrowed from argv. */
struct arguments {
    const char *options[OPTION_COUNT];
    const char *const *words;
    size_t count;
};

/* What every command is given. */
struct tool {
    struct arguments arguments;
    struct terminal terminal;
    struct client client;
    struct keyfile key; /* only if has_key */
    bool has_key;
    bool json;
};

enum command_needs {
    NEEDS_SERVER = 1,
    NEEDS_KEY = 2,     /* of a moderator: decisions are signed wherever they are sent */
    NEEDS_OPERATOR = 4 /* works on the Unix socket alone */
};

struct command {
    const char *name;      /* "moderator add" */
    const char *arguments; /* as the help prints them */
    const char *summary;   /* one line */
    const char *help;      /* the rest of `--help`, lines that end with a newline */
    unsigned options;      /* those of its own: 1 << OPTION_…; the first five are everybody's */
    unsigned needs;
    size_t words_min, words_max;
    enum exit_code (*run)(struct tool *tool);
};

/* Sorted by name. */
extern const struct command commands[];
extern const size_t commands_count;

/* The command that the first one or two of `words` name; *used_out is how many. NULL if none. */
const struct command *command_find(const char *const *words, size_t count, size_t *used_out);

/*
 * Takes the options out of argv (which may stand anywhere; "--" ends them): the words that are
 * left are put at the front of argv's array, in order, and counted. ERROR_INVALID for an option
 * that is unknown, misses its value or is given twice.
 */
NODISCARD bool arguments_parse(char **argv, size_t count, struct arguments *arguments_out,
                               struct error *error);
const char *option_name(enum option option); /* "--socket" */
/* The first option given that `allowed` does not have, or OPTION_COUNT. */
enum option arguments_unwanted(const struct arguments *arguments, unsigned allowed);

/* One line to stderr, and the exit code of the error. */
enum exit_code tool_refuse(const struct error *error);
/* The same for wrong usage, with the way the command is used (NULL: where to find it). */
enum exit_code tool_misuse(const char *text, const struct command *command);
/* Finds the command, sees to what it needs, and runs it. */
enum exit_code tool_run(struct tool *tool);

#endif
