#ifndef ZHANJI_CONSENSUS_FIT_H
#define ZHANJI_CONSENSUS_FIT_H

#include "collector/consensus/table.h"

/*
 * Learning who errs how and when things change, by expectation maximisation (consensus.md §4–5;
 * Dawid and Skene, Applied Statistics 28(1), 1979, for the reporters; Baum–Welch for the chain).
 * In a question q with K options, reporter r answers a in state k with probability
 *   θ[r][q][k][a] = (N[k][a] + s·(a_r[k=a] + (1 − a_r)·ν_q[k][a])) / (Σ_a N[k][a] + s)
 *   a_r = (A·m + Σ correct) / (A + Σ all),  ν_q = pooled direction of errors,  A = 10
 * (in a large set a_r is learned from how accurate all are: mixture.h)
 * with s = 8 to begin with, and in a question of many reports the s that tells them best,
 * and restarts happen at λ_q(day) into g_q(day), with the evidence gate of §5.
 * The first iterations take every cluster of one answer for a burst (report_table.caution). The
 * maximum that is found depends on where the search begins, and many who lie together for months
 * stay believed if they are believed at first; so evidence counts for less until it is known whose
 * it is, as in Ueda and Nakano, Neural Networks 11, 1998.
 */
struct fit_options {
    double prior_accuracy; /* m: a reporter who is new; 0.75 in a batch, 0.85 in the server */
    double strength;       /* s; 0: 8, or by the data where truth changes */
    bool fixed_truth;      /* truth does not change: no dynamics at all */
    double origin;         /* the chain starts with π at this day */
    /* Called after each iteration; false gives up (fit_create returns NULL). May be NULL. */
    bool (*progress)(void *context, int iteration, int most);
    void *context;
};

struct fit;
/* The table's weights are effective ones (report_table_weigh). It is not changed, and must outlive the
 * fit only for fit_knots. */
NODISCARD struct fit *fit_create(const struct report_table *table,
                                 const struct fit_options *options);
void fit_destroy(struct fit *fit);

/* What the server publishes with (consensus.md §7), and what a batch reads its hazards from.
 * Copies; emission_finish and hazard_finish them. */
void fit_emission(const struct fit *fit, uint32_t question, struct emission *emission_out);
void fit_hazard(const struct fit *fit, uint32_t question, struct hazard *hazard_out);
/* π of a question; the fit's. */
const double *fit_initial(const struct fit *fit, uint32_t question);
/* a_r; reporter `reporters` of the table is all the unnamed. */
double fit_accuracy(const struct fit *fit, uint32_t reporter);
/* The same as it is published: rounded to 0.05, within 0.05 and 0.95 (nobody is never wrong). */
double fit_published(double accuracy);
/* s of a question. */
double fit_strength(const struct fit *fit, uint32_t question);
int fit_iterations(const struct fit *fit);
/* Of each observation of the table the posterior of what it said, by the last E step; the fit's. */
const float *fit_right(const struct fit *fit);

/* An accuracy's standing: the weight it rests on and its 95 % interval, of the posterior
 * Beta(A·m + correct, A·(1 − m) + wrong), in a large set of the Beta that is like it (mixture.h). */
struct fit_reporter {
    double accuracy, low, high;
    double weight;
};

void fit_reporter(const struct fit *fit, uint32_t reporter, struct fit_reporter *reporter_out);
/* An item's knots with the full confusion of its reporters; knots_finish them. `scratch` has room
 * for report_table_largest observations. */
void fit_knots(const struct fit *fit, size_t item, struct observation *scratch,
               struct knots *knots_out);

#endif
