#ifndef ZHANJI_AGGREGATE_SPANS_H
#define ZHANJI_AGGREGATE_SPANS_H

#include "collector/base/day.h"
#include "collector/consensus/table.h"

/* The distinct intervals of visits, numbered as they come, and in the end in order of time. */
struct spans;
NODISCARD struct spans *spans_create(void);
void spans_destroy(struct spans *spans);
/* [begin, end) in Unix seconds. */
uint32_t spans_number(struct spans *spans, const struct visit *visit);
size_t spans_count(const struct spans *spans);
/* The intervals in days since 1970-01-01 (UTC), in order; *number_out maps old numbers to their
 * places. Both are the caller's. */
void spans_sort(const struct spans *spans, struct interval **intervals_out, uint32_t **number_out);

/* Any visit precision; no offset means UTC. */
NODISCARD bool time_parse(const char *text, size_t length, struct visit *visit_out);
/* The same as an interval in days. */
struct interval time_interval(const struct visit *visit);

#endif
