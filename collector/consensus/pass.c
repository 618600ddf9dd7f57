#include <math.h>
#include <string.h>

#include "collector/consensus/kernel.h"
#include "collector/consensus/lanes.h"
#include "collector/consensus/still_state.h"

/*
 * The E step, and in the same pass what it counts: an item's labels are at hand once an iteration.
 * Unrolled for the usual numbers of options.
 */
enum {
    OPTIONS_USUAL = 5
};

static const double least_log = -700;
static const double least_counted = 1e-12; /* of a posterior over many states */

UNROLLED double greatest_of(const double *values, const size_t count)
{
    lanes greatest = lanes_all(values[0]);
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        greatest = lanes_greater(lanes_load(values + i), greatest);
    for (; i < count; i++)
        greatest = lanes_greater(lanes_all(values[i]), greatest);
    greatest = lanes_greater(greatest, __builtin_shufflevector(greatest, greatest, 2, 3, 0, 1));
    return greatest[0] > greatest[1] ? greatest[0] : greatest[1];
}

/* Makes p of logarithms, for the states. */
UNROLLED void normalise(double *sum, const size_t states, const bool many)
{
    double greatest = greatest_of(sum, states);
    size_t from = 0;
    for (; from + LANES <= states; from += LANES) {
        lanes below = lanes_load(sum + from) - greatest;
        lanes_store(sum + from, lanes_exp(lanes_greater(below, lanes_all(least_log))));
    }
    for (size_t s = from; s < states; s++) {
        double below = sum[s] - greatest;
        sum[s] = quick_exp(below > least_log ? below : least_log);
    }
    double total = still_sum(0, sum, states, many);
    for (size_t s = 0; s < states; s++)
        sum[s] /= total;
}

/* Takes the new posterior over the states; returns the largest change of a class. */
UNROLLED double keep_posterior(double *p, float *gamma, const size_t states, const size_t options)
{
    for (size_t s = 0; s < states; s++) {
        double before = (double)gamma[s];
        gamma[s] = (float)p[s];
        p[s] -= before;
    }
    for (size_t s = options; s < states; s++)
        p[s - options] += p[s];
    for (size_t k = 0; k < options; k++)
        p[k] = fabs(p[k]);
    return greatest_of(p, options);
}

UNROLLED void count_item(struct still *still, size_t place, const size_t states)
{
    const float *gamma = still->gamma + place * states;
    for (size_t i = still->first_learned[place]; i < still->first_learned[place + 1]; i++) {
        double *row = still->counts + still->learned[i].row * states;
        double weight = (double)still->learned[i].weight;
        for (size_t s = 0; s < states; s++)
            row[s] += weight * (double)gamma[s];
    }
}

/* Of many states few are likely, and then these alone are counted. */
static void count_many(struct still *still, size_t place)
{
    const float *gamma = still->gamma + place * still->states;
    uint32_t *likely = still->likely;
    size_t count = 0;
    for (size_t s = 0; s < still->states; s++) {
        likely[count] = (uint32_t)s;
        count += (double)gamma[s] > least_counted;
    }
    if (count > still->states / LANES) {
        count_item(still, place, still->states);
        return;
    }
    for (size_t i = still->first_learned[place]; i < still->first_learned[place + 1]; i++) {
        double *row = still->counts + still->learned[i].row * still->states;
        double weight = (double)still->learned[i].weight;
        for (size_t n = 0; n < count; n++)
            row[likely[n]] += weight * (double)gamma[likely[n]];
    }
}

UNROLLED double expect_item(struct still *still, size_t place, double *sum, const size_t states,
                            const size_t options)
{
    for (size_t s = 0; s < states; s++)
        sum[s] = still->log_prior[s];
    for (size_t i = still->first_learned[place]; i < still->first_learned[place + 1]; i++) {
        const float *row = still->log_chance + still->learned[i].row * states;
        double weight = (double)still->learned[i].weight;
        for (size_t s = 0; s < states; s++)
            sum[s] += weight * (double)row[s];
    }
    normalise(sum, states, options > STILL_FEW);
    return keep_posterior(sum, still->gamma + place * states, states, options);
}

/* `sum` has room for the states. */
UNROLLED double pass_over(struct still *still, double *sum, const size_t states,
                          const size_t options)
{
    double moved = 0;
    for (size_t place = 0; place < still->items; place++) {
        double change = expect_item(still, place, sum, states, options);
        moved = change > moved ? change : moved;
        if (options > STILL_FEW)
            count_many(still, place);
        else
            count_item(still, place, states);
    }
    return moved;
}

void KERNEL(still_sum_states)(const struct still *still, double *sum)
{
    const float *gamma = still->gamma;
    for (size_t s = 0; s < still->states; s++)
        sum[s] = 1 / (double)still->states;
    for (size_t place = 0; place < still->items; place++, gamma += still->states)
        for (size_t s = 0; s < still->states; s++)
            sum[s] += (double)gamma[s];
}

static void clear_counts(struct still *still)
{
    size_t cells = still->labels->rows * still->states;
    memset(still->counts, 0, cells * sizeof(*still->counts));
}

void KERNEL(still_count_all)(struct still *still)
{
    clear_counts(still);
    for (size_t place = 0; place < still->items; place++)
        count_item(still, place, still->states);
}

/* With one difficulty, and with two. */
UNROLLED double pass_few(struct still *still, const size_t options)
{
    double sum[2 * OPTIONS_USUAL];
    if (still->states == options)
        return pass_over(still, sum, options, options);
    return pass_over(still, sum, 2 * options, options);
}

double KERNEL(still_pass)(struct still *still)
{
    clear_counts(still);
    switch (still->options) {
    case 2:
        return pass_few(still, 2);
    case 3:
        return pass_few(still, 3);
    case 4:
        return pass_few(still, 4);
    case OPTIONS_USUAL:
        return pass_few(still, OPTIONS_USUAL);
    default:
        return pass_over(still, still->scratch, still->states, still->options);
    }
}
