#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/consensus/fit.h"
#include "tests/unit/drawn_table.h"

/* Which s is chosen where reporters err at random, and where each errs in a way of its own. */
enum {
    ITEMS = 400,
    DAYS = 365,
    REPORTERS = 60,
    OPTIONS = 3
};

static struct report_table_row make_row(bool own_ways, uint64_t *random)
{
    struct report_table_row row = {.weight = 1};
    row.item = (uint32_t)(draw_uniform(random) * ITEMS);
    row.reporter = (uint32_t)(draw_uniform(random) * REPORTERS);
    row.when = (uint32_t)(draw_uniform(random) * DAYS);
    uint32_t truth = row.item % OPTIONS;
    uint32_t missed = row.reporter % OPTIONS; /* the state that a reporter takes for another */
    double right = own_ways ? (truth == missed ? 0.2 : 0.95) : 0.7;
    uint32_t shift = own_ways || draw_uniform(random) < 0.5 ? 1 : 2;
    row.answer = (uint16_t)(draw_uniform(random) < right ? truth : (truth + shift) % OPTIONS);
    return row;
}

static double chosen(bool own_ways, size_t rows, double wanted, bool fixed)
{
    struct report_table shape = daily_shape(ITEMS, DAYS, REPORTERS, OPTIONS);
    struct report_table table;
    uint64_t random = 3;
    struct report_table_builder *builder = report_table_builder_create();
    for (size_t i = 0; i < rows; i++) {
        struct report_table_row row = make_row(own_ways, &random);
        report_table_add(builder, &row);
    }
    report_table_build_take(builder, &shape, &table);
    struct fit_options options = {
        .prior_accuracy = 0.75, .strength = wanted, .fixed_truth = fixed, .origin = 0};
    struct fit *fit = fit_create(&table, &options);
    double strength = fit_strength(fit, 0);
    fit_destroy(fit);
    report_table_finish(&table);
    return strength;
}

static void assert_strength(double strength, double least, double most)
{
    if (strength < least || strength > most)
        fail_msg("s = %f", strength);
}

static void errors_at_random_ask_for_a_large_one(void **state)
{
    (void)state;
    assert_strength(chosen(false, 8000, 0, false), 128, 512);
}

static void ways_of_their_own_ask_for_a_small_one(void **state)
{
    (void)state;
    assert_strength(chosen(true, 8000, 0, false), 8, 8);
}

static void few_reports_or_an_order_leave_it(void **state)
{
    (void)state;
    assert_strength(chosen(false, 900, 0, false), 8, 8);
    assert_strength(chosen(false, 8000, 3, false), 3, 3);
    assert_strength(chosen(false, 8000, 0, true), 8, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_at_random_ask_for_a_large_one),
        cmocka_unit_test(ways_of_their_own_ask_for_a_small_one),
        cmocka_unit_test(few_reports_or_an_order_leave_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
