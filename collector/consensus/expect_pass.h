#ifndef ZHANJI_CONSENSUS_EXPECT_PASS_H
#define ZHANJI_CONSENSUS_EXPECT_PASS_H

#include "collector/consensus/fit_state.h"
#include "collector/consensus/lanes.h"

/* What the two passes of the E step (expect.c) over an item have between them. */

/* A knot between the passes: its observations and its stop. */
struct visit {
    uint32_t first, end;
    uint32_t stop;
};

struct pass {
    const struct report_table *table;
    const float *weight;
    struct timeline *timeline;       /* NULL: truth is fixed */
    const uint32_t *record;          /* of each observation */
    unsigned char *records;          /* the question's */
    uint32_t first_record, recorded; /* which they are */
    double heaviest;
    float *gamma;
    bool watched;
    struct visit *visits;
    double *values;  /* a row a knot: likelihood, α, moved, and (keep, Σα of the knot before) */
    double *initial; /* π, and zeros to a whole vector */
    double *counted; /* expected states at the origin */
    float moved;
};

/* How many vectors hold the options. */
UNROLLED int vectors(const int options)
{
    return (options + LANES - 1) / LANES;
}

/* All ones where a vector has an option. */
UNROLLED lanes_bits there(int vector, const int options)
{
    lanes place = lanes_all(vector * LANES) + (lanes){0, 1, 2, 3};
    return (lanes_bits)(place < lanes_all(options));
}

UNROLLED double *values_of(const struct pass *pass, size_t knot, const int options)
{
    return pass->values + knot * (size_t)(3 * vectors(options) + 1) * LANES;
}

UNROLLED double *forward_of(double *values, const int options)
{
    return values + vectors(options) * LANES;
}

UNROLLED double *moved_of(double *values, const int options)
{
    return values + 2 * vectors(options) * LANES;
}

UNROLLED double *rest_of(double *values, const int options)
{
    return values + 3 * vectors(options) * LANES;
}

UNROLLED unsigned char *record_of(const struct pass *pass, size_t observation, const int options)
{
    size_t record = pass->record[observation] - pass->first_record;
    return pass->records + record * record_size((size_t)options);
}

UNROLLED lanes sum_stored(const double *row, const int options)
{
    lanes sum = lanes_load(row);
    for (int v = 1; v < vectors(options); v++)
        sum += lanes_load(row + v * LANES);
    return lanes_sum(sum);
}

UNROLLED lanes sum_of(const lanes *vector, const int options)
{
    lanes sum = vector[0];
    for (int v = 1; v < vectors(options); v++)
        sum += vector[v];
    return lanes_sum(sum);
}

#endif
