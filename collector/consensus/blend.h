#ifndef ZHANJI_CONSENSUS_BLEND_H
#define ZHANJI_CONSENSUS_BLEND_H

#include "collector/consensus/table.h"

/*
 * Which model of reporters fits a question is not known beforehand (consensus.md §4): one accuracy
 * a reporter, full confusion, or items of two difficulties. Each candidate learns without a part
 * of the observations and is judged by how likely it finds them (a held-out likelihood ℓ a unit of
 * weight); truth is the mean of the candidates' posteriors with weights
 *   exp((ℓ − ℓ_best)·√n / 0.1)
 * (none for a candidate in which reporters are right much less often than in another: that one has
 * taken something else for the truth), so that a difference within the error of ℓ over n observations is shared, a clear one decides.
 * For truths that do not change.
 */
struct blend;
/* `progress` is called between candidates, with how many of all are done; false gives up (NULL is
 * returned). It may be NULL. */
NODISCARD struct blend *blend_create(const struct report_table *table,
                                     bool (*progress)(void *context, int done, int all),
                                     void *context);
void blend_destroy(struct blend *blend);
/* The posterior over the options of an item. */
void blend_posterior(const struct blend *blend, size_t item, double *p);

/* A candidate and its weight in one question. */
size_t blend_candidates(void);
const char *blend_name(size_t candidate);
double blend_weight(const struct blend *blend, uint32_t question, size_t candidate);

#endif
