/* What a place is made of and how it is read, whatever order its reports came in. */
#include <math.h>

#include "collector/figures/encode.h"
#include "tests/unit/place_fixture.h"

static void observe_permuted(const struct survey *survey, unsigned step, unsigned inserted,
                             struct observed *observed)
{
    observed_init(observed, survey);
    for (unsigned i = 0; i < MANY - inserted; i++) {
        const struct published_answer answer = some_answer(i * step % MANY);
        observed_add(observed, &answer);
    }
    observed_close(observed);
    for (unsigned i = MANY - inserted; i < MANY; i++) {
        const struct published_answer answer = some_answer(i * step % MANY);
        observed_insert(observed, &answer);
    }
}

static void the_same_reports_are_the_same_however_they_came(void **state)
{
    const struct survey *survey = *state;
    struct observed one;
    struct observed other;
    observe_permuted(survey, 1, 0, &one);
    observe_permuted(survey, 7, 123, &other);
    assert_int_equal(one.count, MANY);
    assert_true(observed_equal(&one, &other));
    const struct published_answer more = some_answer(3);
    observed_insert(&other, &more);
    assert_false(observed_equal(&one, &other));
    observed_finish(&one);
    observed_finish(&other);
}

/* Whoever computes the figures again knows accuracies, and has given the reporters numbers of his
 * own: every bit must be the same. */
static void knots_do_not_depend_on_the_numbers_of_reporters(void **state)
{
    const struct survey *survey = *state;
    struct model *model = model_create(survey, 60);
    struct observed one;
    struct observed other;
    observed_init(&one, survey);
    observed_init(&other, survey);
    model->reporter_count = 200;
    model->accuracy = memory_zeroed(200, sizeof *model->accuracy);
    for (uint32_t r = 0; r < 40; r++)
        model->accuracy[r] = model->accuracy[199 - r] = (r % 19 + 1) / 20.0;
    for (unsigned i = 0; i < MANY; i++) {
        struct published_answer answer = some_answer(i);
        observed_add(&one, &answer);
        if (answer.reporter_number != CONSENSUS_NOBODY)
            answer.reporter_number = 199 - answer.reporter_number;
        observed_add(&other, &answer);
    }
    observed_close(&one);
    observed_close(&other);
    for (int q = 0; q < survey->question_count; q++) {
        auto_buffer struct buffer left = {0};
        auto_buffer struct buffer right = {0};
        struct knots knots;
        observed_knots(&one, survey, model, q, &knots);
        knots_encode(&knots, 0, knots.count, &left);
        knots_finish(&knots);
        observed_knots(&other, survey, model, q, &knots);
        knots_encode(&knots, 0, knots.count, &right);
        knots_finish(&knots);
        assert_int_equal(left.length, right.length);
        assert_memory_equal(left.data, right.data, left.length);
    }
    observed_finish(&one);
    observed_finish(&other);
    model_drop(model);
}

static void expect_reading(const struct reading *left, const struct reading *right)
{
    assert_int_equal(left->best, right->best);
    assert_int_equal(left->standing, right->standing);
    assert_int_equal(left->known, right->known);
    assert_int_equal(left->reports, right->reports);
    assert_int_equal(left->reporters, right->reporters);
    assert_float_equal(left->effective_weight, right->effective_weight, 1e-9);
    assert_true(isnan(left->last_visit) == isnan(right->last_visit));
    if (!isnan(left->last_visit))
        assert_float_equal(left->last_visit, right->last_visit, 0);
}

/* Visits of days over four years, and some of months and of a year. */
static struct place *place_of_years(const struct survey *survey, struct rules *rules)
{
    struct observed observed;
    observed_init(&observed, survey);
    for (unsigned i = 0; i < MANY; i++) {
        struct published_answer answer = some_answer(i);
        int32_t day = survey->earliest_visit + (int32_t)(i * 7919 % 1400);
        int32_t longer = i % 50 == 3 ? 364 : 29;
        answer.visited.first = day;
        answer.visited.last = day + (i % 25 == 3 ? longer : 0);
        observed_add(&observed, &answer);
    }
    observed_close(&observed);
    struct place *place = place_observe(rules, 0, &observed, NULL, PLACE_ALL);
    observed_finish(&observed);
    return place;
}

/* Nobody may add them once it is published, and a trace that goes on makes none. */
static void a_new_place_has_the_edges_of_what_stayed(void **state)
{
    const struct survey *survey = *state;
    struct rules *rules = plain_rules(survey);
    struct place *before = place_with(survey, rules, DAY_NONE);
    struct opened_item opened;
    item_open(before, 2, &opened);
    item_keep_edges(before, 2, &opened);
    item_close(&opened);
    struct place *same = place_after(survey, rules, DAY_NONE, before, 1);
    assert_ptr_equal(same->items[2].knots, before->items[2].knots);
    assert_non_null(same->items[2].edges.forward);
    assert_memory_equal(same->items[2].edges.backward, before->items[2].edges.backward,
                        before->items[2].knots->piece_count * 3 * sizeof(double));
    struct place *other = place_after(survey, rules, survey->earliest_visit + 3000, before, 1 << 2);
    assert_null(other->items[2].edges.forward);
    place_drop(other);
    place_drop(same);
    place_drop(before);
    rules_drop(rules);
}

static void a_few_pieces_read_as_all_of_them(void **state)
{
    const struct survey *survey = *state;
    struct rules *rules = plain_rules(survey);
    struct place *place = place_of_years(survey, rules);
    struct opened_item opened;
    item_open(place, 2, &opened);
    assert_true(place->items[2].knots->piece_count > 30);
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t day = -400; day < 2000; day++) {
            double moment = (double)survey->earliest_visit + day;
            struct reading whole;
            struct reading part;
            double p[2][3];
            smoother_read(opened.smoother, moment, &whole, p[0]);
            item_read(place, 2, moment, &part, p[1]);
            expect_reading(&part, &whole);
            for (int k = 0; k < 3; k++)
                assert_float_equal(p[1][k], p[0][k], 0);
        }
        item_keep_edges(place, 2, &opened);
    }
    item_close(&opened);
    place_drop(place);
    rules_drop(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_place_has_the_edges_of_what_stayed),
        cmocka_unit_test(a_few_pieces_read_as_all_of_them),
        cmocka_unit_test(the_same_reports_are_the_same_however_they_came),
        cmocka_unit_test(knots_do_not_depend_on_the_numbers_of_reporters),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
