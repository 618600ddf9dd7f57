#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/blend.h"
#include "tests/unit/drawn_table.h"

enum {
    ITEMS = 600,
    REPORTERS = 400,
    OPTIONS = 4,
    EACH = 5,
    SCHOOLS = 2
};

/* What a reporter of a school takes a truth for: the schools confuse other options. */
static uint8_t say(uint32_t school, int truth, double accuracy, uint64_t *random)
{
    if (draw_uniform(random) < accuracy)
        return (uint8_t)truth;
    int wrong = school == 0 ? truth ^ 1 : (truth + 2) % OPTIONS;
    return (uint8_t)(draw_uniform(random) < 0.9 ? wrong : draw_below(random, OPTIONS));
}

static int truth_of(uint32_t item)
{
    return (int)(item % OPTIONS);
}

/* Each reporter gives about seven labels. With one school errors go anywhere. */
static void draw_labels(double accuracy, bool schools, struct report_table *table)
{
    struct report_table shape = daily_shape(ITEMS, 1, REPORTERS, OPTIONS);
    struct report_table_builder *builder = report_table_builder_create();
    uint64_t random = 11;
    for (uint32_t item = 0; item < ITEMS; item++) {
        for (uint32_t i = 0; i < EACH; i++) {
            uint32_t r = (uint32_t)draw_below(&random, REPORTERS);
            int truth = truth_of(item);
            uint8_t anything = (uint8_t)draw_below(&random, OPTIONS);
            uint8_t answer = say(r % SCHOOLS, truth, accuracy, &random);
            if (!schools && answer != truth)
                answer = anything;
            struct report_table_row row = {item, r, 0, answer, 1};
            report_table_add(builder, &row);
        }
    }
    report_table_build_take(builder, &shape, table);
}

static size_t find_kind(const char *name)
{
    size_t found = CANDIDATES;
    for (size_t c = 0; c < CANDIDATES; c++)
        found = strcmp(candidates[c].name, name) == 0 ? c : found;
    assert_true(found < CANDIDATES);
    return found;
}

struct outcome {
    double right, certainty; /* means over items */
};

static struct outcome learn(const struct report_table *table, const char *name)
{
    uint32_t items[ITEMS];
    uint32_t number[REPORTERS + 1];
    struct labels_task task = {table, items, ITEMS, OPTIONS, number, REPORTERS, NULL};
    struct outcome outcome = {0};
    for (uint32_t i = 0; i < ITEMS; i++)
        items[i] = i;
    for (uint32_t r = 0; r <= REPORTERS; r++)
        number[r] = r;
    struct labels *labels = labels_create(&task);
    struct still *still = still_create(labels, &candidates[find_kind(name)], -1, NULL);
    for (uint32_t i = 0; i < ITEMS; i++) {
        double p[OPTIONS] = {0};
        int best = 0;
        still_add_posterior(still, i, 1, 1, p);
        for (int k = 1; k < OPTIONS; k++)
            best = p[k] > p[best] ? k : best;
        outcome.right += (best == truth_of(i)) / (double)ITEMS;
        outcome.certainty += p[best] / ITEMS;
    }
    still_destroy(still);
    labels_destroy(labels);
    return outcome;
}

/* Seven labels are too few for a confusion of one's own; together those of a school are many. */
static void who_errs_alike_is_known_by_few_labels(void **state)
{
    (void)state;
    struct report_table table;
    draw_labels(0.5, true, &table);
    double together = learn(&table, "communities").right;
    assert_true(together > learn(&table, "one-coin-directed").right + 0.03);
    assert_true(together > learn(&table, "hierarchical-8").right + 0.03);
    struct blend *blend = blend_create(&table, NULL, NULL, NULL);
    assert_true(blend_weight(blend, 0, find_kind("communities")) > 0.9);
    blend_destroy(blend);
    report_table_finish(&table);
}

/* Where all are right, or most are wrong, certainty follows what the reporters are like. */
static void how_right_people_are_is_learned_from_all_of_them(void **state)
{
    (void)state;
    static const double accuracies[] = {0.4, 0.6, 0.95};
    for (size_t i = 0; i < ARRAY_LENGTH(accuracies); i++) {
        struct report_table table;
        draw_labels(accuracies[i], false, &table);
        struct outcome outcome = learn(&table, "one-coin");
        assert_true(fabs(outcome.right - outcome.certainty) < 0.03);
        report_table_finish(&table);
    }
}

/* At every third item hardly anybody knows better than by chance. */
static void draw_hard_items(struct report_table *table)
{
    struct report_table shape = daily_shape(ITEMS, 1, REPORTERS, OPTIONS);
    struct report_table_builder *builder = report_table_builder_create();
    uint64_t random = 5;
    for (uint32_t item = 0; item < ITEMS; item++) {
        bool hard = draw_below(&random, 3) == 0;
        for (uint32_t i = 0; i < EACH; i++) {
            uint32_t r = (uint32_t)draw_below(&random, REPORTERS);
            bool knows = draw_uniform(&random) < (hard ? 0.15 : 0.85);
            uint16_t answer = (uint16_t)(knows ? truth_of(item) : draw_below(&random, OPTIONS));
            struct report_table_row row = {item, r, 0, answer, 1};
            report_table_add(builder, &row);
        }
    }
    report_table_build_take(builder, &shape, table);
}

static struct outcome learn_blend(const struct report_table *table)
{
    struct outcome outcome = {0};
    struct blend *blend = blend_create(table, NULL, NULL, NULL);
    for (uint32_t i = 0; i < ITEMS; i++) {
        double p[CONSENSUS_OPTIONS_MAX];
        int best = 0;
        blend_posterior(blend, i, p);
        for (int k = 1; k < OPTIONS; k++)
            best = p[k] > p[best] ? k : best;
        outcome.right += (best == truth_of(i)) / (double)ITEMS;
        outcome.certainty += p[best] / ITEMS;
    }
    blend_destroy(blend);
    return outcome;
}

/* No model here knows of such items: each takes ten who guess for ten who know. */
static void certainty_is_no_more_than_foretells_answers(void **state)
{
    (void)state;
    struct report_table table;
    draw_hard_items(&table);
    struct outcome sure = learn(&table, "one-coin-directed");
    struct outcome tempered = learn_blend(&table);
    assert_true(tempered.right > sure.right - 0.01);
    assert_true(tempered.certainty - tempered.right < 0.8 * (sure.certainty - sure.right));
    report_table_finish(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_errs_alike_is_known_by_few_labels),
        cmocka_unit_test(certainty_is_no_more_than_foretells_answers),
        cmocka_unit_test(how_right_people_are_is_learned_from_all_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
