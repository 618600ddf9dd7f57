#ifndef ZHANJI_AGGREGATE_CHAINS_H
#define ZHANJI_AGGREGATE_CHAINS_H

#include "collector/consensus/fit.h"

/*
 * The tables of the questions' chains, as the fit has learned them. Each has a row for every day,
 * and there may be thousands of questions: they are made when they are asked for, and those that
 * were made first go when all take too much.
 */
struct chains;
/* `most_bytes` is what they may take together; one is kept in any case. Borrows the fit. */
NODISCARD struct chains *chains_create(const struct fit *fit, uint32_t questions,
                                       size_t most_bytes);
void chains_destroy(struct chains *chains);
/* Those of a question, until those of another are asked for. */
NODISCARD const struct dynamics *chains_of(struct chains *chains, uint32_t question);

#endif
