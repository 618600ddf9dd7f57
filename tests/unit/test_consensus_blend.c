#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/blend.h"
#include "tests/draw.h"

enum {
    ITEMS = 400,
    REPORTERS = 12
};

static int truth_of(uint32_t item)
{
    return item % 3 == 0;
}

/* What a reporter says: most are fair, some always say 0, some the opposite. */
static uint8_t say(uint32_t item, uint32_t reporter, uint64_t *random)
{
    int truth = truth_of(item);
    if (reporter < 4)
        return 0;
    double honesty = reporter < 6 ? 0.15 : 0.85;
    return (uint8_t)(draw_uniform(random) < honesty ? truth : 1 - truth);
}

static void make_table(bool backwards, struct report_table *table)
{
    struct report_table shape = {.items = ITEMS, .intervals = 1, .reporters = REPORTERS};
    shape.questions = 1;
    shape.options = memory_zeroed(1, sizeof(*shape.options));
    shape.options[0] = 2;
    shape.question = memory_zeroed(ITEMS, sizeof(*shape.question));
    shape.interval = memory_zeroed(1, sizeof(*shape.interval));
    shape.interval[0] = (struct interval){0, 1, 0.5};
    struct report_table_row rows[ITEMS * REPORTERS];
    uint64_t random = 7;
    size_t count = 0;
    for (uint32_t item = 0; item < ITEMS; item++)
        for (uint32_t r = 0; r < REPORTERS; r++)
            rows[count++] = (struct report_table_row){item, r, 0, say(item, r, &random), 1};
    struct report_table_builder *builder = report_table_builder_create();
    for (size_t i = 0; i < count; i++)
        report_table_add(builder, &rows[backwards ? count - 1 - i : i]);
    report_table_build_take(builder, &shape, table);
}

static void truth_is_found_behind_those_who_always_say_the_same(void **state)
{
    (void)state;
    struct report_table table;
    make_table(false, &table);
    struct blend *blend = blend_create(&table, NULL, NULL, NULL);
    int right = 0;
    for (uint32_t item = 0; item < ITEMS; item++) {
        double p[CONSENSUS_OPTIONS_MAX];
        blend_posterior(blend, item, p);
        assert_true(fabs(p[0] + p[1] - 1) < 1e-9);
        right += (p[1] > p[0]) == truth_of(item);
    }
    assert_true(right > ITEMS * 97 / 100);
    blend_destroy(blend);
    report_table_finish(&table);
}

static void full_confusion_outweighs_one_accuracy_here(void **state)
{
    (void)state;
    struct report_table table;
    make_table(false, &table);
    struct blend *blend = blend_create(&table, NULL, NULL, NULL);
    double coins = 0;
    double sum = 0;
    for (size_t c = 0; c < CANDIDATES; c++) {
        double weight = blend_weight(blend, 0, c);
        coins += strncmp(candidates[c].name, "one-coin", strlen("one-coin")) == 0 ? weight : 0;
        sum += weight;
    }
    assert_true(fabs(sum - 1) < 1e-9);
    assert_true(coins < 0.01);
    blend_destroy(blend);
    report_table_finish(&table);
}

/* Two items, each told of twice: nothing is known of who errs how. */
static void little_evidence_decides_nothing(void **state)
{
    (void)state;
    struct report_table table;
    struct report_table shape = {.items = 2, .intervals = 1, .reporters = 2, .questions = 1};
    shape.options = memory_zeroed(1, sizeof(*shape.options));
    shape.options[0] = 2;
    shape.question = memory_zeroed(2, sizeof(*shape.question));
    shape.interval = memory_zeroed(1, sizeof(*shape.interval));
    shape.interval[0] = (struct interval){0, 1, 0.5};
    struct report_table_builder *builder = report_table_builder_create();
    for (uint32_t i = 0; i < 4; i++) {
        struct report_table_row row = {i / 2, i % 2, 0, (uint8_t)(i / 2), 1};
        report_table_add(builder, &row);
    }
    report_table_build_take(builder, &shape, &table);
    struct blend *blend = blend_create(&table, NULL, NULL, NULL);
    size_t sharing = 0;
    for (size_t c = 0; c < CANDIDATES; c++) {
        assert_true(blend_weight(blend, 0, c) < 0.5);
        sharing += blend_weight(blend, 0, c) > 0.02;
    }
    assert_true(sharing >= 4);
    blend_destroy(blend);
    report_table_finish(&table);
}

static void the_order_of_rows_leaves_no_trace(void **state)
{
    (void)state;
    struct report_table tables[2];
    struct blend *blends[2];
    for (size_t i = 0; i < 2; i++) {
        make_table(i == 1, &tables[i]);
        blends[i] = blend_create(&tables[i], NULL, NULL, NULL);
    }
    for (size_t item = 0; item < ITEMS; item++) {
        double p[2][CONSENSUS_OPTIONS_MAX] = {{0}};
        blend_posterior(blends[0], item, p[0]);
        blend_posterior(blends[1], item, p[1]);
        assert_memory_equal(p[0], p[1], sizeof(p[0]));
    }
    for (size_t i = 0; i < 2; i++) {
        blend_destroy(blends[i]);
        report_table_finish(&tables[i]);
    }
}

static bool give_up(void *context, int done, int all)
{
    (void)context;
    return done * 4 < all;
}

static void a_blend_can_be_given_up(void **state)
{
    (void)state;
    struct report_table table;
    make_table(false, &table);
    assert_null(blend_create(&table, NULL, give_up, NULL));
    report_table_finish(&table);
}

enum {
    CLASSES = 40,
    PLACES = 1500,
    CROWD = 100,
    EACH = 4 /* labels an item */
};

/* A quarter of all labels are of one who always says the same; the others are right now and then,
 * and err in ways of the truth's own. */
static uint16_t tell(uint16_t truth, uint32_t reporter, uint64_t *random)
{
    if (reporter == 0)
        return 0;
    if (draw_uniform(random) < 0.45)
        return truth;
    return (uint16_t)((truth + 1 + draw_below(random, 3) * draw_below(random, 9)) % CLASSES);
}

static void make_crowd(uint16_t *truths, struct report_table *table)
{
    struct report_table shape = {.items = PLACES, .intervals = 1, .reporters = CROWD};
    uint64_t random = 6;
    shape.questions = 1;
    shape.options = memory_zeroed(1, sizeof(*shape.options));
    shape.options[0] = CLASSES;
    shape.question = memory_zeroed(PLACES, sizeof(*shape.question));
    shape.interval = memory_zeroed(1, sizeof(*shape.interval));
    shape.interval[0] = (struct interval){0, 1, 0.5};
    struct report_table_builder *builder = report_table_builder_create();
    for (uint32_t item = 0; item < PLACES; item++) {
        truths[item] = (uint16_t)draw_below(&random, CLASSES);
        for (uint32_t label = 0; label < EACH; label++) {
            struct report_table_row row = {.item = item, .weight = 1};
            bool parrot = draw_uniform(&random) < 0.27;
            row.reporter = parrot ? 0 : 1 + (uint32_t)draw_below(&random, CROWD - 1);
            row.answer = tell(truths[item], row.reporter, &random);
            report_table_add(builder, &row);
        }
    }
    report_table_build_take(builder, &shape, table);
}

/* One truth for all items agrees with it more often than what is true does. */
static void a_busy_parrot_is_not_believed(void **state)
{
    (void)state;
    struct report_table table;
    uint16_t truths[PLACES];
    int right = 0;
    int parroted = 0;
    make_crowd(truths, &table);
    struct blend *blend = blend_create(&table, NULL, NULL, NULL);
    for (uint32_t item = 0; item < PLACES; item++) {
        double p[CLASSES];
        int best = 0;
        blend_posterior(blend, item, p);
        for (int k = 1; k < CLASSES; k++)
            best = p[k] > p[best] ? k : best;
        right += best == truths[item];
        parroted += best == 0;
    }
    if (right < PLACES / 2 || parroted > PLACES / 5)
        fail_msg("%d are right, %d as the parrot says", right, parroted);
    blend_destroy(blend);
    report_table_finish(&table);
}

struct told {
    int last, times;
    bool backwards;
};

static bool note(void *context, int done, int all)
{
    struct told *told = context;
    told->backwards = told->backwards || done < told->last || done > all;
    told->times++;
    told->last = done;
    return true;
}

/* A model of millions of reports takes long: each of its iterations is told. */
static void progress_goes_on_within_models(void **state)
{
    (void)state;
    struct report_table table;
    struct told told = {0};
    make_table(false, &table);
    struct blend *blend = blend_create(&table, NULL, note, &told);
    assert_true(told.times > 4 * CANDIDATES);
    assert_false(told.backwards);
    assert_int_equal(told.last, 1000);
    blend_destroy(blend);
    report_table_finish(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_is_found_behind_those_who_always_say_the_same),
        cmocka_unit_test(full_confusion_outweighs_one_accuracy_here),
        cmocka_unit_test(little_evidence_decides_nothing),
        cmocka_unit_test(the_order_of_rows_leaves_no_trace),
        cmocka_unit_test(a_blend_can_be_given_up),
        cmocka_unit_test(a_busy_parrot_is_not_believed),
        cmocka_unit_test(progress_goes_on_within_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
