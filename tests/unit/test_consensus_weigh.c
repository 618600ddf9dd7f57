#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/consensus.h"
#include "tests/draw.h"

static struct observation seen(double day, uint32_t reporter, int answer)
{
    return (struct observation){
        .reporter = reporter,
        .answer = (uint16_t)answer,
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

enum {
    MANY = 300,   /* reports, at most */
    ANSWERS = 250 /* so many that most are given seldom */
};

static int time_compare(const void *left, const void *right)
{
    const struct observation *a = left;
    const struct observation *b = right;
    return (a->time > b->time) - (a->time < b->time);
}

/* Few of them have more answers to choose from than there are reports. A third is unnamed. */
static size_t draw_reports(uint64_t *random, int answers, struct observation *rows)
{
    size_t count = 1 + (size_t)draw_below(random, MANY);
    for (uint32_t i = 0; i < count; i++) {
        bool named = draw_below(random, 3) > 0;
        rows[i] = seen(draw_below(random, 60), named ? i : CONSENSUS_NOBODY, 0);
        rows[i].answer = (uint8_t)(draw_uniform(random) * draw_uniform(random) * answers);
    }
    qsort(rows, count, sizeof(*rows), time_compare);
    return count;
}

static bool is_alike(const struct observation *a, const struct observation *b)
{
    return a->answer == b->answer && a->reporter == b->reporter && fabs(a->time - b->time) < 0.25;
}

static void weigh_by_definition(const struct observation *rows, size_t count, double *weight)
{
    double alone[MANY];
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        double alike = 0;
        for (size_t j = 0; j < count; j++)
            alike += is_alike(&rows[i], &rows[j]);
        alone[i] = 1 / alike;
        total += alone[i];
    }
    double allowance = exp2(floor(4 * log2(fmax(1, 0.6 * 28 * total / 60))) / 4);
    for (size_t i = 0; i < count; i++) {
        double mass = 0;
        for (size_t j = 0; j < count; j++)
            if (rows[i].answer == rows[j].answer && fabs(rows[i].time - rows[j].time) <= 14)
                mass += alone[j];
        weight[i] = alone[i] * fmin(1, allowance / mass);
    }
}

static void many_answers_weigh_as_is_defined(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (int round = 0; round < 60; round++) {
        struct observation rows[MANY];
        double expected[MANY];
        size_t count = draw_reports(&random, round % 2 == 0 ? ANSWERS : 4, rows);
        weigh_by_definition(rows, count, expected);
        consensus_weigh(rows, count, 60, true);
        for (size_t i = 0; i < count; i++)
            assert_true(fabs(rows[i].weight - expected[i]) < 1e-7);
    }
}

static void the_unnamed_are_new_once_a_day_and_answer(void **state)
{
    (void)state;
    uint64_t random = 4;
    for (int round = 0; round < 60; round++) {
        struct observation rows[MANY];
        bool first[MANY];
        size_t count = draw_reports(&random, round % 2 == 0 ? ANSWERS : 4, rows);
        knots_mark_first(rows, count, first);
        for (size_t i = 0; i < count; i++) {
            bool told = false;
            for (size_t j = 0; j < i; j++)
                told = told || is_alike(&rows[j], &rows[i]);
            assert_int_equal(first[i], !told);
        }
    }
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
        cmocka_unit_test(many_answers_weigh_as_is_defined),
        cmocka_unit_test(the_unnamed_are_new_once_a_day_and_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
