#ifndef ZHANJI_FIGURES_RULES_H
#define ZHANJI_FIGURES_RULES_H

#include "collector/figures/model.h"

/*
 * What is in force for a view: the model, the notices, and the dynamics that follow from both.
 * Immutable and counted; shared by the views until a notice is added or the model is refitted.
 */
struct rules {
    atomic_uint references;
    const struct survey *survey;
    struct model *model;
    struct notice *notices;        /* owned, oldest first */
    const struct notice **ordered; /* the same as pointers */
    size_t notice_count;
    int32_t horizon;            /* last day that can be asked for */
    struct rules_group *groups; /* stations to which the same notices apply */
    size_t group_count;
    size_t *group_of; /* by station */
};

/* Takes a reference of the model. `notices` is a JSON array of notices; those that the survey no
 * longer understands are left out. */
NODISCARD struct rules *rules_create(const struct survey *survey, struct model *model_take,
                                     const json_t *notices, int32_t horizon);
struct rules *rules_hold(struct rules *rules);
void rules_drop(struct rules *rules);

/* The dynamics of a question at a station; borrowed. */
const struct dynamics *rules_dynamics(const struct rules *rules, int station, int question);
/* Where knowledge begins without any visit: the first applicable notice that asserts an answer, in
 * days; NAN if none. */
double rules_first_assertion(const struct rules *rules, int station, int question);

#endif
