#ifndef ZHANJI_MODERATION_COMMANDS_LOG_FIND_H
#define ZHANJI_MODERATION_COMMANDS_LOG_FIND_H

#include "moderation/tool.h"

/* The folder of a DIR, or one into which the log of a URL (or, without either, of the server that
 * the options name) was fetched. */
struct found_log {
    const char *folder;
    char temporary[40]; /* "" if it is the user's own */
};

/* `word` is which of the command's words may name it. Finish it whatever comes back. */
NODISCARD bool found_log_open(struct tool *tool, size_t word, bool with_export,
                              struct found_log *found, struct error *error);
void found_log_finish(const struct found_log *found);
/* Fetches a log; `url` NULL: from the server that the options name. */
NODISCARD bool log_fetch(struct tool *tool, const char *url, const char *folder, bool with_export,
                         struct error *error);
/* Its context is the tool's terminal. */
void log_progress(void *context, uint64_t done, uint64_t total);

#endif
