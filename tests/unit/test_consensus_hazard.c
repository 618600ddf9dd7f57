#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/consensus/fit.h"
#include "tests/unit/drawn_table.h"

/*
 * What the fit learns of when things change: lone changes spread evenly, with or without a day on
 * which many items change together.
 */
enum {
    ITEMS = 1200,
    DAYS = 600,
    REPORTERS = 300,
    ROWS = 24000,
    CITY_DAY = 430,
    OPTIONS = 3
};

static const double restarts_a_year = 0.3;
static const double honesty = 0.8;

struct city {
    uint64_t random;
    bool has_city_day;
    int first[ITEMS];  /* the first answer */
    int day[ITEMS];    /* of the lone restart */
    int second[ITEMS]; /* and where it leads */
    bool joins[ITEMS]; /* goes to option 1 on the city's day */
};

static int truth_of(const struct city *city, int item, int day)
{
    if (city->has_city_day && city->joins[item] && day >= CITY_DAY)
        return 1;
    return day >= city->day[item] ? city->second[item] : city->first[item];
}

static void make_city(uint64_t seed, bool has_city_day, struct city *city)
{
    *city = (struct city){.random = seed, .has_city_day = has_city_day};
    for (int i = 0; i < ITEMS; i++) {
        city->first[i] = draw_below(&city->random, OPTIONS);
        city->second[i] = draw_below(&city->random, OPTIONS);
        city->day[i] = (int)(-log(1 - draw_uniform(&city->random)) * 365 / restarts_a_year);
        city->joins[i] = draw_uniform(&city->random) < 0.5;
    }
}

static void make_table(struct city *city, struct report_table *table)
{
    struct report_table shape = daily_shape(ITEMS, DAYS, REPORTERS, OPTIONS);
    struct report_table_builder *builder = report_table_builder_create();
    for (size_t i = 0; i < ROWS; i++) {
        struct report_table_row row = {.weight = 1};
        row.item = (uint32_t)draw_below(&city->random, ITEMS);
        row.reporter = (uint32_t)draw_below(&city->random, REPORTERS);
        row.when = (uint32_t)draw_below(&city->random, DAYS);
        int truth = truth_of(city, (int)row.item, (int)row.when);
        int lie = (truth + 1 + draw_below(&city->random, OPTIONS - 1)) % OPTIONS;
        row.answer = (uint16_t)(draw_uniform(&city->random) < honesty ? truth : lie);
        report_table_add(builder, &row);
    }
    report_table_build_take(builder, &shape, table);
}

/* The hazard that is learned in a city, and how many of its days count as citywide changes. */
static size_t learn(uint64_t seed, bool has_city_day, struct hazard *hazard_out)
{
    auto_free struct city *city = memory_zeroed(1, sizeof(*city));
    struct report_table table;
    make_city(seed, has_city_day, city);
    make_table(city, &table);
    struct fit_options options = {.prior_accuracy = 0.75, .origin = 0};
    struct fit *fit = fit_create(&table, &options);
    fit_hazard(fit, 0, hazard_out);
    fit_destroy(fit);
    report_table_finish(&table);
    size_t accepted = 0;
    for (size_t b = 0; b < hazard_out->bins; b++)
        accepted += hazard_out->accepted[b];
    return accepted;
}

static void lone_changes_make_no_citywide_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct hazard hazard;
        size_t accepted = learn(seed, false, &hazard);
        double yearly = hazard.base_rate * 365;
        assert_int_equal(accepted, 0);
        if (!(yearly > 0.6 * restarts_a_year && yearly < 1.4 * restarts_a_year))
            fail_msg("%f restarts a year", yearly);
        hazard_finish(&hazard);
    }
}

static void a_citywide_change_stands_out_of_lone_ones(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct hazard hazard;
        size_t accepted = learn(seed, true, &hazard);
        double reached = 0;
        for (size_t b = CITY_DAY - 5; b <= CITY_DAY + 5; b++)
            reached += hazard.rate[b];
        assert_true(hazard.accepted[CITY_DAY]);
        assert_true(accepted < 45);
        /* Half of the items restart, into option 1. */
        assert_true(1 - exp(-reached) > 0.35 && 1 - exp(-reached) < 0.65);
        assert_true(hazard.target[CITY_DAY * OPTIONS + 1] > 0.8);
        assert_true(hazard.base_rate * 365 > 0.5 * restarts_a_year);
        hazard_finish(&hazard);
    }
}

/* Claimed changes to the answer that the lone restart leads to, and how many brackets hold it. */
struct claims {
    int made, covered;
};

static void judge_item(const struct city *city, int item, const struct segment *segments,
                       size_t count, struct claims *claims)
{
    for (size_t i = 0; i < count; i++) {
        const struct bracket *from = &segments[i].from;
        double day = city->day[item];
        if (segments[i].has_from && segments[i].answer == city->second[item] &&
            fabs(from->likely - day) <= 120) {
            claims->made++;
            claims->covered += floor(from->earliest) <= day && day <= from->latest;
        }
    }
}

static void judge_items(const struct city *city, const struct fit *fit,
                        const struct report_table *table, struct claims *claims)
{
    struct hazard hazard;
    fit_hazard(fit, 0, &hazard);
    struct dynamics *dynamics = dynamics_create(&hazard, NULL, 0, DAYS);
    auto_free struct observation *scratch =
        memory_zeroed(report_table_largest(table), sizeof(*scratch));
    for (int item = 0; item < ITEMS; item++) {
        struct knots knots;
        auto_free struct segment *segments = NULL;
        fit_knots(fit, (size_t)item, scratch, &knots);
        struct smoother *smoother = smoother_create(&knots, dynamics);
        size_t count = smoother_history(smoother, DAYS, &segments);
        judge_item(city, item, segments, count, claims);
        smoother_destroy(smoother);
        knots_finish(&knots);
    }
    dynamics_destroy(dynamics);
    hazard_finish(&hazard);
}

static void nine_brackets_of_ten_hold_the_lone_change(void **state)
{
    (void)state;
    struct claims claims = {0};
    for (uint64_t seed = 11; seed <= 13; seed++) {
        auto_free struct city *city = memory_zeroed(1, sizeof(*city));
        struct report_table table;
        make_city(seed, false, city);
        make_table(city, &table);
        struct fit_options options = {.prior_accuracy = 0.75, .origin = 0};
        struct fit *fit = fit_create(&table, &options);
        judge_items(city, fit, &table, &claims);
        fit_destroy(fit);
        report_table_finish(&table);
    }
    double share = (double)claims.covered / claims.made;
    assert_true(claims.made > 200);
    if (!(share > 0.86 && share < 0.94))
        fail_msg("%d of %d", claims.covered, claims.made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nine_brackets_of_ten_hold_the_lone_change),
        cmocka_unit_test(lone_changes_make_no_citywide_one),
        cmocka_unit_test(a_citywide_change_stands_out_of_lone_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
