#ifndef ZHANJI_CONSENSUS_KERNEL_H
#define ZHANJI_CONSENSUS_KERNEL_H

#include "collector/consensus/fit_state.h"

/*
 * The inner loops of the fit and of the static models are compiled once for every processor of an architecture and again
 * for those with wider vectors; which of them runs is decided when the program does (kernel.c).
 * The bits that come out are the same: see lanes.h.
 */
#define KERNEL_JOIN_WORDS(name, suffix) name##_##suffix
#define KERNEL_JOIN(name, suffix)       KERNEL_JOIN_WORDS(name, suffix)
#define KERNEL(name)                    KERNEL_JOIN(name, KERNEL_SUFFIX)

struct accuracy_prior;
struct still;
struct still_verdict;

#define KERNEL_DECLARE(suffix)                                                                    \
    void expect_question_##suffix(struct fit *fit, uint32_t question, struct timeline *timeline,  \
                                  struct expectation *expectation);                               \
    void chances_sum_##suffix(uint32_t question, struct cells *cells, struct emission *emission); \
    void chances_update_##suffix(uint32_t question, double strength,                              \
                                 const struct emission *emission, struct cells *cells);           \
    void mixture_step_##suffix(struct mixture *mixture, const struct records *records);           \
    void still_sum_states_##suffix(const struct still *still, double *sum);                       \
    void still_count_all_##suffix(struct still *still);                                           \
    double still_pass_##suffix(struct still *still);                                              \
    void still_add_posterior_##suffix(const struct still *still, size_t place, double temper,     \
                                      double weight, double *p);                                  \
    void still_judge_##suffix(const struct still *still, struct still_verdict *verdict,           \
                              double *found);                                                     \
    void members_add_##suffix(const struct still *still, size_t reporter, double part,            \
                              double *sum);                                                       \
    double members_gather_##suffix(struct still *still, size_t number);                           \
    size_t members_find_stranger_##suffix(const struct still *still);                             \
    void members_place_##suffix(struct still *still);                                             \
    void members_foretell_##suffix(struct still *still);                                          \
    void ways_pool_##suffix(struct still *still);                                                 \
    void ways_log_##suffix(const double *chance, size_t options, double *log_chance);             \
    void ways_coin_##suffix(struct still *still, const struct accuracy_prior *prior);             \
    void ways_own_##suffix(struct still *still, size_t difficulty,                                \
                           const struct accuracy_prior *prior);

KERNEL_DECLARE(plain)
#if defined(__x86_64__)
KERNEL_DECLARE(wide)
#endif

#endif
