#ifndef ZHANJI_FIGURES_MODEL_H
#define ZHANJI_FIGURES_MODEL_H

#include <stdatomic.h>

#include "collector/base/error.h"
#include "collector/consensus/consensus.h"
#include "collector/survey/survey.h"

/* What was learned (or is fixed) of one question: directions of error, and dynamics. */
struct question_model {
    struct emission emission;
    struct hazard hazard;
};

/*
 * Everything that turns observations into published figures, apart from the notices. Immutable
 * and counted; a refit makes a new one.
 */
struct model {
    atomic_uint references;
    double span;     /* of the whole data set in days, for consensus_weigh */
    double unnamed;  /* accuracy of reports without a reporter */
    double newcomer; /* and of reporters of whom nothing was learned */
    size_t reporter_count;
    double *accuracy; /* by reporter number: published accuracy, rounded to 0.05 */
    int question_count;
    struct question_model *questions;
};

/* Accuracy of the survey for everybody, uniform directions, π and g, hazard 0.1 a year. */
NODISCARD struct model *model_create(const struct survey *survey, double span);
struct model *model_hold(struct model *model);
void model_drop(struct model *model);
double model_accuracy(const struct model *model, uint32_t reporter);
/* Copies everything but the span. */
NODISCARD struct model *model_with_span(const struct model *model, double span);

/* A span in days, at least 28, rounded up to a power of 2^(1/8): what is published must not change
 * everywhere because the data set has become a day longer. */
double model_round_span(double days);

/* As JSON, numbers exact to the last bit: {"span","unnamed","questions":[…]}; bins that are as the base
 * says are left out. The accuracies stay with the reports. Appends. */
void model_json(const struct model *model, const struct survey *survey, struct buffer *buffer);
/* The reverse; questions that the text lacks get the first model's. */
NODISCARD struct model *model_parse(const struct survey *survey, const char *text, size_t length,
                                    struct error *error);

#endif
