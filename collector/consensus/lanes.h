#ifndef ZHANJI_CONSENSUS_LANES_H
#define ZHANJI_CONSENSUS_LANES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "collector/consensus/consensus.h"
#include "collector/consensus/quick.h"

/*
 * Options side by side, for the inner loops of the fit: four doubles that the processor adds and
 * multiplies at once where it can (GCC and Clang vectors). Every operation is IEEE's own, none is
 * fused, and sums are always taken in the same order: so all machines give the same bits.
 */
enum {
    LANES = 4,
    /* Vectors that hold all options there can be and one number more. */
    LANES_MOST = CONSENSUS_OPTIONS_MAX / LANES + 1
};

typedef double lanes __attribute__((vector_size(32)));
typedef double lanes_pair __attribute__((vector_size(16)));
typedef uint64_t lanes_bits __attribute__((vector_size(32)));
typedef float lanes_narrow __attribute__((vector_size(16)));

UNROLLED lanes lanes_all(double value)
{
    return (lanes){value, value, value, value};
}

UNROLLED lanes lanes_load(const double *from)
{
    lanes loaded;
    memcpy(&loaded, from, sizeof(loaded));
    return loaded;
}

UNROLLED void lanes_store(double *to, lanes value)
{
    memcpy(to, &value, sizeof(value));
}

UNROLLED lanes lanes_load_narrow(const float *from)
{
    lanes_narrow loaded;
    memcpy(&loaded, from, sizeof(loaded));
    return __builtin_convertvector(loaded, lanes);
}

UNROLLED void lanes_store_narrow(float *to, lanes value)
{
    lanes_narrow stored = __builtin_convertvector(value, lanes_narrow);
    memcpy(to, &stored, sizeof(stored));
}

/* Adds the first or the second two lanes to what is there. */
UNROLLED void lanes_add_pair(double *to, lanes value, bool second)
{
    lanes_pair added = second ? __builtin_shufflevector(value, value, 2, 3)
                              : __builtin_shufflevector(value, value, 0, 1);
    lanes_pair there;
    memcpy(&there, to, sizeof(there));
    there += added;
    memcpy(to, &there, sizeof(there));
}

/* The sum of all four, in every lane. */
UNROLLED lanes lanes_sum(lanes value)
{
    lanes pairs = value + __builtin_shufflevector(value, value, 2, 3, 0, 1);
    return pairs + __builtin_shufflevector(pairs, pairs, 1, 0, 3, 2);
}

/* `value` where the mask is all ones, zero where it is zero. */
UNROLLED lanes lanes_where(lanes_bits mask, lanes value)
{
    return (lanes)((lanes_bits)value & mask);
}

/* The greater one of each lane. */
UNROLLED lanes lanes_greater(lanes left, lanes right)
{
    lanes_bits first = (lanes_bits)(left > right);
    return lanes_where(first, left) + lanes_where(~first, right);
}

/*
 * e^x for −700 ≤ x ≤ 0: relative error below 1e−9. x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by its
 * Taylor series to r^8.
 */
UNROLLED lanes lanes_exp(lanes x)
{
    const double shift = 0x1.8p52; /* adding it rounds to an integer in the low bits */
    lanes turns = x * 1.4426950408889634 + shift;
    lanes whole = turns - shift;
    lanes r = (x - whole * 0x1.62e42fefa3800p-1) - whole * 0x1.ef35793c76730p-45;
    lanes square = r * r;
    lanes high = (1.0 / 720 + r * (1.0 / 5040)) + square * (1.0 / 40320);
    lanes low = (1.0 / 24 + r * (1.0 / 120)) + square * high;
    lanes series = (1 + r) + square * ((0.5 + r * (1.0 / 6)) + square * low);
    lanes_bits power = ((lanes_bits)turns + 1023) << 52;
    return series * (lanes)power;
}

/*
 * The natural logarithm of a normal number above 0: absolute error below 1e−9 for 1e−7 ≤ x ≤ 1.
 * x = 2^n·m with m near 1; log m = 2·artanh((m − 1)/(m + 1)) by its series to the 11th power.
 */
UNROLLED lanes lanes_log(lanes x)
{
    const uint64_t half = 0x3fe6a09e667f3bcd; /* the bits of √½ */
    const uint64_t one = 0x3ff0000000000000;
    const double magic = 0x1p52; /* an integer in its low bits is added to it */
    lanes_bits shifted = (lanes_bits)x + (one - half);
    lanes_bits exponent = shifted >> 52;
    lanes turns = (lanes)(exponent | 0x4330000000000000) - (magic + 1023);
    lanes mantissa = (lanes)((lanes_bits)x - ((exponent - 1023) << 52));
    lanes s = (mantissa - 1) / (mantissa + 1);
    lanes square = s * s;
    lanes series = 1.0 / 9 + square * (1.0 / 11);
    series = 1.0 / 5 + square * (1.0 / 7 + square * series);
    series = 1 + square * (1.0 / 3 + square * series);
    return turns * 0x1.62e42fefa39efp-1 + 2 * s * series;
}

#endif
