#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/kernel.h"
#include "tests/unit/drawn_table.h"

/* Reporters of two kinds, with records drawn by their accuracies. */
enum {
    REPORTERS = 600,
    LIARS = 200, /* the first ones */
    STEPS = 30,
    MOST_REPORTS = 24
};

static const double honest_accuracy = 0.8;
static const double lying_accuracy = 0.3;
static const double prior_weight = 10;
static const double prior_mean = 0.75;

struct world {
    struct mixture mixture;
    struct records records;
    double correct[REPORTERS + 1], all[REPORTERS + 1];
    double accuracy[REPORTERS + 1], trials[REPORTERS + 1];
};

static void world_start(uint64_t seed, struct world *world)
{
    memset(world, 0, sizeof(*world));
    mixture_start(prior_weight, prior_mean, &world->mixture);
    world->records =
        (struct records){REPORTERS, world->correct, world->all, world->accuracy, world->trials};
    for (int r = 0; r < REPORTERS; r++) {
        int count = 1 + draw_below(&seed, MOST_REPORTS);
        for (int i = 0; i < count; i++)
            world->correct[r] +=
                draw_uniform(&seed) < (r < LIARS ? lying_accuracy : honest_accuracy);
        world->all[r] = count;
    }
}

/* p_r(g) by its definition. */
static void define_posterior(const struct mixture *mixture, double correct, double all, double *p)
{
    double sum = 0;
    for (int g = 0; g < MIXTURE_POINTS; g++) {
        double x = mixture->point[g];
        p[g] = mixture->share[g] * pow(x, correct) * pow(1 - x, all - correct);
        sum += p[g];
    }
    for (int g = 0; g < MIXTURE_POINTS; g++)
        p[g] /= sum;
}

static void assert_near(double found, double wanted, double tolerance)
{
    if (!(fabs(found - wanted) <= tolerance))
        fail_msg("%.12f, not %.12f", found, wanted);
}

static void a_step_agrees_with_its_definition(void **state)
{
    (void)state;
    struct world world;
    double share[MIXTURE_POINTS];
    world_start(1, &world);
    for (int g = 0; g < MIXTURE_POINTS; g++)
        share[g] = 20 * world.mixture.prior[g];
    for (int r = 0; r < REPORTERS; r++) {
        double p[MIXTURE_POINTS];
        define_posterior(&world.mixture, world.correct[r], world.all[r], p);
        for (int g = 0; g < MIXTURE_POINTS; g++)
            share[g] += p[g];
    }
    struct mixture before = world.mixture;
    mixture_step(&world.mixture, &world.records);
    for (int g = 0; g < MIXTURE_POINTS; g++)
        assert_near(world.mixture.share[g], share[g] / (REPORTERS + 20), 1e-8);
    for (int r = 0; r <= REPORTERS; r++) {
        double p[MIXTURE_POINTS];
        double mean = 0;
        define_posterior(&before, world.correct[r], world.all[r], p);
        for (int g = 0; g < MIXTURE_POINTS; g++)
            mean += p[g] * before.point[g];
        assert_near(world.accuracy[r], mean, 1e-8);
    }
}

/* Σ log Σ_g F_g·x^c·(1 − x)^(n − c) + Σ T·B·log F: what EM never lowers. */
static double evidence(const struct world *world)
{
    double sum = 0;
    for (int g = 0; g < MIXTURE_POINTS; g++)
        sum += 20 * world->mixture.prior[g] * log(world->mixture.share[g]);
    for (int r = 0; r < REPORTERS; r++) {
        double chance = 0;
        for (int g = 0; g < MIXTURE_POINTS; g++) {
            double x = world->mixture.point[g];
            double wrong = world->all[r] - world->correct[r];
            chance += world->mixture.share[g] * pow(x, world->correct[r]) * pow(1 - x, wrong);
        }
        sum += log(chance);
    }
    return sum;
}

static void no_step_makes_the_records_less_likely(void **state)
{
    (void)state;
    struct world world;
    world_start(2, &world);
    double before = evidence(&world);
    for (int i = 0; i < STEPS; i++) {
        mixture_step(&world.mixture, &world.records);
        double after = evidence(&world);
        assert_true(after > before - 1e-6);
        before = after;
    }
}

/* Mean squared error of what is thought of the reporters. */
static double error_of(const double *accuracy)
{
    double sum = 0;
    for (int r = 0; r < REPORTERS; r++) {
        double miss = accuracy[r] - (r < LIARS ? lying_accuracy : honest_accuracy);
        sum += miss * miss / REPORTERS;
    }
    return sum;
}

static void two_kinds_are_found_and_tell_more_than_one_prior(void **state)
{
    (void)state;
    for (uint64_t seed = 3; seed <= 6; seed++) {
        struct world world;
        double plain[REPORTERS];
        double low = 0;
        world_start(seed, &world);
        for (int i = 0; i < STEPS; i++)
            mixture_step(&world.mixture, &world.records);
        for (int g = 0; g < MIXTURE_POINTS; g++)
            low += world.mixture.point[g] < 0.55 ? world.mixture.share[g] : 0;
        assert_near(low, (double)LIARS / REPORTERS, 0.05);
        for (int r = 0; r < REPORTERS; r++)
            plain[r] = cells_accuracy(prior_mean, world.correct[r], world.all[r]);
        if (error_of(world.accuracy) > 0.6 * error_of(plain))
            fail_msg("%f, with one prior %f", error_of(world.accuracy), error_of(plain));
    }
}

static void long_records_speak_for_themselves(void **state)
{
    (void)state;
    struct world world;
    world_start(7, &world);
    for (int r = 0; r < REPORTERS; r++) {
        world.all[r] = 20000;
        world.correct[r] = 20000 * (0.2 + 0.75 * r / REPORTERS);
    }
    for (int i = 0; i < STEPS; i++)
        mixture_step(&world.mixture, &world.records);
    for (int r = 0; r < REPORTERS; r++) {
        assert_near(world.accuracy[r], world.correct[r] / world.all[r], 0.001);
        assert_true(world.trials[r] > 19900 && world.trials[r] < 21000);
    }
}

static void the_worst_records_leave_numbers(void **state)
{
    (void)state;
    struct world world;
    world_start(8, &world);
    for (int r = 0; r < REPORTERS; r++) {
        world.all[r] = r % 3 == 0 ? 0 : r % 3 == 1 ? 1e-9 : 1e9;
        world.correct[r] = r % 2 == 0 ? 0 : world.all[r] * (1 + 1e-15);
    }
    for (int i = 0; i < STEPS; i++)
        mixture_step(&world.mixture, &world.records);
    for (int r = 0; r <= REPORTERS; r++) {
        assert_true(world.accuracy[r] >= MIXTURE_LEAST && world.accuracy[r] <= 1);
        assert_true(world.trials[r] > 0 && isfinite(world.trials[r]));
    }
}

#if defined(__x86_64__)
static void every_processor_gives_the_same_bits(void **state)
{
    (void)state;
    struct world plain;
    struct world wide;
    if (!__builtin_cpu_supports("avx2"))
        skip();
    world_start(9, &plain);
    world_start(9, &wide);
    for (int i = 0; i < STEPS; i++) {
        mixture_step_plain(&plain.mixture, &plain.records);
        mixture_step_wide(&wide.mixture, &wide.records);
    }
    assert_memory_equal(&plain.mixture, &wide.mixture, sizeof(plain.mixture));
    assert_memory_equal(plain.accuracy, wide.accuracy, sizeof(plain.accuracy));
    assert_memory_equal(plain.trials, wide.trials, sizeof(plain.trials));
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_agrees_with_its_definition),
        cmocka_unit_test(no_step_makes_the_records_less_likely),
        cmocka_unit_test(two_kinds_are_found_and_tell_more_than_one_prior),
        cmocka_unit_test(long_records_speak_for_themselves),
        cmocka_unit_test(the_worst_records_leave_numbers),
#if defined(__x86_64__)
        cmocka_unit_test(every_processor_gives_the_same_bits),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
