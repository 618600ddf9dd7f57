#ifndef ZHANJI_AGGREGATE_RECOUNT_H
#define ZHANJI_AGGREGATE_RECOUNT_H

#include "collector/aggregate/declared.h"
#include "collector/aggregate/options.h"
#include "collector/aggregate/output.h"
#include "collector/base/map.h"
#include "collector/figures/observe.h"

/* An export that was read (export.c), and where its figures go (recount.c). */
struct recount {
    struct declared declared;
    struct observed *observed; /* of each station */
    struct map *reporters;     /* "station\npseudonym" → number */
    size_t reporter_capacity;
    size_t line;
    int32_t as_of;
    /* of the part that is being written */
    struct sink out, history, stations;
    bool has_out, has_history, has_stations;
};

/* Writes what the options ask for: a part at a time, stations and their questions by id. */
NODISCARD bool recount_write(struct recount *recount, const struct options *options,
                             struct error *error);

#endif
