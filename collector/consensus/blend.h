#ifndef ZHANJI_CONSENSUS_BLEND_H
#define ZHANJI_CONSENSUS_BLEND_H

#include "collector/consensus/candidates.h"

/*
 * Which model of reporters fits a question is not known beforehand (consensus.md §4): one accuracy
 * a reporter, full confusion, communities that err alike, or items of two difficulties; classes
 * alike or of learned frequency.
 * Each candidate learns without a part of the observations and is judged by how likely it finds
 * them, ℓ_ci for item i; truth is the mean of the candidates' posteriors with the weights
 *   w_c = mean over draws d of exp(Σ_i d_i·ℓ_ci) / Σ_c' exp(Σ_i d_i·ℓ_c'i)
 * where d is a Bayesian bootstrap of the items (Rubin, Annals of Statistics 9, 1981): the
 * pseudo-BMA+ of Yao, Vehtari, Simpson and Gelman, Bayesian Analysis 13(3), 2018. Candidates whose
 * difference is within the error of ℓ share the weight, a clear difference decides.
 * Each posterior is taken to the power that finds what was held out likeliest (temperature scaling,
 * Guo et al., ICML 2017, but without any known truth).
 * A candidate whose truth agrees much less with the answers held out than another's gets none: it
 * has taken something else for the truth, which likelihood alone cannot tell. Nor does one whose
 * truth hardly agrees with them more than that of other items would (as in the kappa of Cohen,
 * Educational and Psychological Measurement 20, 1960): it has taken one class for nearly all items,
 * which agrees with whoever always says that.
 * Of a question with few labels its own say little: what the candidates did in other questions is
 * added, as that of so many labels at most; and a reporter's tally holds what is known of the
 * reporter by other questions (elsewhere.h), as far as by that what was held out is told best.
 * For truths that do not change.
 */
struct blend;
/* `right` is, of each observation, the chance that it is true, by a model of all questions; NULL:
 * questions are learned from alone. `progress` is called again and again, with how much of all is
 * done; false gives up (NULL is
 * returned). It may be NULL. */
NODISCARD struct blend *blend_create(const struct report_table *table, const float *right,
                                     bool (*progress)(void *context, int done, int all),
                                     void *context);
void blend_destroy(struct blend *blend);
/* The posterior over the options of an item. */
void blend_posterior(const struct blend *blend, size_t item, double *p);

/* That of a candidate in one question. */
double blend_weight(const struct blend *blend, uint32_t question, size_t candidate);

#endif
