#ifndef ZHANJI_CONSENSUS_KERNEL_H
#define ZHANJI_CONSENSUS_KERNEL_H

#include "collector/consensus/fit_state.h"

/*
 * The inner loops of the fit are compiled once for every processor of an architecture and again
 * for those with wider vectors; which of them runs is decided when the program does (kernel.c).
 * The bits that come out are the same: see lanes.h.
 */
#define KERNEL_JOIN_WORDS(name, suffix) name##_##suffix
#define KERNEL_JOIN(name, suffix)       KERNEL_JOIN_WORDS(name, suffix)
#define KERNEL(name)                    KERNEL_JOIN(name, KERNEL_SUFFIX)

#define KERNEL_DECLARE(suffix)                                                                    \
    void expect_question_##suffix(struct fit *fit, uint32_t question, struct timeline *timeline,  \
                                  struct expectation *expectation);                               \
    void chances_sum_##suffix(uint32_t question, struct cells *cells, struct emission *emission); \
    void chances_update_##suffix(uint32_t question, double strength,                              \
                                 const struct emission *emission, struct cells *cells);           \
    void mixture_step_##suffix(struct mixture *mixture, const struct records *records);

KERNEL_DECLARE(plain)
#if defined(__x86_64__)
KERNEL_DECLARE(wide)
#endif

#endif
