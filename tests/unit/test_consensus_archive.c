#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/day.h"
#include "collector/consensus/consensus.h"

/*
 * The archive's story (consensus.md §5) through the public interface: reporter accuracy 0.85,
 * hazard 0.1 a year, the survey's notices, and the guide's reports of whole years.
 */
enum {
    NO_ID,
    ID_REQUIRED,
    THIRD
};

static double day(int year, int month, int day_of_month)
{
    return day_from_date((struct date){year, month, day_of_month});
}

struct visit_row {
    int year;
    int answer;
    double weight;
};

/* A question at a station: its visits, and which notices concern it. */
struct story {
    struct visit_row visits[2];
    size_t visit_count;
    struct notice_effect notices[3];
    size_t notice_count;
    struct knots knots;
    struct dynamics *dynamics;
    struct smoother *smoother;
};

static void story_start(struct story *story)
{
    struct observation rows[2];
    for (size_t i = 0; i < story->visit_count; i++) {
        const struct visit_row *row = &story->visits[i];
        double begin = day(row->year, 1, 1);
        double end = day(row->year + 1, 1, 1);
        rows[i] = (struct observation){
            .order = i,
            .answer = (uint16_t)row->answer,
            .begin = begin,
            .end = end,
            .time = (begin + end) / 2,
            .weight = row->weight,
        };
    }
    struct emission emission;
    struct hazard hazard;
    emission_uniform(3, &emission);
    hazard_constant(3, day(2022, 1, 1), 0.1 / 365, &hazard);
    double accuracy[] = {0.85};
    consensus_weigh(rows, story->visit_count, 366, true);
    knots_build(rows, story->visit_count, &emission, accuracy, 0.85, &story->knots);
    story->dynamics =
        dynamics_create(&hazard, story->notices, story->notice_count, day(2030, 1, 1));
    story->smoother = smoother_create(&story->knots, story->dynamics);
    emission_finish(&emission);
    hazard_finish(&hazard);
}

static void story_end(struct story *story)
{
    smoother_destroy(story->smoother);
    dynamics_destroy(story->dynamics);
    knots_finish(&story->knots);
}

/* The end of a day is the instant after it. */
static struct reading read_on(const struct story *story, double moment, double *p)
{
    struct reading reading;
    smoother_read(story->smoother, moment + 1, &reading, p);
    return reading;
}

static struct notice_effect months(int year, int month, int count, int asserted)
{
    int last = month + count;
    return (struct notice_effect){
        day(year, month, 1),
        last > 12 ? day(year + 1, last - 12, 1) : day(year, last, 1),
        asserted,
    };
}

static struct story machine_at_beijingxizhan(void)
{
    return (struct story){
        .visits = {{2023, NO_ID, 1}},
        .visit_count = 1,
        .notices = {months(2022, 6, 1, -1), months(2022, 12, 1, -1), months(2024, 1, 12, -1)},
        .notice_count = 3,
    };
}

/* Card issue: asserted in 2022-06 and in 2024, set loose in 2022-12. */
static struct story cards(size_t visit_count)
{
    return (struct story){
        .visits = {{2023, NO_ID, 1}, {2024, ID_REQUIRED, 1}},
        .visit_count = visit_count,
        .notices = {months(2022, 6, 1, ID_REQUIRED), months(2022, 12, 1, -1),
                    months(2024, 1, 12, ID_REQUIRED)},
        .notice_count = 3,
    };
}

static void assert_between(double value, double low, double high)
{
    if (!(value >= low && value <= high))
        fail_msg("%f is not within %f and %f", value, low, high);
}

static void the_machine_takes_payment_in_2023_and_is_not_known_now(void **state)
{
    (void)state;
    struct story story = machine_at_beijingxizhan();
    story_start(&story);
    double then_p[3];
    struct reading then = read_on(&story, day(2023, 7, 1), then_p);
    assert_int_equal(then.best, 0);
    assert_between(then_p[0], 0.845, 0.855);
    assert_true(then.known);
    double now_p[3];
    struct reading now = read_on(&story, day(2026, 11, 22), now_p);
    assert_between(now_p[0], 0.405, 0.415);
    assert_false(now.known);
    story_end(&story);
}

static void a_window_without_notices_keeps_what_was_seen(void **state)
{
    (void)state;
    struct story story = {.visits = {{2023, 0, 1}}, .visit_count = 1};
    story_start(&story);
    double then_p[3];
    struct reading then = read_on(&story, day(2023, 7, 1), then_p);
    assert_between(then_p[0], 0.845, 0.855);
    assert_int_equal(then.standing, STANDING_LIKELY);
    assert_int_equal(then.reports, 1);
    assert_int_equal(then.reporters, 1);
    assert_true(then.last_visit >= day(2024, 1, 1) && then.last_visit <= day(2024, 1, 1));
    double before_p[3];
    struct reading before = read_on(&story, day(2022, 12, 31), before_p);
    assert_int_equal(before.standing, STANDING_UNKNOWN);
    assert_between(before_p[0], 1.0 / 3 - 1e-12, 1.0 / 3 + 1e-12);
    assert_int_equal(read_on(&story, day(2025, 6, 1), NULL).standing, STANDING_STALE);
    story_end(&story);
}

static void cards_at_beijingxizhan_go_from_no_id_to_id_required(void **state)
{
    (void)state;
    struct story story = cards(2);
    story_start(&story);
    double then_p[3];
    struct reading then = read_on(&story, day(2023, 7, 1), then_p);
    assert_int_equal(then.best, NO_ID);
    assert_between(then_p[NO_ID], 0.785, 0.835);
    double now_p[3];
    struct reading now = read_on(&story, day(2026, 11, 22), now_p);
    assert_int_equal(now.best, ID_REQUIRED);
    assert_between(now_p[ID_REQUIRED], 0.795, 0.805);
    assert_int_equal(now.standing, STANDING_STALE);
    story_end(&story);
}

static void cards_at_bagou_are_inferred_to_need_an_identity(void **state)
{
    (void)state;
    struct story story = cards(1);
    story_start(&story);
    assert_int_equal(read_on(&story, day(2023, 7, 1), NULL).best, NO_ID);
    double now_p[3];
    struct reading now = read_on(&story, day(2026, 11, 22), now_p);
    assert_int_equal(now.best, ID_REQUIRED);
    assert_between(now_p[ID_REQUIRED], 0.715, 0.735);
    assert_int_equal(now.standing, STANDING_INFERRED);
    assert_int_equal(now.reports, 1);
    story_end(&story);
}

static void a_station_that_nobody_visited_is_inferred_from_assertions(void **state)
{
    (void)state;
    struct story story = cards(0);
    story_start(&story);
    assert_int_equal(read_on(&story, day(2022, 5, 31), NULL).standing, STANDING_UNKNOWN);
    struct reading now = read_on(&story, day(2026, 11, 22), NULL);
    assert_int_equal(now.standing, STANDING_INFERRED);
    assert_true(now.known);
    assert_int_equal(now.reports, 0);
    assert_true(isnan(now.last_visit));
    struct reading loose = read_on(&story, day(2023, 6, 1), NULL);
    assert_false(loose.known);
    story_end(&story);
}

static void the_history_brackets_the_change_of_2024(void **state)
{
    (void)state;
    for (size_t visits = 1; visits <= 2; visits++) {
        struct story story = cards(visits);
        story_start(&story);
        auto_free struct segment *segments = NULL;
        size_t count = smoother_history(story.smoother, day(2026, 11, 23), &segments);
        assert_true(count >= 2);
        const struct segment *last = &segments[count - 1];
        assert_int_equal(segments[count - 2].answer, NO_ID);
        assert_int_equal(last->answer, ID_REQUIRED);
        assert_true(last->has_from);
        assert_false(last->has_until);
        assert_between(last->from.earliest, day(2023, 1, 1), last->from.likely);
        assert_between(last->from.likely, day(2024, 1, 1), day(2024, 12, 31));
        assert_between(last->from.latest, last->from.likely, day(2024, 12, 31) + 0.5);
        assert_between(last->confidence, 0.8, 0.97);
        story_end(&story);
    }
}

static void the_history_tells_of_the_identity_asked_in_2022(void **state)
{
    (void)state;
    struct story story = cards(2);
    story_start(&story);
    auto_free struct segment *segments = NULL;
    size_t count = smoother_history(story.smoother, day(2026, 11, 23), &segments);
    assert_int_equal(count, 3);
    assert_int_equal(segments[0].answer, ID_REQUIRED);
    assert_between(segments[0].from.likely, day(2022, 6, 1), day(2022, 7, 1));
    assert_between(segments[0].until.likely, day(2022, 12, 1), day(2023, 1, 1));
    story_end(&story);
}

static void an_answer_that_fades_has_an_end_and_no_successor(void **state)
{
    (void)state;
    struct story story = machine_at_beijingxizhan();
    story_start(&story);
    auto_free struct segment *segments = NULL;
    size_t count = smoother_history(story.smoother, day(2026, 11, 23), &segments);
    assert_int_equal(count, 1);
    assert_int_equal(segments[0].answer, 0);
    assert_true(segments[0].has_until);
    assert_between(segments[0].until.likely, day(2024, 1, 1), day(2024, 12, 31));
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_machine_takes_payment_in_2023_and_is_not_known_now),
        cmocka_unit_test(a_window_without_notices_keeps_what_was_seen),
        cmocka_unit_test(cards_at_beijingxizhan_go_from_no_id_to_id_required),
        cmocka_unit_test(cards_at_bagou_are_inferred_to_need_an_identity),
        cmocka_unit_test(a_station_that_nobody_visited_is_inferred_from_assertions),
        cmocka_unit_test(the_history_brackets_the_change_of_2024),
        cmocka_unit_test(the_history_tells_of_the_identity_asked_in_2022),
        cmocka_unit_test(an_answer_that_fades_has_an_end_and_no_successor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
