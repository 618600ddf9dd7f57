#ifndef ZHANJI_CONSENSUS_QUICK_H
#define ZHANJI_CONSENSUS_QUICK_H

#include <stdint.h>
#include <string.h>

/* Inlined where the number of options is a constant, so that loops over options unroll. */
#define UNROLLED static inline __attribute__((always_inline))

/*
 * e^x for −700 ≤ x ≤ 0, for the inner loop of the fit: relative error below 1e−9, the same bits
 * on every machine. x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by its Taylor series to r^8.
 */
static inline double quick_exp(double x)
{
    static const double shift = 0x1.8p52; /* adding it rounds to an integer in the low bits */
    double turns = x * 1.4426950408889634 + shift;
    uint64_t bits;
    memcpy(&bits, &turns, sizeof(bits));
    double whole = turns - shift;
    double r = (x - whole * 0x1.62e42fefa3800p-1) - whole * 0x1.ef35793c76730p-45;
    double square = r * r;
    double high = (1.0 / 720 + r * (1.0 / 5040)) + square * (1.0 / 40320);
    double low = (1.0 / 24 + r * (1.0 / 120)) + square * high;
    double series = (1 + r) + square * ((0.5 + r * (1.0 / 6)) + square * low);
    uint64_t power = (bits + 1023) << 52;
    double scale;
    memcpy(&scale, &power, sizeof(scale));
    return series * scale;
}

#endif
