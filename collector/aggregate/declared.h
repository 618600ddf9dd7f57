#ifndef ZHANJI_AGGREGATE_DECLARED_H
#define ZHANJI_AGGREGATE_DECLARED_H

#include "collector/figures/rules.h"

/*
 * What the header line of a server's export states (consensus.md §7): questions with their
 * directions of error and hazards, notices, statuses, and when each station opened. Nothing of
 * it comes from this machine's own schema. Members of the line: earliest_visit, offset, as_of,
 * known_at, basis{id: weight}, statuses, conditions, model{span, unnamed, questions[…]} (publish/model.h),
 * notices[…, places: "all" or station ids], stations{id: {opened}}.
 */
struct declared {
    json_t *json; /* the line: everything borrows its texts */
    struct survey survey;
    struct rules *rules;
    int32_t as_of, known_at;
};

NODISCARD bool declared_parse(const char *line, size_t length, struct declared *declared_out,
                              struct error *error);
void declared_finish(struct declared *declared);

#endif
