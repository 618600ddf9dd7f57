#include "collector/consensus/fit_state.h"

#include "collector/consensus/gap.h"
#include "collector/consensus/quick.h"

#include <math.h>

/*
 * The E step (consensus.md §5). Per knot j (the observations of one interval), scaled:
 *   x_k = (keep·α_{j−1,k} + moved_k)·Lik_j(k),  c = Σ x,  α = x/c
 *   b_k = Lik_j(k)·β_j,k/c,  β_{j−1,k} = keep·b_k + Σ_l moved_l b_l,  γ = αβ
 *   N[r][k][a] += w·γ_k
 * and the restarts of the gap before j (gap.h). Loops over options are unrolled: the functions here
 * are always inlined with a constant count.
 */
enum {
    LOOK_AHEAD = 16
};

static const double least_log = -138; /* of a likelihood beside the greatest of its knot */
static const double least_alpha = 1e-100;
static const double most_beta = 1e100;
static const double least_product = 1e-200;

/* A knot between the passes: the observations, and where its numbers are in `values`. */
struct visit {
    uint32_t first, end;
    uint32_t stop;
};

/* The numbers of a knot, in a row of 3·options + 2. */
struct values {
    double *likelihood, *forward, *moved;
    double *keep;
    double *inverse; /* 1/c */
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
    double *values; /* rows of struct values */
    struct expectation *expectation;
};

UNROLLED struct values values_of(const struct pass *pass, size_t knot, const int options)
{
    double *row = pass->values + knot * (3 * (size_t)options + 2);
    return (struct values){row, row + options, row + 2 * options, row + 3 * options,
                           row + 3 * options + 1};
}

UNROLLED size_t matrix_row(const struct pass *pass, size_t observation, const int options)
{
    size_t width = (size_t)options;
    size_t cell = pass->cells->of[observation] - pass->first_cell;
    return pass->matrix + (cell * width + pass->table->answer[observation]) * width;
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
                        const struct values *values, const int options)
{
    const struct stop *start = &timeline->stop[from];
    const struct stop *end = &timeline->stop[to];
    if (start->block != end->block) {
        struct step step;
        chain_step(&timeline->chain, start->time, end->time, &step);
        *values->keep = step.keep;
        for (int l = 0; l < options; l++) {
            values->moved[l] = step.moved[l];
        }
        return;
    }
    const double *before = timeline->stop_grown + from * (size_t)options;
    const double *after = timeline->stop_grown + to * (size_t)options;
    *values->keep = start->grown_to * end->shrunk_to;
    for (int l = 0; l < options; l++) {
        double moved = end->shrunk_to * (after[l] - before[l]);
        values->moved[l] = moved > 0 ? moved : 0;
    }
}

UNROLLED void stay(const struct values *values, const int options)
{
    *values->keep = 1;
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
        const struct values row = values_of(pass, count, options);
        const struct values *values = &row;
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
        double scale = 0;
        for (int k = 0; k < options; k++) {
            double predicted = *values->keep * previous[k] + values->moved[k];
            values->forward[k] = predicted * values->likelihood[k];
            scale += values->forward[k];
        }
        *values->inverse = 1 / scale;
        for (int k = 0; k < options; k++) {
            double share = values->forward[k] * *values->inverse;
            values->forward[k] = share > least_alpha ? share : least_alpha;
        }
        add_evidence(pass->expectation, log_scale, scale);
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

/* γ and b of a knot from its β, which becomes that of the knot before. */
UNROLLED void step_back(const struct values *values, double *beta, double *gamma, double *backward,
                        const int options)
{
    double sum = 0;
    double moved = 0;
    for (int k = 0; k < options; k++) {
        gamma[k] = values->forward[k] * beta[k];
        sum += gamma[k];
        backward[k] = values->likelihood[k] * beta[k] * *values->inverse;
        moved += values->moved[k] * backward[k];
    }
    double whole = 1 / sum;
    for (int k = 0; k < options; k++) {
        double before = *values->keep * backward[k] + moved;
        gamma[k] *= whole;
        beta[k] = before < most_beta ? before : most_beta;
    }
}

/* The expected state at the origin. */
UNROLLED void count_initial(struct pass *pass, const double *beta, const int options)
{
    double sum = 0;
    for (int k = 0; k < options; k++) {
        sum += pass->initial[k] * beta[k];
    }
    for (int k = 0; k < options; k++) {
        pass->expectation->initial[k] += pass->initial[k] * beta[k] / sum;
    }
}

/* Carries β back over the knots, counting. */
UNROLLED void pass_backward(struct pass *pass, size_t count, const int options)
{
    double beta[CONSENSUS_OPTIONS_MAX];
    for (int k = 0; k < options; k++) {
        beta[k] = 1;
    }
    for (size_t j = count; j-- > 0;) {
        double gamma[CONSENSUS_OPTIONS_MAX];
        double backward[CONSENSUS_OPTIONS_MAX];
        const struct values values = values_of(pass, j, options);
        step_back(&values, beta, gamma, backward, options);
        count_answers(pass, &pass->visits[j], gamma, options);
        if (pass->timeline) {
            count_gap(pass->timeline, j > 0 ? pass->visits[j - 1].stop : pass->table->intervals,
                      pass->visits[j].stop, backward, options);
        }
    }
    count_initial(pass, beta, options);
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
    size_t row = 3 * (size_t)fit->table->options[question] + 2;
    auto_free double *values = memory_zeroed(most * row, sizeof(*values));
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
