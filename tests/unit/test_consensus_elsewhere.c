#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/consensus/blend.h"
#include "collector/consensus/fit.h"
#include "collector/consensus/roster.h"
#include "tests/draw.h"

enum {
    ITEMS = 600,
    REPORTERS = 60,
    LABELS = 5, /* an item */
    OPTIONS = 4
};

/* How good a reporter is in a question. */
typedef double (*worth_of)(uint32_t reporter, uint32_t question);

/* A third is good, and the others are little better than chance. */
static double alike(uint32_t reporter, uint32_t question)
{
    (void)question;
    return reporter % 3 == 0 ? 0.95 : 0.35;
}

static double apart(uint32_t reporter, uint32_t question)
{
    return (reporter + question) % 3 == 0 ? 0.95 : 0.35;
}

static uint16_t truth_of(uint32_t item)
{
    return (uint16_t)(item * 7 % 11 % OPTIONS);
}

static void make_table(uint32_t questions, worth_of worth, struct report_table *table)
{
    struct report_table shape = {.items = ITEMS, .intervals = 1, .reporters = REPORTERS};
    uint64_t random = 3;
    shape.questions = questions;
    shape.options = memory_zeroed(questions, sizeof(*shape.options));
    shape.question = memory_zeroed(ITEMS, sizeof(*shape.question));
    shape.interval = memory_zeroed(1, sizeof(*shape.interval));
    shape.interval[0] = (struct interval){0, 1, 0.5};
    for (uint32_t q = 0; q < questions; q++)
        shape.options[q] = OPTIONS;
    struct report_table_builder *builder = report_table_builder_create();
    for (uint32_t item = 0; item < ITEMS; item++) {
        shape.question[item] = (uint16_t)(item % questions);
        for (uint32_t label = 0; label < LABELS; label++) {
            struct report_table_row row = {.item = item, .weight = 1};
            row.reporter = (item * 13 + label * 17) % REPORTERS;
            bool knows = draw_uniform(&random) < worth(row.reporter, item % questions);
            row.answer = knows ? truth_of(item) : (uint16_t)draw_below(&random, OPTIONS);
            report_table_add(builder, &row);
        }
    }
    report_table_build_take(builder, &shape, table);
}

/* How many items' truths a blend finds; `alone`: questions are learned from alone. */
static int count_right(const struct report_table *table, bool alone)
{
    const struct fit_options options = {.prior_accuracy = 0.75, .fixed_truth = true};
    struct fit *fit = fit_create(table, &options);
    struct blend *blend = blend_create(table, alone ? NULL : fit_right(fit), NULL, NULL);
    int right = 0;
    for (uint32_t item = 0; item < ITEMS; item++) {
        double p[OPTIONS];
        int best = 0;
        blend_posterior(blend, item, p);
        for (int k = 1; k < OPTIONS; k++)
            best = p[k] > p[best] ? k : best;
        right += best == truth_of(item);
    }
    blend_destroy(blend);
    fit_destroy(fit);
    return right;
}

/* Where a question tells little by itself a third of the mistakes go, at least. */
static void reporters_are_known_by_other_questions(void **state)
{
    (void)state;
    const uint32_t questions[] = {ITEMS, 60, 6};
    for (size_t i = 0; i < ARRAY_LENGTH(questions); i++) {
        struct report_table table;
        make_table(questions[i], alike, &table);
        int alone = count_right(&table, true);
        int together = count_right(&table, false);
        bool is_better =
            questions[i] > 6 ? 3 * (ITEMS - together) < 2 * (ITEMS - alone) : together >= alone;
        if (!is_better)
            fail_msg("%u questions: %d alone, %d together", questions[i], alone, together);
        report_table_finish(&table);
    }
}

static void what_is_of_no_use_elsewhere_does_little_harm(void **state)
{
    (void)state;
    struct report_table table;
    make_table(3, apart, &table);
    int alone = count_right(&table, true);
    int together = count_right(&table, false);
    if (together < alone - ITEMS / 100)
        fail_msg("%d alone, %d together", alone, together);
    report_table_finish(&table);
}

static void one_question_is_learned_from_as_it_was(void **state)
{
    (void)state;
    struct report_table table;
    make_table(1, alike, &table);
    auto_free float *right = memory_zeroed(table.count, sizeof(*right));
    struct blend *blends[] = {blend_create(&table, NULL, NULL, NULL),
                              blend_create(&table, right, NULL, NULL)};
    for (uint32_t item = 0; item < ITEMS; item++) {
        double p[2][OPTIONS];
        blend_posterior(blends[0], item, p[0]);
        blend_posterior(blends[1], item, p[1]);
        assert_memory_equal(p[0], p[1], sizeof(p[0]));
    }
    blend_destroy(blends[0]);
    blend_destroy(blends[1]);
    report_table_finish(&table);
}

/* N reports elsewhere count as T·N/(T + N). */
static void others_count_as_many_as_they_may(void **state)
{
    (void)state;
    struct report_table table;
    make_table(2, alike, &table);
    auto_free float *right = memory_zeroed(table.count, sizeof(*right));
    double correct = 0;
    double all = 0;
    for (size_t item = 0; item < ITEMS; item++) {
        for (size_t i = table.first[item]; i < table.first[item + 1]; i++) {
            right[i] = (float)(i % 4) / 4;
            bool counts = table.question[item] == 1 && table.reporter[i] == 0;
            correct += counts ? (double)right[i] : 0;
            all += counts;
        }
    }
    struct roster *roster = roster_create(&table, right);
    struct labels_task task = roster_take(&table, 0, 10, roster);
    assert_int_equal(roster->listed[0], 0);
    assert_true(all > 10);
    assert_true(fabs(task.elsewhere[0].all - 10 * all / (10 + all)) < 1e-9);
    assert_true(fabs(task.elsewhere[0].correct - 10 * correct / (10 + all)) < 1e-9);
    task = roster_take(&table, 0, 0, roster);
    assert_null(task.elsewhere);
    roster_destroy(roster);
    report_table_finish(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reporters_are_known_by_other_questions),
        cmocka_unit_test(what_is_of_no_use_elsewhere_does_little_harm),
        cmocka_unit_test(one_question_is_learned_from_as_it_was),
        cmocka_unit_test(others_count_as_many_as_they_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
