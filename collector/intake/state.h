#ifndef ZHANJI_INTAKE_STATE_H
#define ZHANJI_INTAKE_STATE_H

#include "collector/intake/keys.h"
#include "collector/store/store.h"

/* Loads the server's keys for this database, or makes them for a fresh one. A database remembers
 * a fingerprint of its keys: without them every tracking secret and content hash in it would be
 * void, so other or missing keys are ERROR_INVALID, and nothing is made in their place. Waits for
 * the store; call it before the server listens, with the database lock held. */
NODISCARD bool state_open(struct store *store, const char *folder, struct server_keys *keys_out,
                          struct error *error);

#endif
