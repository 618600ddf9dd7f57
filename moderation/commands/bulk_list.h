#ifndef ZHANJI_MODERATION_COMMANDS_BULK_LIST_H
#define ZHANJI_MODERATION_COMMANDS_BULK_LIST_H

#include <jansson.h>

#include "moderation/commands/commands.h"

/* The id of a report that is {"id",…} or its id alone. */
const char *bulk_list_id(const json_t *report);
/* Writes the ids, one a line, into a file that is not there yet; `path` NULL: nothing. */
NODISCARD bool bulk_list_keep(const json_t *reports, const char *path, struct error *error);
/* The ids in a file, or of the entry of the log with this number. The caller owns *ids_out. */
NODISCARD bool bulk_list_read(struct tool *tool, const char *word, json_t **ids_out,
                              struct error *error);

#endif
