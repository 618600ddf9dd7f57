#include <math.h>
#include <string.h>

#include "collector/consensus/quick.h"
#include "collector/consensus/still_state.h"

/*
 * The E step, and in the same pass what it counts: an item's labels are at hand once an iteration.
 * Unrolled for the usual numbers of options.
 */
enum {
    OPTIONS_FEW = 5
};

/* Makes p of logarithms, for the states. */
UNROLLED void normalise(double *sum, const size_t states)
{
    double greatest = sum[0];
    double total = 0;
    for (size_t s = 1; s < states; s++)
        greatest = sum[s] > greatest ? sum[s] : greatest;
    for (size_t s = 0; s < states; s++) {
        double below = sum[s] - greatest;
        sum[s] = quick_exp(below > -700 ? below : -700);
        total += sum[s];
    }
    for (size_t s = 0; s < states; s++)
        sum[s] /= total;
}

/* Takes the new posterior over the states; returns the largest change of a class. */
UNROLLED double keep_posterior(const double *p, float *gamma, const size_t states,
                               const size_t options)
{
    double most = 0;
    for (size_t k = 0; k < options; k++) {
        double moved = 0;
        for (size_t s = k; s < states; s += options) {
            moved += p[s] - (double)gamma[s];
            gamma[s] = (float)p[s];
        }
        most = fabs(moved) > most ? fabs(moved) : most;
    }
    return most;
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
    normalise(sum, states);
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
        count_item(still, place, states);
    }
    return moved;
}

static void clear_counts(struct still *still)
{
    size_t cells = still->labels->rows * still->states;
    memset(still->counts, 0, cells * sizeof(*still->counts));
}

void still_count_all(struct still *still)
{
    clear_counts(still);
    for (size_t place = 0; place < still->items; place++)
        count_item(still, place, still->states);
}

/* With one difficulty, and with two. */
UNROLLED double pass_few(struct still *still, const size_t options)
{
    double sum[2 * OPTIONS_FEW];
    if (still->states == options)
        return pass_over(still, sum, options, options);
    return pass_over(still, sum, 2 * options, options);
}

double still_pass(struct still *still)
{
    clear_counts(still);
    switch (still->options) {
    case 2:
        return pass_few(still, 2);
    case 3:
        return pass_few(still, 3);
    case 4:
        return pass_few(still, 4);
    case OPTIONS_FEW:
        return pass_few(still, OPTIONS_FEW);
    default:
        return pass_over(still, still->scratch, still->states, still->options);
    }
}
