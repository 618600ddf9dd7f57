#include "collector/consensus/kernel.h"

#if defined(__x86_64__)
static bool is_wide(void)
{
    return __builtin_cpu_supports("avx2");
}

#define KERNEL_BEST(name) (is_wide() ? name##_wide : name##_plain)
#else
#define KERNEL_BEST(name) (name##_plain)
#endif

void expect_question(struct fit *fit, uint32_t question, struct timeline *timeline,
                     struct expectation *expectation)
{
    KERNEL_BEST(expect_question)(fit, question, timeline, expectation);
}

void chances_sum(uint32_t question, struct cells *cells, struct emission *emission)
{
    KERNEL_BEST(chances_sum)(question, cells, emission);
}

void chances_update(uint32_t question, double strength, const struct emission *emission,
                    struct cells *cells)
{
    KERNEL_BEST(chances_update)(question, strength, emission, cells);
}

void mixture_step(struct mixture *mixture, const struct records *records)
{
    KERNEL_BEST(mixture_step)(mixture, records);
}
