#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/consensus/bursts.h"
#include "collector/consensus/fit.h"
#include "tests/unit/drawn_table.h"

/*
 * Data drawn from the model itself: items restart at a known rate, and reporters of known accuracy
 * come by chance. The rate must come back from the fit; and what is no burst must not be taken for
 * one.
 */
enum {
    ITEMS = 1500,
    DAYS = 700,
    REPORTERS = 600,
    REPORTERS_MAX = 4000,
    ROWS = 36000,
    OPTIONS = 3,
    RESTARTS_MAX = 16,
    LIARS = 12, /* in a burst */
    BURSTS = 400
};

static const double restarts_a_year = 0.2;

struct city {
    uint64_t random;
    int reporters, liars; /* the numbers of those who lie together come after the others' */
    int burst_days;
    double honesty[REPORTERS_MAX];
    int day[ITEMS][RESTARTS_MAX]; /* from which on, ascending; the first is 0 */
    int answer[ITEMS][RESTARTS_MAX];
    int restarts[ITEMS];
};

static void make_item(struct city *city, int item)
{
    double day = 0;
    int count = 0;
    while (day < DAYS && count < RESTARTS_MAX) {
        city->day[item][count] = (int)day;
        city->answer[item][count++] = draw_below(&city->random, OPTIONS);
        day -= log(1 - draw_uniform(&city->random)) * 365 / restarts_a_year;
    }
    city->restarts[item] = count;
}

static struct city *start_city(void)
{
    struct city *city = memory_zeroed(1, sizeof(*city));
    city->reporters = city->liars = REPORTERS;
    city->burst_days = 5;
    return city;
}

/* Reporters between two accuracies; the same for all if these are. */
static void make_city(uint64_t seed, double least, double most, struct city *city)
{
    city->random = seed;
    for (int r = 0; r < city->reporters; r++)
        city->honesty[r] = least + (most - least) * draw_uniform(&city->random);
    for (int item = 0; item < ITEMS; item++)
        make_item(city, item);
}

static int truth_of(const struct city *city, uint32_t item, uint32_t day)
{
    int last = 0;
    while (last + 1 < city->restarts[item] && city->day[item][last + 1] <= (int)day)
        last++;
    return city->answer[item][last];
}

static void add_honest(struct city *city, struct report_table_builder *builder)
{
    struct report_table_row row = {.weight = 1};
    row.item = (uint32_t)draw_below(&city->random, ITEMS);
    row.reporter = (uint32_t)draw_below(&city->random, city->reporters);
    row.when = (uint32_t)draw_below(&city->random, DAYS);
    int truth = truth_of(city, row.item, row.when);
    int lie = (truth + 1 + draw_below(&city->random, OPTIONS - 1)) % OPTIONS;
    row.answer =
        (uint16_t)(draw_uniform(&city->random) < city->honesty[row.reporter] ? truth : lie);
    report_table_add(builder, &row);
}

/* One lie told by many within some days. */
static void add_burst(struct city *city, struct report_table_builder *builder)
{
    uint32_t day = (uint32_t)draw_below(&city->random, DAYS - city->burst_days);
    struct report_table_row row = {.weight = 1, .item = (uint32_t)draw_below(&city->random, ITEMS)};
    row.answer = (uint16_t)((truth_of(city, row.item, day) + 1) % OPTIONS);
    for (int i = 0; i < LIARS; i++) {
        row.reporter = (uint32_t)(city->reporters + draw_below(&city->random, city->liars));
        row.when = day + (uint32_t)draw_below(&city->random, city->burst_days);
        report_table_add(builder, &row);
    }
}

static void make_table(struct city *city, int bursts, struct report_table *table)
{
    struct report_table shape =
        daily_shape(ITEMS, DAYS, (uint32_t)(city->reporters + city->liars), OPTIONS);
    struct report_table_builder *builder = report_table_builder_create();
    for (size_t i = 0; i < ROWS; i++)
        add_honest(city, builder);
    for (int i = 0; i < bursts; i++)
        add_burst(city, builder);
    report_table_build_take(builder, &shape, table);
}

/* The rate a year that is learned, λ0. */
static double learn_rate(const struct report_table *table)
{
    struct fit_options options = {.prior_accuracy = 0.75, .origin = 0};
    struct hazard hazard;
    struct fit *fit = fit_create(table, &options);
    fit_hazard(fit, 0, &hazard);
    double rate = hazard.base_rate * 365;
    hazard_finish(&hazard);
    fit_destroy(fit);
    return rate;
}

static void assert_rate(double rate, double tolerance)
{
    if (fabs(rate / restarts_a_year - 1) > tolerance)
        fail_msg("%f restarts a year, not %f", rate, restarts_a_year);
}

static double rate_of(uint64_t seed, double least, double most, int bursts, bool weighed)
{
    auto_free struct city *city = start_city();
    struct report_table table;
    make_city(seed, least, most, city);
    make_table(city, bursts, &table);
    if (weighed)
        report_table_weigh(&table, true);
    double rate = learn_rate(&table);
    report_table_finish(&table);
    return rate;
}

static void the_rate_of_restarts_comes_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        assert_rate(rate_of(seed, 0.75, 0.75, 0, false), 0.15);
}

static void it_comes_back_where_reporters_differ(void **state)
{
    (void)state;
    for (uint64_t seed = 4; seed <= 6; seed++)
        assert_rate(rate_of(seed, 0.55, 0.95, 0, false), 0.15);
}

static void it_comes_back_of_weighed_reports(void **state)
{
    (void)state;
    for (uint64_t seed = 7; seed <= 9; seed++)
        assert_rate(rate_of(seed, 0.55, 0.95, 0, true), 0.2);
}

static void bursts_move_it_little(void **state)
{
    (void)state;
    for (uint64_t seed = 10; seed <= 12; seed++)
        assert_rate(rate_of(seed, 0.55, 0.95, BURSTS, true), 0.25);
}

/* Mean accuracy, as it is learned, of few who lie together for months, again and again, among many
 * who are often wrong. */
static double trust_in_liars(uint64_t seed)
{
    auto_free struct city *city = start_city();
    struct report_table table;
    struct fit_options options = {.prior_accuracy = 0.75, .origin = 0};
    double trust = 0;
    city->reporters = REPORTERS_MAX;
    city->liars = 100;
    city->burst_days = 90;
    make_city(seed, 0.3, 0.9, city);
    make_table(city, 500, &table);
    report_table_weigh(&table, true);
    struct fit *fit = fit_create(&table, &options);
    for (int r = 0; r < city->liars; r++)
        trust += fit_accuracy(fit, (uint32_t)(city->reporters + r)) / city->liars;
    fit_destroy(fit);
    report_table_finish(&table);
    return trust;
}

static void those_who_lie_slowly_together_are_found_out(void **state)
{
    (void)state;
    for (uint64_t seed = 25; seed <= 30; seed++) {
        double trust = trust_in_liars(seed);
        if (trust > 0.3)
            fail_msg("seed %d: liars seem right %f of the time", (int)seed, trust);
    }
}

/* How much better reporters of nine reports each are thought to be than they are, in the mean. */
static double overrated(uint64_t seed, double span)
{
    auto_free struct city *city = start_city();
    struct report_table table;
    struct fit_options options = {.prior_accuracy = 0.75, .origin = 0};
    double sum = 0;
    city->reporters = REPORTERS_MAX;
    make_city(seed, 0.3, 0.9, city);
    make_table(city, 0, &table);
    table.span = span;
    report_table_weigh(&table, true);
    struct fit *fit = fit_create(&table, &options);
    for (int r = 0; r < city->reporters; r++)
        sum += fit_accuracy(fit, (uint32_t)r) - city->honesty[r];
    fit_destroy(fit);
    report_table_finish(&table);
    return sum / city->reporters;
}

static void a_large_set_tells_how_accurate_its_reporters_are(void **state)
{
    (void)state;
    for (uint64_t seed = 31; seed <= 33; seed++) {
        double large = overrated(seed, DAYS);
        double small = overrated(seed, 200);
        if (fabs(large) > 0.03 || small < 0.05)
            fail_msg("by %f, where the prior stands by %f", large, small);
    }
}

/* Mean weight of the honest and of the liars in a weighed city. */
static void weigh_city(int bursts, double *honest_out, double *lying_out)
{
    auto_free struct city *city = start_city();
    struct report_table table;
    double honest = 0;
    double lying = 0;
    make_city(20, 0.55, 0.95, city);
    make_table(city, bursts, &table);
    report_table_weigh(&table, true);
    for (size_t i = 0; i < table.count; i++)
        *(table.reporter[i] < REPORTERS ? &honest : &lying) += (double)table.weight[i];
    report_table_finish(&table);
    *honest_out = honest / ROWS;
    *lying_out = bursts > 0 ? lying / (bursts * LIARS) : 0;
}

static void bursts_are_told_from_chance(void **state)
{
    (void)state;
    double honest;
    double lying;
    weigh_city(0, &honest, &lying);
    if (honest < 0.9)
        fail_msg("%f of each honest report is left", honest);
    weigh_city(BURSTS, &honest, &lying);
    if (honest < 0.85 || lying > 1.5 / LIARS)
        fail_msg("%f of each honest report, %f of each lie", honest, lying);
}

static void judged_chances_lie_between_none_and_all_and_rise(void **state)
{
    (void)state;
    struct bursts bursts = {0};
    for (size_t step = 0; step < BURST_STEPS; step++) {
        bursts.expected[step] = exp2(-(double)step / 4);
        bursts.seen[step] = bursts.expected[step] + (step % 3 == 0 ? 0.1 : step > 20 ? 1 : 0);
    }
    bursts_judge(&bursts);
    for (size_t step = 0; step < BURST_STEPS; step++) {
        assert_true(bursts.chance[step] >= 0 && bursts.chance[step] <= 1);
        assert_true(step == 0 || bursts.chance[step] >= bursts.chance[step - 1]);
    }
    assert_true(bursts.chance[0] < 0.2 && bursts.chance[BURST_STEPS - 1] > 0.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_of_restarts_comes_back),
        cmocka_unit_test(it_comes_back_where_reporters_differ),
        cmocka_unit_test(it_comes_back_of_weighed_reports),
        cmocka_unit_test(bursts_move_it_little),
        cmocka_unit_test(those_who_lie_slowly_together_are_found_out),
        cmocka_unit_test(a_large_set_tells_how_accurate_its_reporters_are),
        cmocka_unit_test(bursts_are_told_from_chance),
        cmocka_unit_test(judged_chances_lie_between_none_and_all_and_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
