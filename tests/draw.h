#ifndef ZHANJI_TESTS_DRAW_H
#define ZHANJI_TESTS_DRAW_H

#include <stdint.h>

/* Numbers by a seed, for tests and measurements that draw their own data: SplitMix64 (Steele, Lea
 * and Flood, OOPSLA 2014). */
static inline uint64_t draw_bits(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* In [0, 1). */
static inline double draw_uniform(uint64_t *state)
{
    return (double)(draw_bits(state) >> 11) * 0x1p-53;
}

/* From 0 to limit − 1. */
static inline int draw_below(uint64_t *state, int limit)
{
    return (int)(draw_uniform(state) * limit);
}

#endif
