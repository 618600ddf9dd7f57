#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/aggregate/chains.h"
#include "tests/unit/drawn_table.h"

enum {
    QUESTIONS = 5,
    OPTIONS = 3,
    ITEMS = 4 * QUESTIONS,
    DAYS = 300,
    ROWS = 1500
};

/* A table of questions that are asked of items in turn, with answers by chance. */
static void draw_table(struct report_table *table)
{
    struct report_table shape = daily_shape(ITEMS, DAYS, 10, OPTIONS);
    struct report_table_builder *builder = report_table_builder_create();
    uint64_t random = 5;
    free(shape.options);
    shape.questions = QUESTIONS;
    shape.options = memory_zeroed(QUESTIONS, sizeof(*shape.options));
    for (size_t q = 0; q < QUESTIONS; q++)
        shape.options[q] = OPTIONS;
    for (size_t i = 0; i < ITEMS; i++)
        shape.question[i] = (uint16_t)(i % QUESTIONS);
    for (size_t i = 0; i < ROWS; i++) {
        struct report_table_row row = {.weight = 1};
        row.item = (uint32_t)draw_below(&random, ITEMS);
        row.reporter = (uint32_t)draw_below(&random, 10);
        row.when = (uint32_t)draw_below(&random, DAYS);
        row.answer = (uint16_t)draw_below(&random, OPTIONS);
        report_table_add(builder, &row);
    }
    report_table_build_take(builder, &shape, table);
}

struct example {
    struct report_table table;
    struct fit *fit;
};

static struct example *create_example(void)
{
    struct example *example = memory_zeroed(1, sizeof(*example));
    draw_table(&example->table);
    const struct fit_options options = {.prior_accuracy = 0.75};
    example->fit = fit_create(&example->table, &options);
    return example;
}

static void destroy_example(struct example *example)
{
    fit_destroy(example->fit);
    report_table_finish(&example->table);
    free(example);
}

static void expect_as_learned(const struct fit *fit, uint32_t question,
                              const struct dynamics *dynamics)
{
    struct hazard hazard;
    double wanted[1 + OPTIONS];
    double got[1 + OPTIONS];
    fit_hazard(fit, question, &hazard);
    struct dynamics *alone = dynamics_create(&hazard, NULL, 0, DAYS);
    dynamics_step(alone, 3.25, 250.75, wanted);
    dynamics_step(dynamics, 3.25, 250.75, got);
    assert_memory_equal(got, wanted, sizeof(wanted));
    dynamics_destroy(alone);
    hazard_finish(&hazard);
}

static void every_question_has_its_own_whatever_the_room(void **state)
{
    (void)state;
    static const uint32_t asked[] = {0, 1, 2, 3, 4, 0, 2, 4, 1, 3, 3, 4, 0, 0, 1};
    /* For none but the one that is asked for, for about two, and for all. */
    static const size_t rooms[] = {0, 2 * 6 * (DAYS + 2) * (OPTIONS + 2) * sizeof(double),
                                   SIZE_MAX};
    struct example *example = create_example();
    for (size_t i = 0; i < ARRAY_LENGTH(rooms); i++) {
        struct chains *chains = chains_create(example->fit, QUESTIONS, rooms[i]);
        for (size_t j = 0; j < ARRAY_LENGTH(asked); j++)
            expect_as_learned(example->fit, asked[j], chains_of(chains, asked[j]));
        chains_destroy(chains);
    }
    destroy_example(example);
}

static void what_has_room_is_made_once(void **state)
{
    (void)state;
    struct example *example = create_example();
    struct chains *chains = chains_create(example->fit, QUESTIONS, SIZE_MAX);
    const struct dynamics *first[QUESTIONS];
    for (uint32_t q = 0; q < QUESTIONS; q++)
        first[q] = chains_of(chains, q);
    for (uint32_t q = QUESTIONS; q-- > 0;)
        assert_ptr_equal(chains_of(chains, q), first[q]);
    chains_destroy(chains);
    destroy_example(example);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question_has_its_own_whatever_the_room),
        cmocka_unit_test(what_has_room_is_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
