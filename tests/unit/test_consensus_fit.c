#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/fit.h"
#include "collector/consensus/quick.h"
#include "tests/draw.h"

enum {
    ITEMS = 300,
    DAYS = 400,
    REPORTERS = 40,
    ROWS = 6000,
    CITY_DAY = 300
};

static double honesty(uint32_t reporter)
{
    return reporter < 10 ? 0.95 : reporter < 30 ? 0.8 : 0.4;
}

/* Truth: option 0 until the city's day, then 1 at two items of three. */
static int truth_of(uint32_t item, int day)
{
    return day >= CITY_DAY && item % 3 != 0;
}

static struct report_table_row random_row(uint64_t *random)
{
    struct report_table_row row = {.weight = 1};
    row.item = (uint32_t)(draw_uniform(random) * ITEMS);
    row.reporter = (uint32_t)(draw_uniform(random) * REPORTERS);
    row.when = (uint32_t)(draw_uniform(random) * DAYS);
    row.answer = (uint16_t)truth_of(row.item, (int)row.when);
    if (draw_uniform(random) >= honesty(row.reporter))
        row.answer = (uint16_t)((row.answer + 1 + (draw_uniform(random) < 0.3)) % 3);
    return row;
}

/* The same rows, from the first to the last or the other way round. */
static void make_table(bool backwards, struct report_table *table)
{
    struct report_table shape = {.items = ITEMS, .intervals = DAYS, .reporters = REPORTERS};
    shape.questions = 1;
    shape.span = DAYS;
    shape.options = memory_zeroed(1, sizeof(*shape.options));
    shape.options[0] = 3;
    shape.question = memory_zeroed(ITEMS, sizeof(*shape.question));
    shape.interval = memory_zeroed(DAYS, sizeof(*shape.interval));
    for (size_t d = 0; d < DAYS; d++)
        shape.interval[d] = (struct interval){(double)d, (double)d + 1, (double)d + 0.5};
    auto_free struct report_table_row *rows = memory_zeroed(ROWS, sizeof(*rows));
    uint64_t random = 5;
    struct report_table_builder *builder = report_table_builder_create();
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = random_row(&random);
    for (size_t i = 0; i < ROWS; i++)
        report_table_add(builder, &rows[backwards ? ROWS - 1 - i : i]);
    report_table_build_take(builder, &shape, table);
}

static struct fit *fit_table(const struct report_table *table, bool fixed)
{
    struct fit_options options = {.prior_accuracy = 0.75, .fixed_truth = fixed, .origin = 0};
    return fit_create(table, &options);
}

static void the_quick_exponential_is_close(void **state)
{
    (void)state;
    for (double x = 0; x > -700; x -= 0.37)
        assert_true(fabs(quick_exp(x) / exp(x) - 1) < 1e-9);
    assert_true(fabs(quick_exp(0) - 1) < 1e-15);
}

static void reporters_are_told_apart(void **state)
{
    (void)state;
    struct report_table table;
    make_table(false, &table);
    struct fit *fit = fit_table(&table, false);
    for (uint32_t r = 0; r < REPORTERS; r++) {
        struct fit_reporter known;
        fit_reporter(fit, r, &known);
        assert_true(fabs(known.accuracy - honesty(r)) < 0.11);
        assert_true(known.low < known.accuracy && known.accuracy < known.high);
    }
    fit_destroy(fit);
    report_table_finish(&table);
}

static void the_citywide_change_passes_the_gate_and_nothing_else_does(void **state)
{
    (void)state;
    struct report_table table;
    struct hazard hazard;
    make_table(false, &table);
    struct fit *fit = fit_table(&table, false);
    fit_hazard(fit, 0, &hazard);
    double inside = 0;
    for (size_t b = 0; b < hazard.bins; b++) {
        bool near = b + 12 >= CITY_DAY && b <= CITY_DAY + 12;
        assert_true(near || !hazard.accepted[b]);
        inside += near ? hazard.rate[b] : 0;
    }
    /* Two items of three changed: 1 − e^{−L} is near 2/3. */
    assert_true(1 - exp(-inside) > 0.5 && 1 - exp(-inside) < 0.85);
    assert_true(hazard.base_rate < 0.3 / 365);
    hazard_finish(&hazard);
    fit_destroy(fit);
    report_table_finish(&table);
}

static void the_order_of_rows_leaves_no_trace(void **state)
{
    (void)state;
    struct report_table tables[2];
    struct fit *fits[2];
    struct hazard hazards[2];
    for (size_t i = 0; i < 2; i++) {
        make_table(i == 1, &tables[i]);
        report_table_weigh(&tables[i], true);
        fits[i] = fit_table(&tables[i], false);
        fit_hazard(fits[i], 0, &hazards[i]);
    }
    for (uint32_t r = 0; r < REPORTERS; r++) {
        double left = fit_accuracy(fits[0], r);
        double right = fit_accuracy(fits[1], r);
        assert_memory_equal(&left, &right, sizeof(left));
    }
    assert_memory_equal(hazards[0].rate, hazards[1].rate, hazards[0].bins * sizeof(double));
    for (size_t i = 0; i < 2; i++) {
        hazard_finish(&hazards[i]);
        fit_destroy(fits[i]);
        report_table_finish(&tables[i]);
    }
}

/* The posterior of the full model at the end of a day. */
static struct reading read_item(const struct report_table *table, const struct fit *fit,
                                size_t item, double moment, double *p)
{
    struct hazard hazard;
    struct knots knots;
    struct reading reading;
    auto_free struct observation *scratch =
        memory_zeroed(report_table_largest(table), sizeof(struct observation));
    fit_hazard(fit, 0, &hazard);
    fit_knots(fit, item, scratch, &knots);
    struct dynamics *dynamics = dynamics_create(&hazard, NULL, 0, 1e6);
    struct smoother *smoother = smoother_create(&knots, dynamics);
    smoother_read(smoother, moment, &reading, p);
    smoother_destroy(smoother);
    dynamics_destroy(dynamics);
    knots_finish(&knots);
    hazard_finish(&hazard);
    return reading;
}

static void truths_are_found_before_and_after_the_change(void **state)
{
    (void)state;
    struct report_table table;
    make_table(false, &table);
    struct fit *fit = fit_table(&table, false);
    int right = 0;
    for (uint32_t item = 0; item < ITEMS; item++) {
        right += read_item(&table, fit, item, CITY_DAY - 20, NULL).best == 0;
        right += read_item(&table, fit, item, DAYS, NULL).best == truth_of(item, DAYS);
    }
    assert_true(right > 2 * ITEMS * 95 / 100);
    fit_destroy(fit);
    report_table_finish(&table);
}

static void a_fixed_truth_has_no_hazard(void **state)
{
    (void)state;
    struct report_table table;
    struct hazard hazard;
    make_table(false, &table);
    struct fit *fit = fit_table(&table, true);
    fit_hazard(fit, 0, &hazard);
    assert_true(hazard.base_rate <= 0 && hazard.bins == 0);
    double early[3];
    double late[3];
    (void)read_item(&table, fit, 1, 100, early);
    (void)read_item(&table, fit, 1, DAYS + 5000, late);
    assert_true(fabs(early[0] - late[0]) < 1e-12);
    hazard_finish(&hazard);
    fit_destroy(fit);
    report_table_finish(&table);
}

static bool stop_at_three(void *context, int iteration, int most)
{
    int *last = context;
    *last = iteration;
    return most == 0 || iteration < 3;
}

static void a_fit_can_be_given_up(void **state)
{
    (void)state;
    struct report_table table;
    int last = 0;
    struct fit_options options = {.prior_accuracy = 0.75, .progress = stop_at_three};
    options.context = &last;
    make_table(false, &table);
    assert_null(fit_create(&table, &options));
    assert_int_equal(last, 3);
    report_table_finish(&table);
}

static void published_accuracies_are_coarse_and_never_certain(void **state)
{
    (void)state;
    const double cases[][2] = {{0.85, 0.85},  {0.8701, 0.85}, {0.8760, 0.9},
                               {0.999, 0.95}, {0.01, 0.05},   {0.5, 0.5}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_true(fabs(fit_published(cases[i][0]) - cases[i][1]) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quick_exponential_is_close),
        cmocka_unit_test(reporters_are_told_apart),
        cmocka_unit_test(the_citywide_change_passes_the_gate_and_nothing_else_does),
        cmocka_unit_test(the_order_of_rows_leaves_no_trace),
        cmocka_unit_test(truths_are_found_before_and_after_the_change),
        cmocka_unit_test(a_fixed_truth_has_no_hazard),
        cmocka_unit_test(a_fit_can_be_given_up),
        cmocka_unit_test(published_accuracies_are_coarse_and_never_certain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
