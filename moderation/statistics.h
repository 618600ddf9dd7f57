#ifndef ZHANJI_MODERATION_STATISTICS_H
#define ZHANJI_MODERATION_STATISTICS_H

#include "collector/log/entry.h"
#include "collector/publish/app.h"

/* Decisions by day, counted from the log as it grows. */
enum {
    TALLY_DAYS = 30,
    TALLY_ACTS = 4 /* approve, reject, withhold, revert */
};

struct tally {
    uint64_t next; /* the first entry that was not counted yet */
    bool is_started;
    int32_t last;                            /* the day of the last column */
    uint32_t counts[TALLY_DAYS][TALLY_ACTS]; /* the last column is `last` */
};

/* Counts one decision; days that have passed fall out. */
void tally_add(struct tally *tally, int32_t day, enum entry_act act, uint32_t reports);
/* Makes `today` the last column. */
void tally_turn(struct tally *tally, int32_t today);
/* Counts what is new in the log. */
NODISCARD bool tally_read(struct tally *tally, const struct app *app, struct error *error);

#endif
