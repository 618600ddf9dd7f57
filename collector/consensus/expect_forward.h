#ifndef ZHANJI_CONSENSUS_EXPECT_FORWARD_H
#define ZHANJI_CONSENSUS_EXPECT_FORWARD_H

#include <math.h>

#include "collector/consensus/expect_pass.h"

/* The E step's way forward over an item: evidence, steps, α (the formulas are in expect.c). */
enum {
    LOOK_AHEAD = 16
};

static const double least_log = -138;  /* of a likelihood beside the greatest of its knot */
static const double surest_log = 13.9; /* −log of the least θ */
static const double least_moved = 1e-100;
static const double least_total = 0x1p-200;
static const double lift = 0x1p200;

/* Records of many reporters are far apart: asks for what the next observations will read, and
 * what the way back will write. */
UNROLLED void look_ahead(const struct pass *pass, size_t observation, const int options)
{
    size_t ahead = observation + LOOK_AHEAD;
    if (ahead < pass->table->count && pass->record[ahead] - pass->first_record < pass->recorded)
        __builtin_prefetch(record_of(pass, ahead, options), 1);
}

/* Of many observations at once: from the greatest on, and no less than e^x can be. */
static void shift_evidence(lanes *sum, int options)
{
    double plain[LANES_MOST * LANES];
    memcpy(plain, sum, (size_t)vectors(options) * sizeof(*sum));
    double greatest = plain[0];
    for (int k = 1; k < options; k++)
        greatest = fmax(greatest, plain[k]);
    for (int k = 0; k < options; k++)
        plain[k] = fmax(plain[k] - greatest, least_log);
    memcpy(sum, plain, (size_t)vectors(options) * sizeof(*sum));
}

/* Lik of a knot. */
UNROLLED void weigh_evidence(const struct pass *pass, const struct visit *visit, lanes *likelihood,
                             const int options)
{
    lanes sum[LANES_MOST];
    for (int v = 0; v < vectors(options); v++)
        sum[v] = lanes_all(0);
    for (size_t i = visit->first; i < visit->end; i++) {
        const float *chances = record_chances(record_of(pass, i, options));
        double weight = (double)pass->weight[i];
        look_ahead(pass, i, options);
        for (int v = 0; v < vectors(options); v++)
            sum[v] += weight * lanes_load_narrow(chances + v * LANES);
    }
    if (pass->heaviest * surest_log * (visit->end - visit->first) > -least_log)
        shift_evidence(sum, options);
    for (int v = 0; v < vectors(options); v++)
        likelihood[v] = lanes_where(there(v, options), lanes_exp(sum[v]));
}

/* keep and moved between two stops of different blocks. */
static double step_over_blocks(const struct timeline *timeline, size_t from, size_t to,
                               double *moved)
{
    UNCLEARED double step[1 + CONSENSUS_OPTIONS_MAX];
    chain_step(&timeline->chain, timeline->stop[from].time, timeline->stop[to].time, step);
    for (int l = 0; l < timeline->options; l++)
        moved[l] = step[1 + l] + least_moved;
    return step[0];
}

/* keep and moved between two stops; moved is above zero by so much that no contradiction,
 * however total, leaves nothing. */
UNROLLED double step_over(const struct pass *pass, size_t from, size_t to, double *moved,
                          const int options)
{
    const struct timeline *timeline = pass->timeline;
    const struct stop *start = &timeline->stop[from];
    const struct stop *end = &timeline->stop[to];
    const double *before = timeline->stop_grown + from * timeline->width;
    const double *after = timeline->stop_grown + to * timeline->width;
    for (int v = 0; v < vectors(options); v++) {
        lanes gained = lanes_load(after + v * LANES) - lanes_load(before + v * LANES);
        lanes floor = lanes_where(there(v, options), lanes_all(least_moved));
        lanes_store(moved + v * LANES, end->shrunk_to * gained + floor);
    }
    if (start->block != end->block)
        return step_over_blocks(timeline, from, to, moved);
    return start->grown_to * end->shrunk_to;
}

UNROLLED double stay(double *moved, const int options)
{
    for (int v = 0; v < vectors(options); v++)
        lanes_store(moved + v * LANES, lanes_all(0));
    return 1;
}

/* α of a knot from that of the one before; `total` is Σα. */
UNROLLED void step_forward(double *values, lanes *forward, lanes *total, lanes *likelihood,
                           const int options)
{
    const double *moved = moved_of(values, options);
    lanes keep = lanes_all(rest_of(values, options)[0]);
    rest_of(values, options)[1] = (*total)[0];
    for (int v = 0; v < vectors(options); v++) {
        lanes predicted = keep * forward[v] + lanes_load(moved + v * LANES) * *total;
        forward[v] = predicted * likelihood[v];
    }
    *total = sum_of(forward, options);
    if ((*total)[0] < least_total) {
        *total *= lift;
        for (int v = 0; v < vectors(options); v++) {
            forward[v] *= lift;
            likelihood[v] *= lift;
        }
    }
    for (int v = 0; v < vectors(options); v++) {
        lanes_store(values + v * LANES, likelihood[v]);
        lanes_store(forward_of(values, options) + v * LANES, forward[v]);
    }
}

/* Finds the knots of an item and carries α over them. Returns how many. */
UNROLLED size_t pass_forward(struct pass *pass, size_t item, const int options)
{
    const struct report_table *table = pass->table;
    uint32_t end = table->first[item + 1];
    size_t stop = table->intervals;
    size_t count = 0;
    lanes forward[LANES_MOST];
    lanes likelihood[LANES_MOST];
    for (int v = 0; v < vectors(options); v++)
        forward[v] = lanes_load(pass->initial + v * LANES);
    lanes total = sum_stored(pass->initial, options);
    for (uint32_t i = table->first[item]; i < end; count++) {
        struct visit *visit = &pass->visits[count];
        double *values = values_of(pass, count, options);
        double *moved = moved_of(values, options);
        *visit = (struct visit){i, i, table->when[i]};
        while (i < end && (!pass->timeline || table->when[i] == visit->stop))
            i++;
        visit->end = i;
        weigh_evidence(pass, visit, likelihood, options);
        rest_of(values, options)[0] = pass->timeline
                                          ? step_over(pass, stop, visit->stop, moved, options)
                                          : stay(moved, options);
        step_forward(values, forward, &total, likelihood, options);
        stop = visit->stop;
    }
    return count;
}

#endif
