#ifndef ZHANJI_CONSENSUS_GIVEN_H
#define ZHANJI_CONSENSUS_GIVEN_H

#include <stdint.h>

#include "collector/base/memory.h"

/*
 * Which of a question's answers each reporter gave, a bit each: what is learned of reporters has a
 * row for these alone, in order of (reporter, answer).
 */
struct given {
    size_t words; /* a reporter */
    uint64_t *bits;
};

void given_start(size_t reporters, size_t options, struct given *given);
void given_finish(struct given *given);
void given_mark(struct given *given, size_t reporter, size_t answer);
/* A reporter's answers, ascending; returns how many. */
uint32_t given_list(const struct given *given, size_t reporter, uint16_t *answers_out);
/* How many of them come before an answer. */
uint32_t given_rank(const struct given *given, size_t reporter, size_t answer);

#endif
