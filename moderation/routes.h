#ifndef ZHANJI_MODERATION_ROUTES_H
#define ZHANJI_MODERATION_ROUTES_H

#include "collector/http/http.h"
#include "collector/store/store.h"

/* The moderation API (design §7). The context of every handler is `const struct app *`, whose
 * member `moderation` is made here. */
extern const struct http_route moderation_routes[];
extern const size_t moderation_routes_count;

/* What the server knows of those who ask: the moderators, and the nonces of the last minute.
 * Belongs to the HTTP thread. Made before the server listens; reads the moderators from the
 * store. Signatures that were made before this moment are refused. */
struct moderation;

NODISCARD bool moderation_create(struct store *store, struct clock clock,
                                 struct moderation **moderation_out, struct error *error);
/* Ends the thread of its own that the desk has: before the publisher and the store go. */
void moderation_stop(struct moderation *moderation);    /* NULL is fine */
void moderation_destroy(struct moderation *moderation); /* NULL is fine */

#endif
