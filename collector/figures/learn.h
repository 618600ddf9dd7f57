#ifndef ZHANJI_FIGURES_LEARN_H
#define ZHANJI_FIGURES_LEARN_H

#include "collector/figures/observe.h"

/*
 * Learning the model from what is published: an EM over all observations (consensus/fit.h), of
 * which only accuracies rounded to 0.05, directions of error, π and hazards are kept
 * (consensus.md §7).
 *
 * Without enough evidence the survey's own figures stand. Who is right can be learned only where
 * different reporters answered the same question about the same station; such observations are
 * *shared* (all unnamed ones count as one reporter), and they count with their effective weight.
 * - A reporter's accuracy is learned from a shared weight of 10: then the data weigh as much as
 *   the prior A = 10. Below, it is `reporter_accuracy` of the survey.
 * - A question's π, directions of error and hazard are learned from a shared weight of
 *   10 / (1 − reporter_accuracy), 67 for 0.85: then as many errors are expected as the prior
 *   s_q = 10 of the directions supposes. Below, the question takes no part in the fit at all.
 * - The fit's tables take some 50 bytes an observation. Of more than `most` it takes those of every
 *   second, third, … station: directions of error, π and hazards need no more. The accuracies then
 *   come of one E step over all stations.
 */
#define LEARN_REPORTER_WEIGHT 10.0
#define LEARN_ERRORS          10.0

struct learn_request {
    const struct survey *survey;
    struct record **records; /* by station; none is NULL */
    double span;             /* for consensus_weigh */
    double horizon;          /* the last day that dynamics reach */
    uint64_t most;           /* observations in the fit */
    /* After each iteration; false gives up. */
    bool (*progress)(void *context, int iteration, int most);
    void *context;
};

struct learned {
    struct model *model; /* the prior one where no question has enough evidence */
    int questions;       /* how many were learned */
    int iterations;
    uint64_t observations; /* that took part */
};

enum {
    LEARN_OBSERVATIONS = 4000000 /* what a server can hold beside its own memory */
};

/* The weight of shared observations that a question needs. */
double learn_least_weight(const struct survey *survey);
/* Accuracies under the model, over all stations. False when `progress` gave up, like the next. */
NODISCARD bool learn_accuracies(const struct learn_request *request, const bool *takes_part,
                                struct model *model);
NODISCARD bool learn_model(const struct learn_request *request, struct learned *learned_out);

#endif
