#ifndef ZHANJI_TESTS_SHEET_FIXTURE_H
#define ZHANJI_TESTS_SHEET_FIXTURE_H

/* Whether two sheets of a station say the same, to the bit. */
#include <jansson.h>

#include "collector/figures/city.h"
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

static inline void expect_reading(const struct station_question *question,
                                  const struct station_question *other)
{
    const struct reading *got = &question->reading;
    const struct reading *wanted = &other->reading;
    expect_reals(question->p, other->p, SURVEY_OPTIONS_MAX);
    expect_reals(&got->confidence, &wanted->confidence, 1);
    expect_reals(&got->effective_weight, &wanted->effective_weight, 1);
    expect_reals(&got->last_visit, &wanted->last_visit, 1);
    assert_int_equal(got->best, wanted->best);
    assert_int_equal(got->known, wanted->known);
    assert_int_equal(got->standing, wanted->standing);
    assert_int_equal(got->reports, wanted->reports);
    assert_int_equal(got->reporters, wanted->reporters);
}

static inline void expect_segments(const struct segment *got, size_t count,
                                   const struct segment *wanted, size_t wanted_count)
{
    assert_int_equal(count, wanted_count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(got[i].answer, wanted[i].answer);
        assert_int_equal(got[i].has_from, wanted[i].has_from);
        assert_int_equal(got[i].has_until, wanted[i].has_until);
        expect_reals(&got[i].confidence, &wanted[i].confidence, 1);
        expect_reals(&got[i].from.earliest, &wanted[i].from.earliest, 3);
        expect_reals(&got[i].until.earliest, &wanted[i].until.earliest, 3);
    }
}

/* A history that was pieced together, and one that was read in one go. */
static inline void expect_history(const struct sheet *got, const struct sheet *wanted, int question)
{
    const struct trace *trace = got->traces[question];
    const struct item *item = &wanted->place->items[question];
    int32_t last = got->days.known < got->days.today ? got->days.known : got->days.today;
    struct segment *segments = NULL;
    size_t count = 0;
    if (item->begins < (double)last + 1)
        count = item_history(wanted->place, question, (double)last + 1, &segments);
    expect_segments(trace->history, trace->history_count, segments, count);
    free(segments);
    trace = wanted->traces[question];
    expect_segments(got->state.questions[question].history,
                    got->state.questions[question].history_count, trace->history,
                    trace->history_count);
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

/* Of one question: the ends of months, and before and after each citywide change. */
static inline void expect_trace(const struct sheet *got, const struct sheet *wanted, int question)
{
    const struct trace *left = got->traces[question];
    const struct trace *right = wanted->traces[question];
    assert_int_equal(left->months == NULL, right->months == NULL);
    for (size_t i = 0; right->months != NULL && i < wanted->month_count; i++) {
        expect_reals(&left->months[i].confidence, &right->months[i].confidence, 1);
        assert_int_equal(left->months[i].best, right->months[i].best);
        assert_int_equal(left->months[i].standing, right->months[i].standing);
        assert_int_equal(left->months[i].known, right->months[i].known);
    }
    struct city_change change;
    size_t count = 0;
    for (size_t bin = 0; city_next_change(wanted->place->rules->model, question, &bin, &change);
         count++) {
        assert_int_equal(left->shifts[count].before, right->shifts[count].before);
        assert_int_equal(left->shifts[count].after, right->shifts[count].after);
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
        expect_trace(got, wanted, q);
        expect_history(got, wanted, q);
        expect_reading(&got->state.questions[q], &wanted->state.questions[q]);
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
            expect_reading(&left.questions[q], &right.questions[q]);
    }
}

#endif
