#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/consensus/consensus.h"
#include "tests/unit/drawn_table.h"

/*
 * Items drawn from the model with known rates and accuracies. A change of answer that history
 * claims is as often true as both answers were sure, so how many claims are false says what the
 * reports are like, and is no fault to be tuned away.
 */
enum {
    ITEMS = 40000,
    DAYS = 700,
    VISITS = 20,
    OPTIONS = 3,
    CHANGES_MAX = 16
};

static const double restarts_a_year = 0.15;
static const double accuracy = 0.65;
/* An answer is so on some day of a segment a little more often than on the day it is surest. */
static const double some_day = 0.08;

struct truth {
    size_t count;
    double day[CHANGES_MAX]; /* from which on */
    int answer[CHANGES_MAX];
};

struct tally {
    double claims, chance, right;
};

static void draw_truth(uint64_t *random, struct truth *truth)
{
    *truth = (struct truth){0};
    for (double day = 0; day < DAYS && truth->count < CHANGES_MAX;
         day -= log(1 - draw_uniform(random)) * 365 / restarts_a_year) {
        int answer = draw_below(random, OPTIONS);
        if (truth->count > 0 && truth->answer[truth->count - 1] == answer)
            continue;
        truth->day[truth->count] = day;
        truth->answer[truth->count++] = answer;
    }
}

static int answer_on(const struct truth *truth, double day)
{
    size_t last = 0;
    while (last + 1 < truth->count && truth->day[last + 1] <= day)
        last++;
    return truth->answer[last];
}

/* Visits of different reporters on ascending days. */
static void draw_visits(uint64_t *random, const struct truth *truth, struct observation *visits)
{
    for (int i = 0; i < VISITS; i++) {
        double begin = i * DAYS / VISITS + draw_below(random, DAYS / VISITS);
        int answer = answer_on(truth, begin + 0.5);
        if (draw_uniform(random) >= accuracy)
            answer = (answer + 1 + draw_below(random, OPTIONS - 1)) % OPTIONS;
        visits[i] = (struct observation){.order = (uint64_t)i,
                                         .reporter = (uint32_t)i,
                                         .answer = (uint16_t)answer,
                                         .begin = begin,
                                         .end = begin + 1,
                                         .time = begin + 0.5,
                                         .weight = 1};
    }
}

/* Whether an answer was so on some day of a segment. */
static bool was_so(const struct truth *truth, const struct segment *segment)
{
    double begin = segment->has_from ? segment->from.likely : 0;
    double end = segment->has_until ? segment->until.likely : DAYS;
    for (size_t i = 0; i < truth->count; i++) {
        double left = i + 1 < truth->count ? truth->day[i + 1] : DAYS;
        if (truth->answer[i] == segment->answer && truth->day[i] < end && left > begin)
            return true;
    }
    return false;
}

/* Claims with a chance in [least, most). */
static void count_claims(const struct truth *truth, const struct segment *segments, size_t count,
                         double least, double most, struct tally *tally)
{
    for (size_t i = 1; i < count; i++) {
        double chance = segments[i - 1].confidence * segments[i].confidence;
        if (!segments[i].has_from || chance < least || chance >= most)
            continue;
        tally->claims += 1;
        tally->chance += chance;
        tally->right += was_so(truth, &segments[i - 1]) && was_so(truth, &segments[i]);
    }
}

static void read_item(uint64_t *random, const struct emission *emission,
                      const struct dynamics *dynamics, double least, double most,
                      struct tally *tally)
{
    struct truth truth;
    struct observation visits[VISITS];
    double known[VISITS];
    struct knots knots;
    struct segment *segments;
    draw_truth(random, &truth);
    draw_visits(random, &truth, visits);
    for (int i = 0; i < VISITS; i++)
        known[i] = accuracy;
    knots_build(visits, VISITS, emission, known, accuracy, &knots);
    struct smoother *smoother = smoother_create(&knots, dynamics);
    size_t count = smoother_history(smoother, DAYS, &segments);
    count_claims(&truth, segments, count, least, most, tally);
    free(segments);
    smoother_destroy(smoother);
    knots_finish(&knots);
}

static struct tally tally_claims(double least, double most)
{
    uint64_t random = 11;
    struct tally tally = {0};
    struct emission emission;
    struct hazard hazard;
    emission_uniform(OPTIONS, &emission);
    hazard_constant(OPTIONS, 0, restarts_a_year / 365, &hazard);
    struct dynamics *dynamics = dynamics_create(&hazard, NULL, 0, DAYS);
    for (int i = 0; i < ITEMS; i++)
        read_item(&random, &emission, dynamics, least, most, &tally);
    dynamics_destroy(dynamics);
    emission_finish(&emission);
    hazard_finish(&hazard);
    return tally;
}

static void claims_are_as_often_true_as_they_are_sure(void **state)
{
    (void)state;
    const double edges[] = {0.5, 0.65, 0.8, 0.93};
    for (size_t i = 0; i + 1 < ARRAY_LENGTH(edges); i++) {
        struct tally tally = tally_claims(edges[i], edges[i + 1]);
        double wanted = tally.chance / tally.claims;
        double right = tally.right / tally.claims;
        double deviation = sqrt(wanted * (1 - wanted) / tally.claims);
        assert_true(tally.claims > 200);
        if (right < wanted - 3 * deviation || right > wanted + some_day)
            fail_msg("%.0f claims: %f are true, %f were taken to be (± %f)", tally.claims, right,
                     wanted, deviation);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_are_as_often_true_as_they_are_sure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
