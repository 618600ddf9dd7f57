#ifndef ZHANJI_CONSENSUS_EXACT_H
#define ZHANJI_CONSENSUS_EXACT_H

/*
 * Rounds to a multiple of 2^−30 (|x| < 2^21). Sums of such numbers are exact up to 2^23, and so do
 * not depend on the order in which they are taken: rows of one time need no order among them.
 */
static inline double exact(double x)
{
    static const double shift = 0x1.8p22; /* adding it drops what is finer */
    return (x + shift) - shift;
}

#endif
