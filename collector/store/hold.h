#ifndef ZHANJI_STORE_HOLD_H
#define ZHANJI_STORE_HOLD_H

#include "collector/store/session.h"

/*
 * What is published at one moment, read a page at a time while decisions go on: of what is taken
 * back or replaced meanwhile, the version of that moment is kept in memory until it has been read.
 */
struct hold;

/* Of this moment. The reader ends it with hold_release. */
struct hold *session_hold(struct session *session);
/* Any thread; NULL is allowed. */
void hold_release(struct hold *hold);
/* Calls `each` for the next `limit` reports or so, in id order; *more_out says whether others
 * follow. *lost_out: so much was taken back that it was not kept, and the rest cannot be told. */
NODISCARD bool session_hold_page(struct session *session, struct hold *hold, uint32_t limit,
                                 void (*each)(void *context, const struct stored_report *report),
                                 void *context, bool *more_out, bool *lost_out,
                                 struct error *error);

#endif
