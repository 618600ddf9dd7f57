#include "collector/consensus/bursts.h"

#include <math.h>

#include "collector/consensus/answers.h"
#include "collector/consensus/weigh.h"

static const double steps_a_power = 4;
static const double least_tail = 1e-12;
static const double many_others = 32; /* expected: then t is as good as continuous */

/* Of one answer to one item: how many others a report has in its window. */
struct crowd {
    size_t reports;
    double weight;
    double others; /* expected */
};

static size_t step_of(double tail)
{
    double step = -steps_a_power * log2(fmax(tail, least_tail));
    return (size_t)fmin(fmax(step, 0), BURST_STEPS - 1);
}

/* P(X ≥ x) of a Poisson variable of few, term by term. */
static double few_tail(double others, double x)
{
    double term = exp(-others);
    double tail = 1;
    for (double k = 0; k < x && tail > least_tail; k++) {
        tail -= term;
        term *= others / (k + 1);
    }
    return tail;
}

/* The same of many: P(X ≥ x) = P(Gamma(x) ≤ mean), by Wilson and Hilferty, PNAS 17, 1931. */
static double many_tail(double others, double x)
{
    if (x < 1)
        return 1;
    double z = 3 * sqrt(x) * (cbrt(others / x) - 1 + 1 / (9 * x));
    return erfc(-z * M_SQRT1_2) / 2;
}

static void expect_few(const struct crowd *crowd, double *expected)
{
    double term = exp(-crowd->others);
    double tail = 1;
    for (double k = 0; tail > least_tail; k++) {
        expected[step_of(tail)] += (double)crowd->reports * term;
        tail -= term;
        term *= crowd->others / (k + 1);
    }
}

static void expect_many(const struct crowd *crowd, double *expected)
{
    for (size_t step = 0; step < BURST_STEPS; step++) {
        double from = exp2(-(double)step / steps_a_power);
        double to = step + 1 < BURST_STEPS ? exp2(-(double)(step + 1) / steps_a_power) : 0;
        expected[step] += (double)crowd->reports * (from - to);
    }
}

static void expect_crowd(const struct crowd *crowd, double *expected)
{
    if (crowd->others > many_others)
        expect_many(crowd, expected);
    else
        expect_few(crowd, expected);
}

/* Those who gave one answer. */
static struct crowd find_crowd(const struct observation *observations, const uint32_t *positions,
                               size_t count, double window)
{
    struct crowd crowd = {.reports = count};
    for (size_t i = 0; i < count; i++)
        crowd.weight += observations[positions[i]].weight;
    crowd.others = crowd.weight * (1 - 1 / (double)count) * window;
    return crowd;
}

static uint8_t judge_report(const struct crowd *crowd, double mass, double weight)
{
    double met = floor(mass - weight + 0.5);
    bool many = crowd->others > many_others;
    return (uint8_t)step_of(many ? many_tail(crowd->others, met) : few_tail(crowd->others, met));
}

void bursts_add(struct bursts *bursts, const struct observation *observations, size_t count,
                double span, const double *mass, uint8_t *step_out)
{
    double window = fmin(2 * WEIGH_BURST_DAYS / span, 1);
    auto_free uint32_t *positions = answers_sort(observations, count);
    for (size_t first = 0, end; first < count; first = end) {
        end = answers_end(observations, positions, count, first);
        struct crowd crowd = find_crowd(observations, positions + first, end - first, window);
        expect_crowd(&crowd, bursts->expected);
        for (size_t i = first; i < end; i++) {
            uint32_t position = positions[i];
            step_out[position] =
                judge_report(&crowd, mass[position], observations[position].weight);
            bursts->seen[step_out[position]]++;
        }
    }
}

/* Neighbouring steps with one share. */
struct pool {
    double expected, seen;
    size_t steps;
};

static bool falls(const struct pool *pool, const struct pool *next)
{
    return next->expected * pool->seen < pool->expected * next->seen;
}

void bursts_judge(struct bursts *bursts)
{
    struct pool pools[BURST_STEPS];
    size_t count = 0;
    for (size_t step = 0; step < BURST_STEPS; step++) {
        pools[count++] = (struct pool){bursts->expected[step], bursts->seen[step], 1};
        for (; count > 1 && !falls(&pools[count - 2], &pools[count - 1]); count--) {
            pools[count - 2].expected += pools[count - 1].expected;
            pools[count - 2].seen += pools[count - 1].seen;
            pools[count - 2].steps += pools[count - 1].steps;
        }
    }
    for (size_t p = 0, step = 0; p < count; p++) {
        double share = pools[p].seen > 0 ? fmin(pools[p].expected / pools[p].seen, 1) : 1;
        for (size_t end = step + pools[p].steps; step < end; step++)
            bursts->chance[step] = 1 - share;
    }
}
