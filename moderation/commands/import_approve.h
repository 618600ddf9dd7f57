#ifndef ZHANJI_MODERATION_IMPORT_APPROVE_H
#define ZHANJI_MODERATION_IMPORT_APPROVE_H

#include "moderation/commands/commands.h"
#include "moderation/deciding.h"
#include "moderation/wording.h"

/* What an import has brought in and `--approve` is to publish. */
struct waiting_reports {
    struct decided *items;
    size_t count, room;
};

void waiting_reports_finish(struct waiting_reports *waiting);
void waiting_reports_add(struct waiting_reports *waiting, const char *id);
/* Approves them all with the tool's key, whatever version the reporter has made of them; complains of
 * each that is not approved. False when the server is gone or refuses the whole. */
NODISCARD bool waiting_reports_approve(struct waiting_reports *waiting, struct tool *tool,
                                       const struct wording *wording, uint64_t *approved_out,
                                       struct error *error);

#endif
