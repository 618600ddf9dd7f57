#ifndef ZHANJI_BENCH_DISTRIBUTIONS_H
#define ZHANJI_BENCH_DISTRIBUTIONS_H

#include <math.h>

#include "tests/draw.h"

/* Draws from distributions, by a seed that moves on. */

/* In (0, 1): its logarithm is a number. */
static inline double draw_inside(uint64_t *random)
{
    return ((double)(draw_bits(random) >> 11) + 0.5) * 0x1p-53;
}

static inline double draw_normal(uint64_t *random)
{
    double radius = sqrt(-2 * log(draw_inside(random)));
    return radius * cos(2 * M_PI * draw_inside(random));
}

/* Marsaglia and Tsang, ACM Transactions on Mathematical Software 26, 2000. */
static inline double draw_gamma(uint64_t *random, double shape)
{
    if (shape < 1)
        return draw_gamma(random, shape + 1) * pow(draw_inside(random), 1 / shape);
    double d = shape - 1.0 / 3;
    for (;;) {
        double x = draw_normal(random);
        double v = pow(1 + x / sqrt(9 * d), 3);
        if (v > 0 && log(draw_inside(random)) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

static inline double draw_beta(uint64_t *random, double mean, double weight)
{
    double a = draw_gamma(random, mean * weight);
    return a / (a + draw_gamma(random, (1 - mean) * weight));
}

/* An index of shares that sum to 1. */
static inline int draw_share(uint64_t *random, const double *share, int count)
{
    double wanted = draw_inside(random);
    int k = 0;
    while (k < count - 1 && wanted >= share[k])
        wanted -= share[k++];
    return k;
}

static inline void make_one(double *share, int count)
{
    double sum = 0;
    for (int k = 0; k < count; k++)
        sum += share[k];
    for (int k = 0; k < count; k++)
        share[k] /= sum;
}

#endif
