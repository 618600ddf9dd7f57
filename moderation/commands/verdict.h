#ifndef ZHANJI_MODERATION_VERDICT_H
#define ZHANJI_MODERATION_VERDICT_H

#include "moderation/commands/commands.h"
#include "moderation/deciding.h"

/* What --reason, --note and --hide-note make of an act; borrows from them. Not EXIT_DONE, and why
 * is said on stderr: a decision against a report has no reason, or one that no survey has. */
NODISCARD enum exit_code verdict_read(const struct arguments *arguments, enum entry_act act,
                                      struct verdict *verdict_out);

#endif
