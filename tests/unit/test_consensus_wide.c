/* E and M steps of questions with few and with very many options against plain_fit.h. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/plain_fit.h"

static const size_t option_counts[] = {5, 16, 17, 64, 200};

/* The fit keeps floats; from here on the plain model has the same ones. */
static void compare_chances(struct world *world, uint32_t question)
{
    struct plain *plain = &world->plain[question];
    const struct cells *cells = &world->fit.cells;
    for (uint32_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        for (uint32_t r = cells->record_first[c]; r < cells->record_first[c + 1]; r++) {
            const float *chances = record_chances(cells_record(cells, question, plain->options, r));
            for (size_t k = 0; k < plain->options; k++) {
                double *theta = cell_of(plain->theta, plain, cells->reporter[c], k);
                double rounding = fabs(theta[cells->answer[r]]) * (double)FLT_EPSILON / 2;
                double off = fabs((double)chances[k] - theta[cells->answer[r]]);
                assert_true(off < rounding + closeness);
                theta[cells->answer[r]] = (double)chances[k];
            }
        }
    }
}

static void compare_reporters(const struct world *world)
{
    for (size_t r = 0; r <= REPORTERS; r++)
        assert_close(world->fit.cells.accuracy[r], plain_accuracy(world, r, true));
    for (size_t q = 0; q < 2; q++) {
        const struct plain *plain = &world->plain[q];
        for (size_t k = 0; k < plain->options; k++)
            for (size_t l = 0; l < plain->options; l++)
                assert_close(emission_row(&world->emission[q], k)[l], plain_direction(plain, k, l));
    }
}

/* N is nowhere but in the records. */
static void compare_counts(struct world *world, uint32_t question)
{
    struct plain *plain = &world->plain[question];
    const struct cells *cells = &world->fit.cells;
    size_t options = plain->options;
    auto_free double *found = memory_zeroed(options, sizeof(double));
    double sum = 0;
    for (uint32_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        for (uint32_t r = cells->record_first[c]; r < cells->record_first[c + 1]; r++) {
            cells_counts(cells, question, options, r, found);
            for (size_t k = 0; k < options; k++) {
                const double *row = cell_of(plain->count, plain, cells->reporter[c], k);
                assert_close(found[k], row[cells->answer[r]]);
                sum += row[cells->answer[r]];
            }
        }
    }
    for (size_t i = 0; i < (REPORTERS + 1) * options * options; i++)
        sum -= plain->count[i];
    assert_true(fabs(sum) < closeness);
}

static void compare_sums(const struct world *world, uint32_t question)
{
    const struct plain *plain = &world->plain[question];
    size_t options = plain->options;
    auto_free double *rows = memory_zeroed(DAYS * (options + 2), sizeof(double));
    struct sums sums = {DAYS, options, rows + 2 * DAYS, rows, rows + DAYS};
    timeline_gather(&world->timeline, &sums);
    for (size_t d = 0; d < DAYS; d++) {
        assert_close(sums.exposure[d], plain->exposure[d]);
        for (size_t l = 0; l < options; l++)
            assert_close(sums.restart[d * options + l], plain->restart[d * options + l]);
    }
}

/* λ and g by R and M (consensus.md §5), around the base that was found. */
static void compare_hazard(const struct world *world, uint32_t question)
{
    const struct plain *plain = &world->plain[question];
    const struct hazard *hazard = &world->hazard[question];
    size_t options = plain->options;
    for (size_t d = 0; d < DAYS; d++) {
        double events = 0;
        for (size_t l = 0; l < options; l++)
            events += plain->restart[d * options + l];
        double chance = (events + 10 * hazard->base_rate) / (plain->exposure[d] + 10);
        assert_close(hazard->rate[d], -log(1 - fmin(chance, 0.98)));
        for (size_t l = 0; l < options; l++) {
            double pooled = plain->restart[d * options + l] + 2 * hazard->base_target[l];
            assert_close(hazard->target[d * options + l], pooled / (events + 2));
        }
    }
    for (size_t l = 0; l < options; l++) {
        double said = 5.0 / (double)options;
        double all = 5;
        for (size_t d = 0; d < DAYS; d++) {
            said += plain->restart[d * options + l];
            for (size_t k = 0; k < options; k++)
                all += plain->restart[d * options + k];
        }
        assert_close(hazard->base_target[l], said / all);
    }
}

static void compare_iteration(struct world *world, bool fixed, int iteration)
{
    for (uint32_t q = 0; q < 2; q++) {
        size_t options = world->plain[q].options;
        struct timeline *timeline = fixed ? NULL : &world->timeline;
        auto_free double *initial = memory_zeroed(record_padded(options), sizeof(double));
        struct expectation expectation = {.initial = initial};
        struct rough rough = {0};
        if (timeline)
            timeline_tabulate(timeline, &world->table, &world->hazard[q]);
        expect_question(&world->fit, q, timeline, &expectation);
        plain_expect(world, q, fixed);
        for (size_t k = 0; k < options; k++)
            assert_close(initial[k], world->plain[q].initial[k]);
        compare_counts(world, q);
        if (!timeline)
            continue;
        compare_sums(world, q);
        hazard_update(timeline, iteration, &rough, &world->hazard[q]);
        compare_hazard(world, q);
    }
    cells_update(&world->table, &world->fit.options, false, &world->fit.cells, world->emission);
    plain_update(world, true);
    compare_reporters(world);
    for (uint32_t q = 0; q < 2; q++)
        compare_chances(world, q);
}

static void compare_fits(bool fixed)
{
    uint64_t random = 21;
    for (size_t i = 0; i < ARRAY_LENGTH(option_counts); i++) {
        struct world world;
        if (option_counts[i] > CONSENSUS_OPTIONS_MAX)
            continue;
        world_start(option_counts[i], fixed, &random, &world);
        plain_update(&world, false);
        for (uint32_t q = 0; q < 2; q++)
            compare_chances(&world, q);
        for (int iteration = 1; iteration <= 3; iteration++)
            compare_iteration(&world, fixed, iteration);
        world_end(&world);
    }
}

static void truths_that_change_are_learned_as_is_defined(void **state)
{
    (void)state;
    compare_fits(false);
}

static void truths_that_stay_are_learned_as_is_defined(void **state)
{
    (void)state;
    compare_fits(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truths_that_change_are_learned_as_is_defined),
        cmocka_unit_test(truths_that_stay_are_learned_as_is_defined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
