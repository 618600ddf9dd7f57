#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/fit_state.h"
#include "collector/consensus/smoother.h"

/*
 * One E step over one item against the definitions, with steps of the chain instead of tables:
 * restarts of a gap's part (u, v] that are its last: b_l·moved_l(u→v)·e^{−(L(t) − L(v))}; days at
 * risk there: (v − u)·(1 − Σ_l b_l·moved_l(v→t)).
 */
enum {
    BINS = 40,
    ROWS = 7,
    OPTIONS = 3
};

static uint64_t random_bits(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(random_bits(state) >> 11) * 0x1p-53;
}

struct world {
    struct report_table table;
    struct fit fit;
    struct hazard hazard;
    struct emission emission;
    struct timeline timeline;
    uint32_t order, order_first[2];
};

static void random_hazard(struct hazard *hazard, uint64_t *random)
{
    hazard_constant(OPTIONS, 0, 0.02, hazard);
    hazard->bins = BINS;
    hazard->rate = memory_zeroed(BINS, sizeof(double));
    hazard->target = memory_zeroed(BINS * OPTIONS, sizeof(double));
    for (size_t b = 0; b < BINS; b++) {
        double sum = 0;
        hazard->rate[b] = uniform(random) < 0.2 ? 2.5 * uniform(random) : 0.05 * uniform(random);
        for (size_t l = 0; l < OPTIONS; l++) {
            sum += hazard->target[b * OPTIONS + l] = 0.1 + uniform(random);
        }
        for (size_t l = 0; l < OPTIONS; l++) {
            hazard->target[b * OPTIONS + l] /= sum;
        }
    }
}

static void random_table(struct report_table *table, uint64_t *random)
{
    struct report_table shape = {.items = 1, .intervals = BINS, .reporters = ROWS, .questions = 1};
    shape.options = memory_zeroed(1, 1);
    shape.options[0] = OPTIONS;
    shape.question = memory_zeroed(1, sizeof(*shape.question));
    shape.interval = memory_zeroed(BINS, sizeof(*shape.interval));
    for (size_t d = 0; d < BINS; d++) {
        double time = (double)d + 0.25 + 0.5 * uniform(random);
        shape.interval[d] = (struct interval){time, time, time};
    }
    struct report_table_builder *builder = report_table_builder_create();
    for (uint32_t i = 0; i < ROWS; i++) {
        struct report_table_row row = {.reporter = i, .weight = (float)uniform(random)};
        row.when = (uint32_t)(uniform(random) * BINS);
        row.answer = (uint8_t)(uniform(random) * OPTIONS);
        report_table_add(builder, &row);
    }
    report_table_build_take(builder, &shape, table);
}

static void world_start(struct world *world, uint64_t *random)
{
    struct fit_options options = {.prior_accuracy = 0.75};
    *world = (struct world){.order = 0};
    random_table(&world->table, random);
    random_hazard(&world->hazard, random);
    world->order_first[1] = 1;
    world->fit = (struct fit){.table = &world->table,
                              .emission = &world->emission,
                              .hazard = &world->hazard,
                              .order = &world->order,
                              .order_first = world->order_first};
    world->fit.gamma = memory_zeroed(ROWS, sizeof(float));
    cells_build(&world->table, &world->fit.cells);
    cells_update_accuracy(&world->table, &options, &world->fit.cells);
    cells_update_chances(&world->table, 8, 0, &world->fit.cells, &world->emission);
    timeline_create(&world->table, &options, OPTIONS, &world->timeline);
    world->hazard.bins = world->timeline.bins;
    timeline_tabulate(&world->timeline, &world->table, &world->hazard);
}

static void world_end(struct world *world)
{
    timeline_finish(&world->timeline);
    cells_finish(&world->fit.cells);
    free(world->fit.gamma);
    hazard_finish(&world->hazard);
    report_table_finish(&world->table);
}

/* b_l of a gap's end, scaled so that Σ_k P(state before) … is one. */
static void scaled_backward(const struct smoother *smoother, size_t knot, const double *before,
                            const struct step *step, double *backward)
{
    const double *likelihood = smoother->likelihood + knot * OPTIONS;
    const double *beta = smoother->backward + knot * OPTIONS;
    double sum = 0;
    for (size_t k = 0; k < OPTIONS; k++) {
        backward[k] = likelihood[k] * beta[k];
        sum += (step->keep * before[k] + step->moved[k]) * backward[k];
    }
    for (size_t k = 0; k < OPTIONS; k++) {
        backward[k] /= sum;
    }
}

static void count_part(const struct chain *chain, double from, double to, double end,
                       const double *backward, struct sums *sums)
{
    struct step within;
    struct step after;
    size_t bin = (size_t)floor(from);
    double later = 0;
    chain_step(chain, from, to, &within);
    chain_step(chain, to, end, &after);
    for (size_t l = 0; l < OPTIONS; l++) {
        sums->restart[bin * OPTIONS + l] += backward[l] * within.moved[l] * after.keep;
        later += backward[l] * after.moved[l];
    }
    sums->exposure[bin] += (to - from) * (1 - later);
}

static void count_by_definition(const struct world *world, const struct smoother *smoother,
                                struct sums *sums)
{
    const struct chain *chain = &smoother->dynamics->chain;
    const double *before = world->hazard.initial;
    double start = 0;
    for (size_t j = 0; j < smoother->knots->count; j++) {
        double end = smoother->knots->at[j].time;
        double backward[OPTIONS];
        struct step step;
        chain_step(chain, start, end, &step);
        scaled_backward(smoother, j, before, &step, backward);
        for (double from = start; from < end;) {
            double to = fmin(end, floor(from) + 1);
            count_part(chain, from, to, end, backward, sums);
            from = to;
        }
        before = smoother->forward + j * OPTIONS;
        start = end;
    }
}

static void assert_sums_agree(struct world *world)
{
    double restart[2][BINS * OPTIONS] = {{0}};
    double exposure[2][BINS] = {{0}};
    double events[BINS] = {0};
    size_t bins = world->timeline.bins;
    struct sums tabled = {bins, OPTIONS, restart[0], exposure[0], events};
    struct sums defined = {bins, OPTIONS, restart[1], exposure[1], events};
    struct observation scratch[ROWS];
    struct knots knots;
    struct expectation expectation;
    expect_question(&world->fit, 0, &world->timeline, &expectation);
    timeline_gather(&world->timeline, &tabled);
    fit_knots(&world->fit, 0, scratch, &knots);
    struct dynamics *dynamics = dynamics_create(&world->hazard, NULL, 0, 1000);
    struct smoother *smoother = smoother_create(&knots, dynamics);
    count_by_definition(world, smoother, &defined);
    for (size_t b = 0; b < bins; b++) {
        assert_true(fabs(exposure[0][b] - exposure[1][b]) < 1e-8);
        for (size_t l = 0; l < OPTIONS; l++) {
            size_t cell = b * OPTIONS + l;
            assert_true(fabs(restart[0][cell] - restart[1][cell]) < 1e-8);
        }
    }
    smoother_destroy(smoother);
    dynamics_destroy(dynamics);
    knots_finish(&knots);
}

static void restarts_and_days_at_risk_agree_with_their_definitions(void **state)
{
    (void)state;
    uint64_t random = 11;
    for (int i = 0; i < 200; i++) {
        struct world world;
        world_start(&world, &random);
        assert_sums_agree(&world);
        world_end(&world);
    }
}

static void answers_are_counted_by_the_posterior_of_their_state(void **state)
{
    (void)state;
    uint64_t random = 12;
    struct world world;
    struct expectation expectation;
    world_start(&world, &random);
    expect_question(&world.fit, 0, &world.timeline, &expectation);
    double all = 0;
    double weights = 0;
    for (size_t i = 0; i < ROWS; i++) {
        weights += (double)world.table.weight[i];
    }
    for (size_t i = 0; i < world.fit.cells.count * OPTIONS * OPTIONS; i++) {
        assert_true(world.fit.cells.count_of[i] >= 0);
        all += world.fit.cells.count_of[i];
    }
    assert_true(fabs(all - weights) < 1e-9);
    double initial = 0;
    for (size_t k = 0; k < OPTIONS; k++) {
        initial += expectation.initial[k];
    }
    assert_true(fabs(initial - 1) < 1e-9);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restarts_and_days_at_risk_agree_with_their_definitions),
        cmocka_unit_test(answers_are_counted_by_the_posterior_of_their_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
