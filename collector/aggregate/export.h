#ifndef ZHANJI_AGGREGATE_EXPORT_H
#define ZHANJI_AGGREGATE_EXPORT_H

#include "collector/aggregate/options.h"
#include "collector/base/error.h"

/*
 * Recomputes a server's published figures from its export: an item for each station (its status,
 * standing and confidence) and for each "station/question" (answer, posterior, standing); where
 * nothing is known the answer is empty. `--now DAY` is `as_of`; default the export's own.
 */
NODISCARD bool export_run(const struct options *options, struct error *error);

#endif
