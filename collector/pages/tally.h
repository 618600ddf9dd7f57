#ifndef ZHANJI_PAGES_TALLY_H
#define ZHANJI_PAGES_TALLY_H

#include "collector/pages/task.h"

/*
 * How many published reports gave which answer, by the month of the visit, or by its year where
 * no more is known: plain counts, nothing weighted. Counted from the store station by station, so that intake goes on
 * meanwhile, when somebody asks and the log has grown since; after a long count at most every ten
 * minutes. Of the HTTP thread alone.
 */
struct tally;
NODISCARD struct tally *tally_create(void);
void tally_destroy(struct tally *tally);

/* Goes on with `then` once the counts are there, as task_record does. Without app->tally at once. */
enum http_progress tally_await(struct task *task, enum http_progress (*then)(struct task *task));

/* What is known of a visit's time. */
enum tally_span {
    TALLY_MONTH, /* its month, or better */
    TALLY_YEAR,  /* only its year: counted in the month in which that began */
    TALLY_SPANS
};

/* The count of one answer in a month (year × 12 + month − 1). What began before the survey did
 * stands in the survey's first month. */
uint32_t tally_count(const struct tally *tally, int month, enum tally_span span, int question,
                     int option);

#endif
