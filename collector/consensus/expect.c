#include "collector/consensus/fit_state.h"

#include "collector/consensus/quick.h"

#include <math.h>

/*
 * The E step (consensus.md §5). Per knot j (the observations of one interval), scaled:
 *   x_k = (keep·α_{j−1,k} + moved_k)·Lik_j(k),  c = Σ x,  α = x/c
 *   b_k = Lik_j(k)·β_j,k/c,  β_{j−1,k} = keep·b_k + Σ_l moved_l b_l,  γ = αβ
 *   N[r][k][a] += w·γ_k
 * and for the gap before j, with y_l = b_l·e^{−L(t_j)}: a part of bin b from u to v gets
 *   R[b][l] += y_l·(e^{L(v)} − e^{L(u)})·g_b(l)
 *   M[b] += (v − u)·(1 − Σ_l y_l·(G_l(t_j) − G_l(v)))
 * the first and last part directly, the whole bins between by differences at both ends.
 * Loops over options are unrolled: the functions here are always inlined with a constant count.
 */
enum {
    LOOK_AHEAD = 16
};

#define UNROLLED static inline __attribute__((always_inline))

static const double least_log = -138; /* of a likelihood beside the greatest of its knot */
static const double least_alpha = 1e-100;
static const double most_beta = 1e100;
static const double least_product = 1e-200;

/* A knot between the passes: the observations, and where its numbers are in `values`. */
struct visit {
    uint32_t first, end;
    uint32_t stop;
};

/* The numbers of a knot. */
struct values {
    double likelihood[CONSENSUS_OPTIONS_MAX];
    double forward[CONSENSUS_OPTIONS_MAX];
    double moved[CONSENSUS_OPTIONS_MAX];
    double keep;
    double scale;
};

struct pass {
    const struct report_table *table;
    struct timeline *timeline; /* NULL: truth is fixed */
    struct cells *cells;
    const double *initial; /* π */
    size_t matrix;         /* offset of the question's first matrix */
    uint32_t first_cell, cell_count;
    float *gamma;
    struct visit *visits;
    struct values *values;
    struct expectation *expectation;
};

UNROLLED size_t matrix_row(const struct pass *pass, size_t observation, const int options)
{
    size_t size = (size_t)(options * options);
    size_t cell = pass->cells->of[observation] - pass->first_cell;
    return pass->matrix + cell * size + (size_t)(pass->table->answer[observation] * options);
}

/* Matrices of many reporters are far apart: asks for what the next observations will read, and
 * for what the way back will write. */
UNROLLED void look_ahead(const struct pass *pass, size_t observation, const int options)
{
    const struct cells *cells = pass->cells;
    size_t ahead = observation + LOOK_AHEAD;
    __builtin_prefetch(cells->count_of + matrix_row(pass, observation, options), 1);
    if (ahead < pass->table->count && cells->of[ahead] - pass->first_cell < pass->cell_count) {
        __builtin_prefetch(cells->log_chance + matrix_row(pass, ahead, options), 0);
    }
}

/* Lik of a knot, the greatest 1; returns the logarithm that was taken out. */
UNROLLED double weigh_evidence(const struct pass *pass, const struct visit *visit,
                               double *likelihood, const int options)
{
    double sum[CONSENSUS_OPTIONS_MAX];
    sum[0] = 0;
    for (int k = 1; k < options; k++) {
        sum[k] = 0;
    }
    for (size_t i = visit->first; i < visit->end; i++) {
        const float *row = pass->cells->log_chance + matrix_row(pass, i, options);
        double weight = (double)pass->table->weight[i];
        look_ahead(pass, i, options);
        for (int k = 0; k < options; k++) {
            sum[k] += weight * (double)row[k];
        }
    }
    double greatest = sum[0];
    for (int k = 1; k < options; k++) {
        greatest = sum[k] > greatest ? sum[k] : greatest;
    }
    for (int k = 0; k < options; k++) {
        double log_likelihood = sum[k] - greatest;
        likelihood[k] = quick_exp(log_likelihood > least_log ? log_likelihood : least_log);
    }
    return greatest;
}

/* keep and moved between two stops. */
UNROLLED void step_over(const struct timeline *timeline, size_t from, size_t to,
                        struct values *values, const int options)
{
    const struct stop *start = &timeline->stop[from];
    const struct stop *end = &timeline->stop[to];
    if (start->block != end->block) {
        struct step step;
        chain_step(&timeline->chain, start->time, end->time, &step);
        values->keep = step.keep;
        for (int l = 0; l < options; l++) {
            values->moved[l] = step.moved[l];
        }
        return;
    }
    const double *before = timeline->stop_grown + from * (size_t)options;
    const double *after = timeline->stop_grown + to * (size_t)options;
    values->keep = start->grown_to * end->shrunk_to;
    for (int l = 0; l < options; l++) {
        double moved = end->shrunk_to * (after[l] - before[l]);
        values->moved[l] = moved > 0 ? moved : 0;
    }
}

UNROLLED void stay(struct values *values, const int options)
{
    values->keep = 1;
    for (int l = 0; l < options; l++) {
        values->moved[l] = 0;
    }
}

/* Logarithms are dear: scales are multiplied as long as that is safe. */
UNROLLED void add_evidence(struct expectation *expectation, double log_scale, double scale)
{
    expectation->log_likelihood += log_scale;
    expectation->product *= scale;
    if (expectation->product < least_product) {
        expectation->log_likelihood += log(expectation->product);
        expectation->product = 1;
    }
}

/* Finds the knots of an item and carries α over them. Returns how many. */
UNROLLED size_t pass_forward(struct pass *pass, size_t item, const int options)
{
    const struct report_table *table = pass->table;
    uint32_t end = table->first[item + 1];
    const double *previous = pass->initial;
    size_t stop = table->intervals;
    size_t count = 0;
    for (uint32_t i = table->first[item]; i < end; count++) {
        struct visit *visit = &pass->visits[count];
        struct values *values = &pass->values[count];
        *visit = (struct visit){i, i, table->when[i]};
        while (i < end && (!pass->timeline || table->when[i] == visit->stop)) {
            i++;
        }
        visit->end = i;
        double log_scale = weigh_evidence(pass, visit, values->likelihood, options);
        if (pass->timeline) {
            step_over(pass->timeline, stop, visit->stop, values, options);
        } else {
            stay(values, options);
        }
        values->scale = 0;
        for (int k = 0; k < options; k++) {
            double predicted = values->keep * previous[k] + values->moved[k];
            values->forward[k] = predicted * values->likelihood[k];
            values->scale += values->forward[k];
        }
        for (int k = 0; k < options; k++) {
            double share = values->forward[k] / values->scale;
            values->forward[k] = share > least_alpha ? share : least_alpha;
        }
        add_evidence(pass->expectation, log_scale, values->scale);
        previous = values->forward;
        stop = visit->stop;
    }
    return count;
}

/* N and Δγ of a knot. */
UNROLLED void count_answers(struct pass *pass, const struct visit *visit, const double *gamma,
                            const int options)
{
    for (size_t i = visit->first; i < visit->end; i++) {
        double *row = pass->cells->count_of + matrix_row(pass, i, options);
        double weight = (double)pass->table->weight[i];
        for (int k = 0; k < options; k++) {
            row[k] += weight * gamma[k];
        }
        float now = (float)gamma[pass->table->answer[i]];
        float moved = fabsf(now - pass->gamma[i]);
        pass->gamma[i] = now;
        if (moved > pass->expectation->moved) {
            pass->expectation->moved = moved;
        }
    }
}

/* One end of a stretch within a block. */
struct bound {
    size_t bin;
    double time;
    double grown_to; /* e^{L} from the block's beginning */
};

UNROLLED void add_part(struct timeline *timeline, size_t bin, const double *ending, double growth,
                       double days, const int options)
{
    double *restart = timeline->restart + bin * (size_t)options;
    for (int l = 0; l < options; l++) {
        restart[l] += ending[l] * growth;
    }
    timeline->exposure[bin] += days;
}

/* A stretch of a gap within one block: `reached` is G at its end, `later` the chance of a restart
 * after it in the same gap. */
UNROLLED void count_stretch(struct timeline *timeline, const struct bound *from,
                            const struct bound *to, const double *ending, const double *reached,
                            double later, const int options)
{
    if (from->bin == to->bin) {
        add_part(timeline, to->bin, ending, to->grown_to - from->grown_to,
                 (to->time - from->time) * (1 - later), options);
        return;
    }
    size_t width = (size_t)options;
    const double *first_end = timeline->edge_grown + (2 * from->bin + 1) * width;
    double *run_begin = timeline->restart_run + (from->bin + 1) * width;
    double *run_end = timeline->restart_run + to->bin * width;
    double risk = 1 - later;
    double first_risk = risk;
    for (int l = 0; l < options; l++) {
        risk -= ending[l] * reached[l];
        first_risk -= ending[l] * (reached[l] - first_end[l]);
        run_begin[l] += ending[l];
        run_end[l] -= ending[l];
    }
    timeline->exposure_run[from->bin + 1] += risk;
    timeline->exposure_run[to->bin] -= risk;
    const struct piece *pieces = timeline->chain.pieces;
    add_part(timeline, from->bin, ending, timeline->edge[2 * from->bin + 1] - from->grown_to,
             (pieces[from->bin + 1].begin - from->time) * first_risk, options);
    add_part(timeline, to->bin, ending, to->grown_to - timeline->edge[2 * to->bin],
             (to->time - pieces[to->bin].begin) * (1 - later), options);
}

/* A gap over several blocks, the last one first. */
static void count_blocks(struct timeline *timeline, const struct stop *start,
                         const struct stop *end, size_t to_stop, const double *backward)
{
    const struct piece *pieces = timeline->chain.pieces;
    int options = timeline->options;
    size_t width = (size_t)options;
    struct bound to = {end->bin, end->time, end->grown_to};
    const double *reached = timeline->stop_grown + to_stop * width;
    double later = 0;
    for (size_t block = end->block;; block = pieces[block - 1].block) {
        double shrink = end->shrunk_to * exp(-(pieces[end->block].hazard - pieces[block].hazard));
        bool last = block == start->block;
        struct bound from = {block, pieces[block].begin, 1};
        double ending[CONSENSUS_OPTIONS_MAX] = {0};
        double within = 0;
        for (int l = 0; l < options; l++) {
            ending[l] = backward[l] * shrink;
            within += ending[l] * reached[l];
        }
        if (last) {
            from = (struct bound){start->bin, start->time, start->grown_to};
        }
        count_stretch(timeline, &from, &to, ending, reached, later, options);
        if (last) {
            return;
        }
        later = fmin(1, later + within);
        to = (struct bound){block - 1, pieces[block].begin, timeline->edge[2 * (block - 1) + 1]};
        reached = timeline->edge_grown + (2 * (block - 1) + 1) * width;
    }
}

/* R and M of the gap that ends in a stop with b. */
UNROLLED void count_gap(struct timeline *timeline, size_t from, size_t to, const double *backward,
                        const int options)
{
    const struct stop *start = &timeline->stop[from];
    const struct stop *end = &timeline->stop[to];
    if (start->block != end->block) {
        count_blocks(timeline, start, end, to, backward);
        return;
    }
    double ending[CONSENSUS_OPTIONS_MAX];
    for (int l = 0; l < options; l++) {
        ending[l] = backward[l] * end->shrunk_to;
    }
    struct bound begin = {start->bin, start->time, start->grown_to};
    struct bound until = {end->bin, end->time, end->grown_to};
    count_stretch(timeline, &begin, &until, ending, timeline->stop_grown + to * (size_t)options, 0,
                  options);
}

/* Carries β back over the knots, counting; ends with the expected state at the origin. */
UNROLLED void pass_backward(struct pass *pass, size_t count, const int options)
{
    double beta[CONSENSUS_OPTIONS_MAX];
    for (int k = 0; k < options; k++) {
        beta[k] = 1;
    }
    for (size_t j = count; j-- > 0;) {
        const struct values *values = &pass->values[j];
        double gamma[CONSENSUS_OPTIONS_MAX];
        double backward[CONSENSUS_OPTIONS_MAX];
        double sum = 0;
        double moved = 0;
        for (int k = 0; k < options; k++) {
            gamma[k] = values->forward[k] * beta[k];
            sum += gamma[k];
            backward[k] = values->likelihood[k] * beta[k] / values->scale;
            moved += values->moved[k] * backward[k];
        }
        for (int k = 0; k < options; k++) {
            double before = values->keep * backward[k] + moved;
            gamma[k] /= sum;
            beta[k] = before < most_beta ? before : most_beta;
        }
        count_answers(pass, &pass->visits[j], gamma, options);
        if (pass->timeline) {
            count_gap(pass->timeline, j > 0 ? pass->visits[j - 1].stop : pass->table->intervals,
                      pass->visits[j].stop, backward, options);
        }
    }
    double sum = 0;
    for (int k = 0; k < options; k++) {
        sum += pass->initial[k] * beta[k];
    }
    for (int k = 0; k < options; k++) {
        pass->expectation->initial[k] += pass->initial[k] * beta[k] / sum;
    }
}

UNROLLED void pass_items(const struct fit *fit, uint32_t question, struct pass *pass,
                         const int options)
{
    for (uint32_t i = fit->order_first[question]; i < fit->order_first[question + 1]; i++) {
        size_t count = pass_forward(pass, fit->order[i], options);
        if (count > 0) {
            pass_backward(pass, count, options);
        }
    }
}

void expect_question(struct fit *fit, uint32_t question, struct timeline *timeline,
                     struct expectation *expectation)
{
    size_t most = report_table_largest(fit->table);
    auto_free struct visit *visits = memory_zeroed(most, sizeof(*visits));
    auto_free struct values *values = memory_zeroed(most, sizeof(*values));
    struct pass pass = {
        .table = fit->table,
        .timeline = timeline,
        .cells = &fit->cells,
        .initial = fit->hazard[question].initial,
        .matrix = fit->cells.matrix[question],
        .first_cell = fit->cells.first[question],
        .cell_count = fit->cells.first[question + 1] - fit->cells.first[question],
        .gamma = fit->gamma,
        .visits = visits,
        .values = values,
        .expectation = expectation,
    };
    *expectation = (struct expectation){.product = 1};
    int options = fit->table->options[question];
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
    expectation->log_likelihood += log(expectation->product);
}
