#ifndef ZHANJI_TESTS_SHEET_FIXTURE_H
#define ZHANJI_TESTS_SHEET_FIXTURE_H

/* Whether two sheets of a station say the same, to the bit. */
#include <jansson.h>

#include "collector/figures/sheet.h"
#include "tests/unit/place_fixture.h"

static inline void expect_text(const struct buffer *got, const struct buffer *wanted)
{
    if (got->length != wanted->length || memcmp(got->data, wanted->data, wanted->length) != 0)
        fail_msg("told is %s, not %s", got->data, wanted->data);
}

static inline void expect_reals(const double *got, const double *wanted, size_t count)
{
    if (count > 0)
        assert_memory_equal(got, wanted, count * sizeof *wanted);
}

static inline void expect_reading(const struct reading *got, const struct reading *wanted)
{
    expect_reals(got->p, wanted->p, CONSENSUS_OPTIONS_MAX);
    expect_reals(&got->confidence, &wanted->confidence, 1);
    expect_reals(&got->effective_weight, &wanted->effective_weight, 1);
    expect_reals(&got->last_visit, &wanted->last_visit, 1);
    assert_int_equal(got->best, wanted->best);
    assert_int_equal(got->known, wanted->known);
    assert_int_equal(got->standing, wanted->standing);
    assert_int_equal(got->reports, wanted->reports);
    assert_int_equal(got->reporters, wanted->reporters);
}

static inline void expect_history(const struct station_question *got,
                                  const struct station_question *wanted)
{
    assert_int_equal(got->history_count, wanted->history_count);
    for (size_t i = 0; i < wanted->history_count; i++) {
        const struct segment *left = &got->history[i];
        const struct segment *right = &wanted->history[i];
        assert_int_equal(left->answer, right->answer);
        assert_int_equal(left->has_from, right->has_from);
        assert_int_equal(left->has_until, right->has_until);
        expect_reals(&left->confidence, &right->confidence, 1);
        expect_reals(&left->from.earliest, &right->from.earliest, 3);
        expect_reals(&left->until.earliest, &right->until.earliest, 3);
    }
}

static inline void expect_months(const struct sheet *got, const struct sheet *wanted)
{
    assert_int_equal(got->month_count, wanted->month_count);
    for (size_t i = 0; i < wanted->month_count; i++) {
        assert_int_equal(got->months[i].status, wanted->months[i].status);
        assert_int_equal(got->months[i].standing, wanted->months[i].standing);
        assert_int_equal(got->months[i].visited, wanted->months[i].visited);
    }
}

static inline void expect_arrivals(const struct place *got, const struct place *wanted)
{
    assert_int_equal(got->reports, wanted->reports);
    assert_int_equal(got->arrivals.count, wanted->arrivals.count);
    if (wanted->arrivals.count > 0)
        assert_memory_equal(got->arrivals.at, wanted->arrivals.at,
                            wanted->arrivals.count * sizeof *wanted->arrivals.at);
}

static inline void expect_knots(const struct packed_knots *got, const struct packed_knots *wanted)
{
    assert_int_equal(got->count, wanted->count);
    assert_true(packed_equal(got, wanted));
    expect_reals(&got->lead, &wanted->lead, 1);
    expect_reals(&got->begin, &wanted->begin, 1);
}

/* What is stored, what is shown today, and what is told of earlier days. */
static inline void expect_sheet(const struct sheet *got, const struct sheet *wanted)
{
    const struct survey *survey = wanted->place->rules->survey;
    expect_arrivals(got->place, wanted->place);
    for (int q = 0; q < survey->question_count; q++) {
        expect_knots(got->place->items[q].knots, wanted->place->items[q].knots);
        expect_history(&got->state.questions[q], &wanted->state.questions[q]);
        expect_reading(&got->state.questions[q].reading, &wanted->state.questions[q].reading);
    }
    expect_months(got, wanted);
    expect_text(&got->head, &wanted->head);
    expect_text(&got->brief_tail, &wanted->brief_tail);
    expect_text(&got->tail, &wanted->tail);
    for (int32_t day = survey->earliest_visit; day < wanted->days.today; day += 41) {
        struct station_state left;
        struct station_state right;
        sheet_state(got, day, &left);
        sheet_state(wanted, day, &right);
        for (int q = 0; q < survey->question_count; q++)
            expect_reading(&left.questions[q].reading, &right.questions[q].reading);
    }
}

#endif
