#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/consensus/consensus.h"

/* An item of a question with uniform errors and a fixed hazard. */
struct item {
    int options;
    double yearly; /* hazard */
    size_t count;
    struct observation *rows;
    struct knots knots;
    struct dynamics *dynamics;
    struct smoother *smoother;
};

static const double accuracies[] = {0.75, 0.75, 0.75, 0.75, 0.95, 0.95};

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

static void item_start_after(struct item *item, const struct notice_effect *notices, size_t count)
{
    struct emission emission;
    struct hazard hazard;
    emission_uniform(item->options, &emission);
    hazard_constant(item->options, 0, item->yearly / 365, &hazard);
    knots_build(item->rows, item->count, &emission, accuracies, 0.75, &item->knots);
    item->dynamics = dynamics_create(&hazard, notices, count, 1e5);
    item->smoother = smoother_create(&item->knots, item->dynamics);
    emission_finish(&emission);
    hazard_finish(&hazard);
}

static void item_start(struct item *item)
{
    item_start_after(item, NULL, 0);
}

static void item_end(struct item *item)
{
    smoother_destroy(item->smoother);
    dynamics_destroy(item->dynamics);
    knots_finish(&item->knots);
}

static struct reading read_item(size_t count, struct observation *rows, double moment, double *p)
{
    struct item item = {.options = 2, .yearly = 0.1, .count = count, .rows = rows};
    struct reading reading;
    item_start(&item);
    smoother_read(item.smoother, moment, &reading, p);
    item_end(&item);
    return reading;
}

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12f is not %.12f", value, expected);
}

static void two_reports_give_the_chain_worked_out_by_hand(void **state)
{
    (void)state;
    struct item item = {.options = 2, .yearly = 36.5, .count = 2};
    struct observation rows[] = {seen(0, 0, 0), seen(10, 1, 1)};
    struct reading reading;
    double p[2];
    item.rows = rows;
    item_start(&item);
    smoother_read(item.smoother, 10.5, &reading, p);
    item_end(&item);
    /* e = e^{-1}; predicted = .75e + .5(1 − e); times 1/4 and 3/4. */
    double keep = exp(-1);
    double first = (0.75 * keep + 0.5 * (1 - keep)) * 0.25;
    double second = (0.25 * keep + 0.5 * (1 - keep)) * 0.75;
    assert_near(p[0], first / (first + second), 1e-8);
}

static void three_reports_give_the_chain_worked_out_by_hand(void **state)
{
    (void)state;
    struct item item = {.options = 2, .yearly = 36.5, .count = 3};
    struct observation rows[] = {seen(0, 0, 0), seen(10, 1, 1), seen(20, 4, 0)};
    struct reading reading;
    double p[2];
    item.rows = rows;
    item_start(&item);
    smoother_read(item.smoother, 10.5, &reading, p);
    item_end(&item);
    double keep = exp(-1);
    double half = 0.5 * (1 - keep);
    double before[] = {0.75 * keep + half, 0.25 * keep + half};
    double after[] = {keep * 0.95 + half * (0.95 + 0.05), keep * 0.05 + half * (0.95 + 0.05)};
    double first = before[0] * 0.25 * after[0];
    double second = before[1] * 0.75 * after[1];
    assert_near(p[0], first / (first + second), 1e-8);
}

static void nothing_is_said_before_the_first_visit_begins(void **state)
{
    (void)state;
    struct observation rows[] = {seen(100, 0, 1)};
    double p[2];
    struct reading before = read_item(1, rows, 100, p);
    assert_int_equal(before.standing, STANDING_UNKNOWN);
    assert_false(before.known);
    assert_near(p[0], 0.5, 0);
    assert_true(isnan(before.last_visit));
    struct reading after = read_item(1, rows, 101, NULL);
    assert_int_equal(after.standing, STANDING_LIKELY);
    assert_near(after.last_visit, 101, 0);
}

struct standing_case {
    const char *name;
    size_t count;
    struct observation rows[6];
    double moment;
    enum standing standing;
};

static void standings_follow_their_rules(void **state)
{
    (void)state;
    const struct standing_case cases[] = {
        {"no visit", 0, {seen(0, 0, 0)}, 10, STANDING_UNKNOWN},
        {"one report", 1, {seen(0, 0, 0)}, 10, STANDING_LIKELY},
        {"one excellent reporter alone", 1, {seen(0, 4, 0)}, 10, STANDING_LIKELY},
        {"two who agree", 2, {seen(0, 4, 0), seen(1, 5, 0)}, 10, STANDING_CONFIRMED},
        {"two unnamed days",
         2,
         {seen(0, CONSENSUS_NOBODY, 0), seen(1, CONSENSUS_NOBODY, 0)},
         10,
         STANDING_LIKELY},
        {"two who disagree", 2, {seen(0, 0, 0), seen(1, 1, 1)}, 10, STANDING_DISPUTED},
        {"two against one",
         3,
         {seen(0, 0, 0), seen(1, 1, 1), seen(2, 2, 0)},
         10,
         STANDING_DISPUTED},
        {"the contradiction is long past",
         3,
         {seen(0, 0, 1), seen(250, 1, 0), seen(251, 2, 0)},
         260,
         STANDING_LIKELY},
        {"181 days old", 2, {seen(0, 4, 0), seen(1, 5, 0)}, 182.6, STANDING_STALE},
        {"179 days old", 2, {seen(0, 4, 0), seen(1, 5, 0)}, 180.5, STANDING_CONFIRMED},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct observation rows[6];
        memcpy(rows, cases[i].rows, sizeof(rows));
        struct reading reading = read_item(cases[i].count, rows, cases[i].moment, NULL);
        if (reading.standing != cases[i].standing)
            fail_msg("%s: %s", cases[i].name, standing_name(reading.standing));
    }
}

static void a_light_report_is_no_knowledge(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 0, 0)};
    rows[0].weight = 0.4;
    assert_int_equal(read_item(1, rows, 5, NULL).standing, STANDING_UNKNOWN);
    rows[0].weight = 0.5;
    assert_int_not_equal(read_item(1, rows, 5, NULL).standing, STANDING_UNKNOWN);
}

/* Who comes three times in a month says it once, and that is a full report. */
static void three_thirds_contradict_as_one_report(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 0, 1), seen(1, 0, 1), seen(2, 0, 1), seen(3, 1, 0),
                                 seen(4, 2, 0)};
    consensus_weigh(rows, ARRAY_LENGTH(rows), 365, false);
    assert_true(rows[0].weight + rows[1].weight + rows[2].weight < 1);
    assert_int_equal(read_item(ARRAY_LENGTH(rows), rows, 10, NULL).standing, STANDING_DISPUTED);
}

static void a_high_hazard_makes_a_record_stale_sooner(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 4, 0)};
    struct item item = {.options = 2, .yearly = 1, .count = 1, .rows = rows};
    struct reading reading;
    item_start(&item);
    smoother_read(item.smoother, 35, &reading, NULL);
    assert_int_equal(reading.standing, STANDING_LIKELY);
    smoother_read(item.smoother, 40, &reading, NULL);
    assert_int_equal(reading.standing, STANDING_STALE);
    item_end(&item);
}

static void visits_count_once_their_interval_has_begun(void **state)
{
    (void)state;
    struct observation rows[] = {seen(20, 1, 0), seen(0, 0, 0)};
    rows[1].end = 365;
    rows[1].time = 182.5;
    struct reading early = read_item(2, rows, 10, NULL);
    assert_int_equal(early.reports, 1);
    assert_int_equal(early.reporters, 1);
    assert_near(early.last_visit, 365, 0);
    struct reading late = read_item(2, rows, 30, NULL);
    assert_int_equal(late.reports, 2);
    assert_int_equal(late.reporters, 2);
    assert_near(late.last_visit, 365, 0);
}

static void confidence_is_shown_at_most_as_97_percent(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 4, 0), seen(0, 5, 0), seen(1, 3, 0)};
    double p[2];
    struct reading reading = read_item(3, rows, 5, p);
    assert_true(p[0] > 0.98);
    assert_near(reading.confidence, 0.97, 0);
}

static void assert_sound(const struct reading *reading, const double *p, int options)
{
    double sum = 0;
    for (int k = 0; k < options; k++) {
        assert_true(p[k] >= 0 && p[k] <= 1);
        sum += p[k];
    }
    assert_near(sum, 1, 1e-9);
    assert_true(isfinite(reading->confidence));
}

static void degenerate_input_gives_numbers(void **state)
{
    (void)state;

    enum {
        MANY = 1000000
    };
    auto_free struct observation *rows = memory_zeroed(MANY, sizeof(*rows));
    for (size_t i = 0; i < MANY; i++)
        rows[i] = seen(5, (uint32_t)(i % 6), 1);
    double p[2];
    struct reading same = read_item(MANY, rows, 20000, p);
    assert_sound(&same, p, 2);
    assert_int_equal(same.reports, MANY);
    for (size_t i = 0; i < MANY; i++)
        rows[i] = seen((double)(i / (MANY / 8)), (uint32_t)(i % 6), (i / (MANY / 8)) % 2 == 0);
    struct item item = {.options = 2, .yearly = 0, .count = MANY, .rows = rows};
    item_start(&item);
    struct reading torn;
    smoother_read(item.smoother, 3.7, &torn, p);
    assert_sound(&torn, p, 2);
    auto_free struct segment *segments = NULL;
    size_t count = smoother_history(item.smoother, 30, &segments);
    for (size_t i = 0; i < count; i++) {
        assert_true(segments[i].confidence <= 0.97);
        assert_false(segments[i].has_from && !isfinite(segments[i].from.likely));
    }
    item_end(&item);
}

static void decades_of_silence_lead_back_to_not_knowing(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 4, 1), seen(1, 5, 1)};
    double p[2];
    struct reading reading = read_item(2, rows, 365 * 200, p);
    assert_near(p[1], 0.5, 1e-6);
    assert_int_equal(reading.standing, STANDING_STALE);
    assert_false(reading.known);
}

static void renaming_options_renames_the_result(void **state)
{
    (void)state;
    static const int renamed[] = {2, 0, 1};
    const int answers[] = {0, 1, 0, 2, 1, 0};
    struct observation plain[6];
    struct observation other[6];
    for (size_t i = 0; i < ARRAY_LENGTH(plain); i++) {
        plain[i] = seen(40 * (double)i, (uint32_t)i, answers[i]);
        other[i] = seen(40 * (double)i, (uint32_t)i, renamed[answers[i]]);
    }
    struct item items[] = {{.options = 3, .yearly = 0.5, .count = 6, .rows = plain},
                           {.options = 3, .yearly = 0.5, .count = 6, .rows = other}};
    struct reading readings[2];
    double p[2][3];
    for (size_t i = 0; i < 2; i++) {
        item_start(&items[i]);
        smoother_read(items[i].smoother, 130, &readings[i], p[i]);
        item_end(&items[i]);
    }
    for (int k = 0; k < 3; k++)
        assert_near(p[0][k], p[1][renamed[k]], 1e-14);
    assert_int_equal(renamed[readings[0].best], readings[1].best);
}

static void equal_evidence_twice_is_as_strong_as_its_sum(void **state)
{
    (void)state;
    struct observation one[] = {seen(0, 0, 0), seen(0, 1, 0)};
    struct observation two[] = {seen(0, 0, 0)};
    two[0].weight = 2;
    double twice[2];
    double summed[2];
    (void)read_item(2, one, 3, twice);
    (void)read_item(1, two, 3, summed);
    assert_near(twice[0], summed[0], 1e-14);
}

static void a_change_is_found_between_the_visits_that_saw_it(void **state)
{
    (void)state;
    struct observation rows[] = {seen(0, 0, 0),   seen(50, 1, 0),  seen(100, 4, 0),
                                 seen(140, 5, 1), seen(180, 2, 1), seen(230, 3, 1)};
    struct item item = {.options = 2, .yearly = 0.5, .count = ARRAY_LENGTH(rows), .rows = rows};
    item_start(&item);
    auto_free struct segment *segments = NULL;
    size_t count = smoother_history(item.smoother, 231, &segments);
    item_end(&item);
    assert_int_equal(count, 2);
    assert_false(segments[0].has_from);
    assert_true(segments[0].has_until && segments[1].has_from && !segments[1].has_until);
    assert_int_equal(segments[0].answer, 0);
    assert_int_equal(segments[1].answer, 1);
    const struct bracket *bracket = &segments[1].from;
    assert_true(bracket->earliest >= 50.5 && bracket->earliest < 110);
    assert_true(bracket->likely > 110 && bracket->likely < 130);
    assert_true(bracket->latest > 130 && bracket->latest <= 180.5);
    assert_near(segments[0].until.likely, bracket->likely, 0);
}

/* Visits of one moment that contradict each other totally leave next to nothing to normalise. They
 * are as much against what was asserted before them as two that can be told from each other. */
static void a_total_contradiction_unsays_an_assertion_before_it(void **state)
{
    (void)state;
    static const struct notice_effect asserts = {.begin = 30, .end = 31, .asserted = 2};
    static const double weights[] = {1, 200};
    for (size_t i = 0; i < ARRAY_LENGTH(weights); i++) {
        struct observation rows[] = {seen(100, 4, 0), seen(100, 5, 1)};
        rows[0].begin -= 1;
        rows[0].end += 1;
        rows[0].weight = rows[1].weight = weights[i];
        struct item item = {.options = 3, .yearly = 0.1, .count = ARRAY_LENGTH(rows), .rows = rows};
        item_start_after(&item, &asserts, 1);
        auto_free struct segment *segments = NULL;
        size_t count = smoother_history(item.smoother, 101, &segments);
        item_end(&item);
        assert_int_equal(count, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_total_contradiction_unsays_an_assertion_before_it),
        cmocka_unit_test(two_reports_give_the_chain_worked_out_by_hand),
        cmocka_unit_test(three_reports_give_the_chain_worked_out_by_hand),
        cmocka_unit_test(nothing_is_said_before_the_first_visit_begins),
        cmocka_unit_test(standings_follow_their_rules),
        cmocka_unit_test(a_light_report_is_no_knowledge),
        cmocka_unit_test(three_thirds_contradict_as_one_report),
        cmocka_unit_test(a_high_hazard_makes_a_record_stale_sooner),
        cmocka_unit_test(visits_count_once_their_interval_has_begun),
        cmocka_unit_test(confidence_is_shown_at_most_as_97_percent),
        cmocka_unit_test(degenerate_input_gives_numbers),
        cmocka_unit_test(decades_of_silence_lead_back_to_not_knowing),
        cmocka_unit_test(renaming_options_renames_the_result),
        cmocka_unit_test(equal_evidence_twice_is_as_strong_as_its_sum),
        cmocka_unit_test(a_change_is_found_between_the_visits_that_saw_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
