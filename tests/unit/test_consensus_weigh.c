#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/consensus.h"

static struct observation seen(double day, uint32_t reporter, int answer)
{
    return (struct observation){
        .reporter = reporter,
        .answer = (uint8_t)answer,
        .begin = day,
        .end = day + 1,
        .time = day + 0.5,
        .weight = 1,
    };
}

/* Weights are multiples of 2^-30. */
static void assert_near(double value, double expected)
{
    assert_true(fabs(value - expected) < 1e-9);
}

static void repeats_within_thirty_days_of_the_first_count_once(void **state)
{
    (void)state;
    struct observation rows[] = {
        seen(0, 7, 0),  seen(10, 7, 1), seen(20, 8, 0), seen(30, 7, 0),
        seen(31, 7, 0), seen(61, 7, 0), seen(62, 7, 0),
    };
    const double expected[] = {1.0 / 3, 1.0 / 3, 1, 1.0 / 3, 0.5, 0.5, 1};
    consensus_weigh(rows, ARRAY_LENGTH(rows), 365, false);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_near(rows[i].weight, expected[i]);
}

static void unnamed_reports_of_a_day_count_once_an_answer(void **state)
{
    (void)state;
    struct observation rows[] = {
        seen(3, CONSENSUS_NOBODY, 0), seen(3, CONSENSUS_NOBODY, 0),
        seen(3, CONSENSUS_NOBODY, 1), seen(3, 1, 0),
        seen(4, CONSENSUS_NOBODY, 0),
    };
    const double expected[] = {0.5, 0.5, 1, 1, 1};
    consensus_weigh(rows, ARRAY_LENGTH(rows), 365, false);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_near(rows[i].weight, expected[i]);
}

static void a_burst_of_one_answer_weighs_as_much_as_its_allowance(void **state)
{
    (void)state;
    struct observation rows[21];
    for (size_t i = 0; i < 20; i++)
        rows[i] = seen(100 + (double)i / 20, (uint32_t)i, 1);
    rows[20] = seen(101, 50, 0);
    consensus_weigh(rows, ARRAY_LENGTH(rows), 730, true);
    /* 0.6·28·21/730 is under one: together they count as one. */
    for (size_t i = 0; i < 20; i++)
        assert_near(rows[i].weight, 1.0 / 20);
    assert_near(rows[20].weight, 1);
}

static void steady_reports_are_left_alone(void **state)
{
    (void)state;
    struct observation rows[50];
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        rows[i] = seen(15 * (double)i, (uint32_t)i, 1);
    consensus_weigh(rows, ARRAY_LENGTH(rows), 735, true);
    /* The allowance is 0.6·28·50/735 = 1.14 and no window of ±14 days holds two. */
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_near(rows[i].weight, 1);
}

static void saturation_uses_the_window_of_fourteen_days_each_way(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 1, 0), seen(14, 2, 0), seen(28, 3, 0), seen(43, 4, 0)};
    consensus_weigh(rows, ARRAY_LENGTH(rows), 365, true);
    const double expected[] = {0.5, 1.0 / 3, 0.5, 1};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
        assert_near(rows[i].weight, expected[i]);
}

static void basis_weights_are_shared_too(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 1, 0), seen(1, 1, 0)};
    rows[1].weight = 0.5;
    consensus_weigh(rows, ARRAY_LENGTH(rows), 365, true);
    assert_near(rows[0].weight, 0.5);
    assert_near(rows[1].weight, 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repeats_within_thirty_days_of_the_first_count_once),
        cmocka_unit_test(unnamed_reports_of_a_day_count_once_an_answer),
        cmocka_unit_test(a_burst_of_one_answer_weighs_as_much_as_its_allowance),
        cmocka_unit_test(steady_reports_are_left_alone),
        cmocka_unit_test(saturation_uses_the_window_of_fourteen_days_each_way),
        cmocka_unit_test(basis_weights_are_shared_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
