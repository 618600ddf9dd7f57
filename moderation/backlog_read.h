#ifndef ZHANJI_MODERATION_BACKLOG_READ_H
#define ZHANJI_MODERATION_BACKLOG_READ_H

#include "moderation/backlog.h"

/* What waits now, if anything has changed since it was read; what was found about a report goes
 * with it. On failure the backlog is as it was, and read again the next time. */
NODISCARD bool backlog_read(struct backlog *backlog, const struct app *app, struct error *error);
/* Frees the items. */
void backlog_clear(struct waiting *items, size_t count);

#endif
