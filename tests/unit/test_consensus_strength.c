#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/consensus/fit.h"

/* Which s is chosen where reporters err at random, and where each errs in a way of its own. */
enum {
    ITEMS = 400,
    DAYS = 365,
    REPORTERS = 60,
    OPTIONS = 3
};

static double uniform(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static struct report_table_row make_row(bool own_ways, uint64_t *random)
{
    struct report_table_row row = {.weight = 1};
    row.item = (uint32_t)(uniform(random) * ITEMS);
    row.reporter = (uint32_t)(uniform(random) * REPORTERS);
    row.when = (uint32_t)(uniform(random) * DAYS);
    uint32_t truth = row.item % OPTIONS;
    uint32_t missed = row.reporter % OPTIONS; /* the state that a reporter takes for another */
    double right = own_ways ? (truth == missed ? 0.2 : 0.95) : 0.7;
    uint32_t shift = own_ways || uniform(random) < 0.5 ? 1 : 2;
    row.answer = (uint8_t)(uniform(random) < right ? truth : (truth + shift) % OPTIONS);
    return row;
}

static double chosen(bool own_ways, size_t rows, double wanted, bool fixed)
{
    struct report_table shape = {
        .items = ITEMS, .intervals = DAYS, .reporters = REPORTERS, .questions = 1};
    struct report_table table;
    uint64_t random = 3;
    shape.span = DAYS;
    shape.options = memory_zeroed(1, 1);
    shape.options[0] = OPTIONS;
    shape.question = memory_zeroed(ITEMS, sizeof(*shape.question));
    shape.interval = memory_zeroed(DAYS, sizeof(*shape.interval));
    for (size_t d = 0; d < DAYS; d++)
        shape.interval[d] = (struct interval){(double)d, (double)d + 1, (double)d + 0.5};
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
