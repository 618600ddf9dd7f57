#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/kernel.h"
#include "collector/consensus/lanes.h"
#include "collector/consensus/smoother.h"
#include "tests/draw.h"

/*
 * One E step over one item against the definitions, with steps of the chain instead of tables:
 * restarts of a gap's part (u, v] that are its last: b_l·moved_l(u→v)·e^{−(L(t) − L(v))}; days at
 * risk there: (v − u)·(1 − Σ_l b_l·moved_l(v→t)).
 */
enum {
    BINS = 40,
    ROWS = 7,
    MOST = 37 /* options */
};

/* One for each way in which options fill vectors, few and many. */
static const size_t option_counts[] = {2, 3, 4, 5, 9, 22, MOST};

static size_t options_of(size_t world)
{
    size_t count = option_counts[world % ARRAY_LENGTH(option_counts)];
    return count < CONSENSUS_OPTIONS_MAX ? count : CONSENSUS_OPTIONS_MAX;
}

struct world {
    struct report_table table;
    struct fit fit;
    struct hazard hazard;
    struct emission emission;
    struct timeline timeline;
    uint32_t order, order_first[2];
};

static void random_hazard(struct hazard *hazard, size_t options, uint64_t *random)
{
    hazard_constant((int)options, 0, 0.02, hazard);
    hazard->bins = BINS;
    hazard->rate = memory_zeroed(BINS, sizeof(double));
    hazard->target = memory_zeroed(BINS * options, sizeof(double));
    for (size_t b = 0; b < BINS; b++) {
        double sum = 0;
        hazard->rate[b] =
            draw_uniform(random) < 0.2 ? 2.5 * draw_uniform(random) : 0.05 * draw_uniform(random);
        for (size_t l = 0; l < options; l++)
            sum += hazard->target[b * options + l] = 0.1 + draw_uniform(random);
        for (size_t l = 0; l < options; l++)
            hazard->target[b * options + l] /= sum;
    }
}

static void random_table(struct report_table *table, size_t options, uint64_t *random)
{
    struct report_table shape = {.items = 1, .intervals = BINS, .reporters = ROWS, .questions = 1};
    shape.options = memory_zeroed(1, sizeof(*shape.options));
    shape.options[0] = (uint16_t)options;
    shape.question = memory_zeroed(1, sizeof(*shape.question));
    shape.interval = memory_zeroed(BINS, sizeof(*shape.interval));
    for (size_t d = 0; d < BINS; d++) {
        double time = (double)d + 0.25 + 0.5 * draw_uniform(random);
        shape.interval[d] = (struct interval){time, time, time};
    }
    struct report_table_builder *builder = report_table_builder_create();
    for (uint32_t i = 0; i < ROWS; i++) {
        struct report_table_row row = {.reporter = i, .weight = (float)draw_uniform(random)};
        row.when = (uint32_t)(draw_uniform(random) * BINS);
        row.answer = (uint16_t)(draw_uniform(random) * (double)options);
        report_table_add(builder, &row);
    }
    report_table_build_take(builder, &shape, table);
}

static void world_start(struct world *world, size_t count, uint64_t *random)
{
    struct fit_options options = {.prior_accuracy = 0.75, .strength = 8};
    *world = (struct world){.order = 0};
    random_table(&world->table, count, random);
    random_hazard(&world->hazard, count, random);
    world->order_first[1] = 1;
    world->fit = (struct fit){.table = &world->table,
                              .weight = world->table.weight,
                              .emission = &world->emission,
                              .hazard = &world->hazard,
                              .order = &world->order,
                              .order_first = world->order_first};
    world->fit.gamma = memory_zeroed(ROWS, sizeof(float));
    emission_uniform((int)count, &world->emission);
    cells_build(&world->table, &options, &world->fit.cells, &world->emission);
    timeline_create(&world->table, &options, (int)count, &world->timeline);
    world->hazard.bins = world->timeline.bins;
    timeline_tabulate(&world->timeline, &world->table, &world->hazard);
}

static void world_end(struct world *world)
{
    timeline_finish(&world->timeline);
    cells_finish(&world->fit.cells);
    free(world->fit.gamma);
    emission_finish(&world->emission);
    hazard_finish(&world->hazard);
    report_table_finish(&world->table);
}

/* b_l of a gap's end, scaled so that Σ_k P(state before) … is one. */
static void scaled_backward(const struct smoother *smoother, size_t knot, const double *before,
                            const double *step, double *backward)
{
    size_t options = (size_t)smoother->knots->options;
    const double *likelihood = smoother->likelihood + knot * options;
    const double *beta = smoother->backward + knot * options;
    double sum = 0;
    for (size_t k = 0; k < options; k++) {
        backward[k] = likelihood[k] * beta[k];
        sum += (step[0] * before[k] + step[1 + k]) * backward[k];
    }
    for (size_t k = 0; k < options; k++)
        backward[k] /= sum;
}

static void count_part(const struct chain *chain, double from, double to, double end,
                       const double *backward, struct sums *sums)
{
    double within[1 + MOST];
    double after[1 + MOST];
    size_t bin = (size_t)floor(from);
    double later = 0;
    chain_step(chain, from, to, within);
    chain_step(chain, to, end, after);
    for (size_t l = 0; l < sums->options; l++) {
        sums->restart[bin * sums->options + l] += backward[l] * within[1 + l] * after[0];
        later += backward[l] * after[1 + l];
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
        double backward[MOST];
        double step[1 + MOST];
        chain_step(chain, start, end, step);
        scaled_backward(smoother, j, before, step, backward);
        for (double from = start; from < end;) {
            double to = fmin(end, floor(from) + 1);
            count_part(chain, from, to, end, backward, sums);
            from = to;
        }
        before = smoother->forward + j * sums->options;
        start = end;
    }
}

static void assert_sums_agree(struct world *world)
{
    double restart[2][BINS * MOST] = {{0}};
    double exposure[2][BINS] = {{0}};
    double events[BINS] = {0};
    size_t bins = world->timeline.bins;
    size_t options = world->table.options[0];
    struct sums tabled = {bins, options, restart[0], exposure[0], events};
    struct sums defined = {bins, options, restart[1], exposure[1], events};
    struct observation scratch[ROWS];
    struct knots knots;
    double initial[LANES_MOST * LANES];
    struct expectation expectation = {.initial = initial};
    expect_question(&world->fit, 0, &world->timeline, &expectation);
    timeline_gather(&world->timeline, &tabled);
    fit_knots(&world->fit, 0, scratch, &knots);
    struct dynamics *dynamics = dynamics_create(&world->hazard, NULL, 0, 1000);
    struct smoother *smoother = smoother_create(&knots, dynamics);
    count_by_definition(world, smoother, &defined);
    for (size_t b = 0; b < bins; b++) {
        assert_true(fabs(exposure[0][b] - exposure[1][b]) < 1e-8);
        for (size_t l = 0; l < options; l++) {
            size_t cell = b * options + l;
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
    for (size_t i = 0; i < 500; i++) {
        struct world world;
        world_start(&world, options_of(i), &random);
        assert_sums_agree(&world);
        world_end(&world);
    }
}

/* N of every cell from posteriors at the visits. */
static void count_answers_by_definition(struct world *world, const struct smoother *smoother,
                                        double counts[ROWS][MOST][MOST])
{
    const struct report_table *table = &world->table;
    for (size_t i = 0; i < ROWS; i++) {
        double posterior[MOST];
        smoother_posterior(smoother, &smoother->dynamics->chain,
                           table->interval[table->when[i]].time, posterior);
        for (size_t c = 0; c < world->fit.cells.count; c++) {
            bool theirs = world->fit.cells.reporter[c] == table->reporter[i];
            for (size_t k = 0; theirs && k < table->options[0]; k++)
                counts[c][table->answer[i]][k] += (double)table->weight[i] * posterior[k];
        }
    }
}

/* N of an answer of a cell: nothing if it was never given. */
static void count_answer(const struct cells *cells, size_t options, size_t cell, size_t answer,
                         double *counts)
{
    memset(counts, 0, options * sizeof(*counts));
    for (uint32_t r = cells->record_first[cell]; r < cells->record_first[cell + 1]; r++)
        if (cells->answer[r] == answer)
            cells_counts(cells, 0, options, r, counts);
}

static void assert_counts_agree(struct world *world)
{
    double defined[ROWS][MOST][MOST] = {{{0}}};
    size_t options = world->table.options[0];
    struct observation scratch[ROWS];
    struct knots knots;
    double initial[LANES_MOST * LANES];
    struct expectation expectation = {.initial = initial};
    expect_question(&world->fit, 0, &world->timeline, &expectation);
    fit_knots(&world->fit, 0, scratch, &knots);
    struct dynamics *dynamics = dynamics_create(&world->hazard, NULL, 0, 1000);
    struct smoother *smoother = smoother_create(&knots, dynamics);
    count_answers_by_definition(world, smoother, defined);
    for (size_t c = 0; c < world->fit.cells.count; c++) {
        for (size_t a = 0; a < options; a++) {
            double counts[MOST];
            count_answer(&world->fit.cells, options, c, a, counts);
            for (size_t k = 0; k < options; k++)
                assert_true(fabs(counts[k] - defined[c][a][k]) < 1e-8);
        }
    }
    double sum = 0;
    for (size_t k = 0; k < options; k++)
        sum += expectation.initial[k];
    assert_true(fabs(sum - 1) < 1e-9);
    smoother_destroy(smoother);
    dynamics_destroy(dynamics);
    knots_finish(&knots);
}

static void answers_are_counted_by_the_posterior_of_their_state(void **state)
{
    (void)state;
    uint64_t random = 12;
    for (size_t i = 0; i < 500; i++) {
        struct world world;
        world_start(&world, options_of(i), &random);
        assert_counts_agree(&world);
        world_end(&world);
    }
}

#if defined(__x86_64__)
static void assert_same_bits(const struct world *plain, const struct world *wide)
{
    const struct timeline *timeline = &plain->timeline;
    size_t records = plain->fit.cells.unit[1] * RECORD_UNIT;
    size_t sums = timeline->stops * 2 * timeline->gap_width * sizeof(double);
    assert_memory_equal(plain->fit.cells.records, wide->fit.cells.records, records);
    assert_memory_equal(timeline->stop_sum, wide->timeline.stop_sum, sums);
    assert_memory_equal(plain->fit.gamma, wide->fit.gamma, ROWS * sizeof(float));
}

static void assert_same_sums(const struct world *plain, const struct world *wide)
{
    size_t options = plain->table.options[0];
    assert_memory_equal(plain->emission.direction, wide->emission.direction,
                        options * options * sizeof(double));
    assert_memory_equal(plain->fit.cells.correct, wide->fit.cells.correct,
                        (ROWS + 1) * sizeof(double));
}

static void every_processor_gives_the_same_bits(void **state)
{
    (void)state;
    if (!__builtin_cpu_supports("avx2"))
        skip();
    for (uint64_t i = 0; i < 100; i++) {
        struct world worlds[2];
        double initial[2][LANES_MOST * LANES];
        struct expectation expectations[2] = {{.initial = initial[0]}, {.initial = initial[1]}};
        for (size_t w = 0; w < 2; w++) {
            uint64_t random = 1000 + i;
            world_start(&worlds[w], options_of(i), &random);
            worlds[w].fit.watched = true;
        }
        expect_question_plain(&worlds[0].fit, 0, &worlds[0].timeline, &expectations[0]);
        expect_question_wide(&worlds[1].fit, 0, &worlds[1].timeline, &expectations[1]);
        assert_same_bits(&worlds[0], &worlds[1]);
        chances_sum_plain(0, &worlds[0].fit.cells, &worlds[0].emission);
        chances_sum_wide(0, &worlds[1].fit.cells, &worlds[1].emission);
        assert_same_sums(&worlds[0], &worlds[1]);
        chances_update_plain(0, 8, &worlds[0].emission, &worlds[0].fit.cells);
        chances_update_wide(0, 8, &worlds[1].emission, &worlds[1].fit.cells);
        assert_same_bits(&worlds[0], &worlds[1]);
        assert_memory_equal(initial[0], initial[1],
                            worlds[0].table.options[0] * sizeof(initial[0][0]));
        assert_memory_equal(&expectations[0].moved, &expectations[1].moved, sizeof(float));
        world_end(&worlds[0]);
        world_end(&worlds[1]);
    }
}
#endif

static void logarithms_and_exponentials_are_close(void **state)
{
    (void)state;
    for (double x = 1; x > 1e-7; x *= 0.9997) {
        double found[LANES];
        lanes_store(found, lanes_log(lanes_all(x)));
        assert_true(fabs(found[1] - log(x)) < 1e-9);
    }
    for (double x = 0; x > -700; x -= 0.37) {
        double found[LANES];
        lanes_store(found, lanes_exp(lanes_all(x)));
        assert_true(fabs(found[3] / exp(x) - 1) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(restarts_and_days_at_risk_agree_with_their_definitions),
        cmocka_unit_test(answers_are_counted_by_the_posterior_of_their_state),
#if defined(__x86_64__)
        cmocka_unit_test(every_processor_gives_the_same_bits),
#endif
        cmocka_unit_test(logarithms_and_exponentials_are_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
