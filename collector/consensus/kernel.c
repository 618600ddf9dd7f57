#include "collector/consensus/kernel.h"

#include "collector/consensus/members.h"
#include "collector/consensus/ways.h"

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

void still_sum_states(const struct still *still, double *sum)
{
    KERNEL_BEST(still_sum_states)(still, sum);
}

void still_count_all(struct still *still)
{
    KERNEL_BEST(still_count_all)(still);
}

double still_pass(struct still *still)
{
    return KERNEL_BEST(still_pass)(still);
}

void still_add_posterior(const struct still *still, size_t place, double temper, double weight,
                         double *p)
{
    KERNEL_BEST(still_add_posterior)(still, place, temper, weight, p);
}

void still_judge(const struct still *still, struct still_verdict *verdict, double *found)
{
    KERNEL_BEST(still_judge)(still, verdict, found);
}

void ways_log(const double *chance, size_t options, double *log_chance)
{
    KERNEL_BEST(ways_log)(chance, options, log_chance);
}

void ways_coin(struct still *still, const struct accuracy_prior *prior)
{
    KERNEL_BEST(ways_coin)(still, prior);
}

void ways_own(struct still *still, size_t difficulty, const struct accuracy_prior *prior)
{
    KERNEL_BEST(ways_own)(still, difficulty, prior);
}

void ways_pool(struct still *still)
{
    KERNEL_BEST(ways_pool)(still);
}

void members_add(const struct still *still, size_t reporter, double part, double *sum)
{
    KERNEL_BEST(members_add)(still, reporter, part, sum);
}

double members_gather(struct still *still, size_t number)
{
    return KERNEL_BEST(members_gather)(still, number);
}

size_t members_find_stranger(const struct still *still)
{
    return KERNEL_BEST(members_find_stranger)(still);
}

void members_place(struct still *still)
{
    KERNEL_BEST(members_place)(still);
}

void members_foretell(struct still *still)
{
    KERNEL_BEST(members_foretell)(still);
}
