#ifndef ZHANJI_CONSENSUS_ELSEWHERE_H
#define ZHANJI_CONSENSUS_ELSEWHERE_H

#include "collector/consensus/labels.h"

/*
 * What reporters are worth in the other questions of a table: a_r of consensus.md §4 is one for all
 * of them, and a question of few items tells little of anybody. But who knows one thing need not
 * know another: accuracies in a question are spread around that elsewhere as Beta(T·a, T·(1 − a)),
 * so that N reports elsewhere count as T·N/(T + N), however many they are.
 */
struct elsewhere;
/* `right` is, of each observation of the table, the chance that it is true, by a model of all
 * questions; borrowed, as the table. */
NODISCARD struct elsewhere *elsewhere_create(const struct report_table *table, const float *right);
void elsewhere_destroy(struct elsewhere *elsewhere);
/* Of the reporters of a question (labels_task): all that they said but of its items; `trust` is T,
 * above 0. */
void elsewhere_tally(const struct elsewhere *elsewhere, const struct labels_task *task,
                     const uint32_t *listed, double trust, struct tally *tally_out);

#endif
