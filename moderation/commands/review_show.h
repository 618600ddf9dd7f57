#ifndef ZHANJI_MODERATION_REVIEW_SHOW_H
#define ZHANJI_MODERATION_REVIEW_SHOW_H

#include "moderation/commands/commands.h"
#include "moderation/wording.h"

/* Prints a report that waits, and what its station says now, so that a change is seen as one. */
void review_show(struct tool *tool, const struct wording *wording, const json_t *report);

#endif
