#ifndef ZHANJI_PUBLISH_LOAD_H
#define ZHANJI_PUBLISH_LOAD_H

#include "collector/figures/observe.h"
#include "collector/store/session.h"

/* More reports than this in one job would keep intake waiting. */
enum {
    REPORTS_A_JOB = 1000
};

/* Asked before each job of a long reading: may wait until others had theirs; false ends it. */
struct load_turn {
    bool (*take)(void *context);
    void *context;
};

/* Reads the published reports of the stations that are set, in small jobs of the store; `records`
 * (by station) gets a new one for each, also where there was one. Most stations at once are read
 * in the order of the file. False with the error when the store failed, or (ERROR_BUSY) when there
 * was no further turn (NULL: there always is); then nothing is kept. */
NODISCARD bool load_records(struct store *store, const struct survey *survey, const bool *stations,
                            const struct load_turn *turn, struct record **records,
                            struct error *error);

/* What is new at a station. */
struct news {
    uint64_t questions; /* mask of those that reports answer which its record had already */
    struct published_answer *added; /* what was added to it */
    size_t count, capacity;
};

/* By station. */
NODISCARD struct news *news_create(const struct survey *survey);
void news_destroy(struct news *news, const struct survey *survey);

/* Adds reports that were published since to the records that are there (NULL: to none), and says
 * what that was; sets `unsure` where the record may have the report already or not, so that the
 * station must be read again. */
struct fresh_reports {
    const struct published_change *at;
    size_t count;
    struct news *news; /* by station */
    bool *unsure;      /* by station */
};

NODISCARD bool load_fresh(struct store *store, const struct fresh_reports *fresh,
                          struct record **records, struct error *error);

#endif
