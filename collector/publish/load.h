#ifndef ZHANJI_PUBLISH_LOAD_H
#define ZHANJI_PUBLISH_LOAD_H

#include "collector/publish/observe.h"

/* Reads the published reports of the stations that are set, a store job for every 20,000 or so;
 * `records` (by station) gets a new one for each, also where there was one. False with the error
 * when the store failed, or (ERROR_BUSY) when `cancelled` became true; NULL: never. Then what was
 * read before is kept. */
NODISCARD bool load_records(struct store *store, const struct survey *survey, const bool *stations,
                            const atomic_bool *cancelled, struct record **records,
                            struct error *error);

#endif
