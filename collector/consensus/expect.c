#include "collector/consensus/kernel.h"

#include "collector/consensus/gap.h"

#include <math.h>

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
enum {
    LOOK_AHEAD = 16
};

static const double least_log = -138;  /* of a likelihood beside the greatest of its knot */
static const double surest_log = 13.9; /* −log of the least θ */
static const double least_moved = 1e-100;
static const double least_total = 0x1p-200;
static const double lift = 0x1p200;

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
