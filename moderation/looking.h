#ifndef ZHANJI_MODERATION_LOOKING_H
#define ZHANJI_MODERATION_LOOKING_H

#include "moderation/backlog.h"

/* What the published reports of a station tell of those that wait there: flags that need them,
 * and whether approving one would change the station's status. */

struct preview;

/* Looks at every report that waits at the station and was not looked at. Ordering is the
 * caller's. */
NODISCARD bool looking_station(struct backlog *backlog, const struct app *app, int station,
                               struct error *error);
/* Hands on what was found. */
void looking_carry(const struct waiting *from, struct waiting *to);
/* As if it had never been looked at. */
void looking_forget(struct waiting *waiting);
/* Reads the published reports of the preview's station. */
NODISCARD bool looking_read(struct preview *preview, const struct app *app, struct error *error);

#endif
