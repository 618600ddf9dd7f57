#include "collector/aggregate/votes.h"

#include <math.h>

static double vote(const struct ballot *ballot, double age, double youngest)
{
    switch (ballot->method) {
    case METHOD_LATEST:
        return age <= youngest;
    case METHOD_WINDOW:
        return age <= ballot->days || age <= youngest;
    case METHOD_DECAY:
        /* From the youngest on, so that old votes do not vanish all at once. */
        return exp2(-(age - youngest) / ballot->days);
    case METHOD_MAJORITY:
    case METHOD_ZHANJI:
    case METHOD_DAWID_SKENE:
        break;
    }
    return 1;
}

uint32_t votes_count(const struct ballot *ballot, const struct observation *observations,
                     size_t count, double moment, double *shares)
{
    double sum = 0;
    double youngest = HUGE_VAL;
    uint32_t reports = 0;
    for (size_t i = 0; i < count; i++) {
        if (observations[i].begin < moment) {
            youngest = fmin(youngest, fmax(0, moment - observations[i].time));
            reports++;
        }
    }
    for (int k = 0; k < ballot->options; k++)
        shares[k] = 0;
    for (size_t i = 0; i < count; i++) {
        if (observations[i].begin < moment) {
            double age = fmax(0, moment - observations[i].time);
            double weight = vote(ballot, age, youngest);
            shares[observations[i].answer] += weight;
            sum += weight;
        }
    }
    for (int k = 0; k < ballot->options; k++)
        shares[k] = sum > 0 ? shares[k] / sum : 1.0 / ballot->options;
    return reports;
}
