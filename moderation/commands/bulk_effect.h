#ifndef ZHANJI_MODERATION_BULK_EFFECT_H
#define ZHANJI_MODERATION_BULK_EFFECT_H

#include "moderation/commands/commands.h"
#include "moderation/wording.h"

/* Says what a bulk decision would be, and does nothing: how many of the `total` that match, and, with
 * `is_approval`, which stations' statuses it would change; with --json as
 * {"dry_run":true,"reports","total","stations":[{"id","from","to"}] or null}. */
NODISCARD bool bulk_effect(struct tool *tool, const struct wording *wording, const json_t *reports,
                           uint64_t total, bool is_approval, struct error *error);

#endif
