#include "collector/consensus/kernel.h"

#include <math.h>

#include "collector/consensus/expect_forward.h"
#include "collector/consensus/gap.h"

/*
 * The E step (consensus.md §5). Per knot j (the observations of one interval), not scaled:
 *   α_k = (keep·α_{j−1,k} + moved_k·Σα_{j−1})·Lik_j(k)
 *   b_k = Lik_j(k)·β_j,k,  β_{j−1,k} = keep·b_k + Σ_l moved_l b_l
 * so that Σ_k α_k β_k is the same at every knot, the chance Z of all that was said, and
 *   γ = αβ/Z,  N[r][k][a] += w·γ_k,  and b·Σα_{j−1}/Z is the b of consensus.md,
 * with which the restarts of the gap before j are counted (gap.h). Numbers that become small are
 * multiplied by a power of two, which changes no digit. Loops over options are unrolled: the
 * functions here are always inlined with a constant count.
 */

/* What is kept of γ: how far it moved. */
UNROLLED void watch(struct pass *pass, size_t observation, const lanes *gamma, const int options)
{
    int answer = pass->table->answer[observation];
    double plain[LANES];
    lanes_store(plain, gamma[options > LANES ? answer / LANES : 0]);
    float now = (float)plain[answer % LANES];
    float moved = fabsf(now - pass->gamma[observation]);
    pass->gamma[observation] = now;
    pass->moved = moved > pass->moved ? moved : pass->moved;
}

/* N of a knot. */
UNROLLED void count_answers(struct pass *pass, const struct visit *visit, const lanes *gamma,
                            const int options)
{
    for (size_t i = visit->first; i < visit->end; i++) {
        double *counts = record_counts(record_of(pass, i, options), (size_t)options);
        double weight = (double)pass->weight[i];
        int whole = options > LANES ? options / LANES : 0;
        for (int v = 0; v < whole; v++) {
            double *to = counts + v * LANES;
            lanes_store(to, lanes_load(to) + weight * gamma[v]);
        }
        for (int p = 2 * whole; p < options / 2; p++)
            lanes_add_pair(counts + 2 * p, weight * gamma[p / 2], p % 2 == 1);
        if (pass->watched)
            watch(pass, i, gamma, options);
    }
}

/* γ and b of a knot from its β, which becomes that of the knot before. */
UNROLLED void step_back(const double *values, lanes inverse, lanes *beta, lanes *gamma,
                        lanes *backward, const int options)
{
    const double *forward = values + vectors(options) * LANES;
    const double *moved = forward + vectors(options) * LANES;
    lanes keep = lanes_all(moved[vectors(options) * LANES]);
    lanes moving = lanes_all(0);
    for (int v = 0; v < vectors(options); v++) {
        gamma[v] = lanes_load(forward + v * LANES) * inverse * beta[v];
        backward[v] = lanes_load(values + v * LANES) * beta[v];
        lanes part = lanes_load(moved + v * LANES) * backward[v];
        moving = v == 0 ? part : moving + part;
    }
    lanes sum = lanes_sum(moving);
    for (int v = 0; v < vectors(options); v++)
        beta[v] = keep * backward[v] + sum;
}

/* The expected state at the origin. */
UNROLLED void count_initial(struct pass *pass, const lanes *beta, const int options)
{
    lanes state[LANES_MOST];
    for (int v = 0; v < vectors(options); v++)
        state[v] = lanes_load(pass->initial + v * LANES) * beta[v];
    lanes sum = sum_of(state, options);
    for (int v = 0; v < vectors(options); v++) {
        double *counted = pass->counted + v * LANES;
        lanes_store(counted, lanes_load(counted) + state[v] / sum);
    }
}

/* Carries β back over the knots, counting. */
UNROLLED void pass_backward(struct pass *pass, size_t count, const int options)
{
    lanes beta[LANES_MOST];
    lanes gamma[LANES_MOST];
    lanes backward[LANES_MOST];
    for (int v = 0; v < vectors(options); v++)
        beta[v] = lanes_where(there(v, options), lanes_all(1));
    const double *last = forward_of(values_of(pass, count - 1, options), options);
    lanes inverse = 1 / sum_stored(last, options);
    for (size_t j = count; j-- > 0;) {
        double *values = values_of(pass, j, options);
        step_back(values, inverse, beta, gamma, backward, options);
        count_answers(pass, &pass->visits[j], gamma, options);
        if (pass->timeline) {
            count_gap(pass->timeline, j > 0 ? pass->visits[j - 1].stop : pass->table->intervals,
                      pass->visits[j].stop, backward, rest_of(values, options)[1] * inverse,
                      options);
        }
    }
    count_initial(pass, beta, options);
}

UNROLLED void pass_items(const struct fit *fit, uint32_t question, struct pass *pass,
                         const int options)
{
    for (uint32_t i = fit->order_first[question]; i < fit->order_first[question + 1]; i++) {
        size_t count = pass_forward(pass, fit->order[i], options);
        if (count > 0)
            pass_backward(pass, count, options);
    }
}

static void pass_start(const struct fit *fit, uint32_t question, struct pass *pass)
{
    int options = fit->table->options[question];
    uint32_t first = cells_first_record(&fit->cells, question);
    pass->table = fit->table;
    pass->weight = fit->weight;
    pass->record = fit->cells.record;
    pass->records = fit->cells.records + fit->cells.unit[question] * RECORD_UNIT;
    pass->first_record = first;
    pass->recorded = cells_first_record(&fit->cells, question + 1) - first;
    pass->heaviest = fit->cells.heaviest;
    pass->gamma = fit->gamma;
    pass->watched = fit->watched;
    memcpy(pass->initial, fit->hazard[question].initial, (size_t)options * sizeof(double));
}

/* The most knots that an item of the question can have. */
static size_t most_knots(const struct fit *fit, uint32_t question, const struct timeline *timeline)
{
    const uint32_t *first = fit->table->first;
    size_t bound = timeline ? fit->table->intervals : 1;
    size_t most = 0;
    for (uint32_t i = fit->order_first[question]; i < fit->order_first[question + 1]; i++) {
        size_t count = first[fit->order[i] + 1] - first[fit->order[i]];
        most = count > most ? count : most;
    }
    return most < bound ? most : bound;
}

void KERNEL(expect_question)(struct fit *fit, uint32_t question, struct timeline *timeline,
                             struct expectation *expectation)
{
    size_t most = most_knots(fit, question, timeline);
    int options = fit->table->options[question];
    size_t width = (size_t)vectors(options) * LANES;
    auto_free struct visit *visits = memory_zeroed(most, sizeof(*visits));
    auto_free double *initial = memory_zeroed(width, sizeof(*initial));
    auto_free double *values = memory_zeroed_lines(most * (3 * width + LANES), sizeof(*values));
    struct pass pass = {.timeline = timeline, .visits = visits, .values = values};
    pass.initial = initial;
    pass.counted = expectation->initial;
    memset(pass.counted, 0, width * sizeof(*pass.counted));
    pass_start(fit, question, &pass);
    switch (options) {
    case 2:
        pass_items(fit, question, &pass, 2);
        break;
    case 3:
        pass_items(fit, question, &pass, 3);
        break;
    case 4:
        pass_items(fit, question, &pass, 4);
        break;
    default:
        pass_items(fit, question, &pass, options);
        break;
    }
    expectation->moved = pass.moved;
}
