#ifndef ZHANJI_TESTS_PLAIN_FIT_H
#define ZHANJI_TESTS_PLAIN_FIT_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "collector/consensus/fit_state.h"
#include "tests/draw.h"

/*
 * E and M steps of questions by a plain computation, to compare with: whole tables of θ, forward and
 * backward over every pair of states, and the chain composed day by day. For after <cmocka.h>.
 */
enum {
    DAYS = 15,
    ITEMS = 8, /* of two questions by turns: the first has three options */
    REPORTERS = 6,
    ROWS = 90
};

static const double closeness = 1e-9;
static const double accuracy_prior = 0.75;
static const double strength = 8;

/* The plain model of one question. */
struct plain {
    size_t options;
    double *theta; /* (reporters + 1) × states × answers: log θ */
    double *count; /* the same: N */
    double *initial;
    double *restart;  /* DAYS × options: R */
    double *exposure; /* DAYS: M */
};

struct world {
    struct report_table table;
    struct fit fit;
    struct emission emission[2];
    struct hazard hazard[2];
    struct timeline timeline; /* one after the other, as in a fit */
    struct plain plain[2];
};

static inline double *cell_of(double *table, const struct plain *plain, size_t reporter,
                              size_t state)
{
    return table + (reporter * plain->options + state) * plain->options;
}

static inline void assert_close(double found, double expected)
{
    if (!(fabs(found - expected) < closeness))
        fail_msg("%.12f is not %.12f", found, expected);
}

static inline void plain_start(size_t options, struct plain *plain)
{
    size_t cells = (REPORTERS + 1) * options * options;
    *plain = (struct plain){.options = options};
    plain->theta = memory_zeroed(cells, sizeof(double));
    plain->count = memory_zeroed(cells, sizeof(double));
    plain->initial = memory_zeroed(options, sizeof(double));
    plain->restart = memory_zeroed(DAYS * options, sizeof(double));
    plain->exposure = memory_zeroed(DAYS, sizeof(double));
}

static inline void plain_clear(struct plain *plain)
{
    size_t cells = (REPORTERS + 1) * plain->options * plain->options;
    memset(plain->count, 0, cells * sizeof(double));
    memset(plain->initial, 0, plain->options * sizeof(double));
    memset(plain->restart, 0, DAYS * plain->options * sizeof(double));
    memset(plain->exposure, 0, DAYS * sizeof(double));
}

static inline void plain_finish(struct plain *plain)
{
    free(plain->theta);
    free(plain->count);
    free(plain->initial);
    free(plain->restart);
    free(plain->exposure);
}

static inline void draw_shares(uint64_t *random, size_t count, double *shares)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += shares[k] = 0.1 + draw_uniform(random);
    for (size_t k = 0; k < count; k++)
        shares[k] /= sum;
}

static inline void draw_table(size_t options, uint64_t *random, struct report_table *table)
{
    struct report_table shape = {.items = ITEMS, .intervals = DAYS, .reporters = REPORTERS};
    shape.questions = 2;
    shape.options = memory_zeroed(2, sizeof(*shape.options));
    shape.options[0] = 3;
    shape.options[1] = (uint16_t)options;
    shape.question = memory_zeroed(ITEMS, sizeof(*shape.question));
    shape.interval = memory_zeroed(DAYS, sizeof(*shape.interval));
    for (size_t i = 0; i < ITEMS; i++)
        shape.question[i] = i % 2;
    for (size_t d = 0; d < DAYS; d++) {
        double time = (double)d + 0.25 + 0.5 * draw_uniform(random);
        shape.interval[d] = (struct interval){time, time, time};
    }
    struct report_table_builder *builder = report_table_builder_create();
    for (size_t i = 0; i < ROWS; i++) {
        int who = draw_below(random, REPORTERS + 1);
        struct report_table_row row = {.item = (uint32_t)draw_below(random, ITEMS)};
        int most = row.item % 2 == 0 ? 3 : (int)options;
        bool right = draw_below(random, 2) == 0;
        row.reporter = who < REPORTERS ? (uint32_t)who : CONSENSUS_NOBODY;
        row.when = (uint32_t)draw_below(random, DAYS);
        row.answer = (uint16_t)(right ? (int)row.item * 7 % most : draw_below(random, most));
        row.weight = (float)(0.2 + 0.8 * draw_uniform(random));
        report_table_add(builder, &row);
    }
    report_table_build_take(builder, &shape, table);
}

static inline void draw_hazard(size_t options, bool fixed, uint64_t *random, struct hazard *hazard)
{
    hazard_constant((int)options, 0, fixed ? 0 : 0.02, hazard);
    draw_shares(random, options, hazard->initial);
    if (fixed)
        return;
    hazard->bins = DAYS;
    hazard->rate = memory_zeroed(DAYS, sizeof(double));
    hazard->target = memory_zeroed(DAYS * options, sizeof(double));
    hazard->accepted = memory_zeroed(DAYS, sizeof(*hazard->accepted));
    for (size_t d = 0; d < DAYS; d++) {
        double most = draw_below(random, 5) == 0 ? 2.5 : 0.05;
        hazard->rate[d] = most * draw_uniform(random);
        draw_shares(random, options, hazard->target + d * options);
    }
}

static inline void world_start(size_t options, bool fixed, uint64_t *random, struct world *world)
{
    struct fit_options wanted = {
        .prior_accuracy = accuracy_prior, .strength = strength, .fixed_truth = fixed};
    *world = (struct world){.fit = {.options = wanted, .watched = true}};
    draw_table(options, random, &world->table);
    world->fit.table = &world->table;
    world->fit.weight = world->table.weight;
    world->fit.emission = world->emission;
    world->fit.hazard = world->hazard;
    world->fit.gamma = memory_zeroed(ROWS, sizeof(float));
    report_table_order(&world->table, &world->fit.order, &world->fit.order_first);
    for (size_t q = 0; q < 2; q++) {
        size_t count = world->table.options[q];
        plain_start(count, &world->plain[q]);
        emission_uniform((int)count, &world->emission[q]);
        draw_hazard(count, fixed, random, &world->hazard[q]);
    }
    if (!fixed)
        timeline_create(&world->table, &wanted, (int)options, &world->timeline);
    cells_build(&world->table, &wanted, &world->fit.cells, world->emission);
}

static inline void world_end(struct world *world)
{
    for (size_t q = 0; q < 2; q++) {
        plain_finish(&world->plain[q]);
        emission_finish(&world->emission[q]);
        hazard_finish(&world->hazard[q]);
    }
    timeline_finish(&world->timeline);
    cells_finish(&world->fit.cells);
    free(world->fit.gamma);
    free(world->fit.order);
    free(world->fit.order_first);
    report_table_finish(&world->table);
}

/* ν as it is pooled over all reporters. */
static inline double plain_direction(const struct plain *plain, size_t state, size_t answer)
{
    double options = (double)plain->options;
    double said = 0;
    double wrong = 0;
    for (size_t r = 0; r <= REPORTERS; r++) {
        const double *row = cell_of(plain->count, plain, r, state);
        said += row[answer];
        for (size_t l = 0; l < plain->options; l++)
            wrong += l == state ? 0 : row[l];
    }
    return answer == state ? 0 : (said + 10 / options) / (wrong + 10 * (options - 1) / options);
}

static inline double plain_accuracy(const struct world *world, size_t reporter, bool counted)
{
    double right = 0;
    double all = 0;
    for (size_t q = 0; q < 2; q++) {
        const struct plain *plain = &world->plain[q];
        for (size_t k = 0; k < plain->options; k++) {
            const double *row = cell_of(plain->count, plain, reporter, k);
            right += row[k];
            for (size_t l = 0; l < plain->options; l++)
                all += row[l];
        }
    }
    return counted ? (10 * accuracy_prior + right) / (10 + all) : accuracy_prior;
}

/* θ of every answer in every state, with ν of its state worked out before. */
static inline void plain_update(struct world *world, bool counted)
{
    for (size_t q = 0; q < 2; q++) {
        struct plain *plain = &world->plain[q];
        auto_free double *direction = memory_zeroed(plain->options, sizeof(double));
        for (size_t k = 0; k < plain->options; k++) {
            for (size_t l = 0; l < plain->options; l++)
                direction[l] = plain_direction(plain, k, l);
            for (size_t r = 0; r <= REPORTERS; r++) {
                double accuracy = plain_accuracy(world, r, counted);
                const double *count = cell_of(plain->count, plain, r, k);
                double *theta = cell_of(plain->theta, plain, r, k);
                double all = 0;
                for (size_t l = 0; l < plain->options; l++)
                    all += count[l];
                for (size_t l = 0; l < plain->options; l++) {
                    double own = l == k ? accuracy : (1 - accuracy) * direction[l];
                    theta[l] = log(fmax(1e-6, (count[l] + strength * own) / (all + strength)));
                }
            }
        }
    }
}

/* keep, then moved, a day after the other. */
static inline void plain_step(const struct hazard *hazard, double from, double to, double *step)
{
    size_t options = (size_t)hazard->options;
    memset(step, 0, (1 + options) * sizeof(double));
    step[0] = 1;
    for (double start = from; start < to && hazard->rate;) {
        size_t day = (size_t)floor(start);
        double end = fmin(to, (double)day + 1);
        double keep = exp(-hazard->rate[day] * (end - start));
        for (size_t l = 0; l < options; l++)
            step[1 + l] = step[1 + l] * keep + (1 - keep) * hazard->target[day * options + l];
        step[0] *= keep;
        start = end;
    }
}

/* The passes over one item, a row a knot; row 0 is the chain's beginning. */
struct passes {
    size_t knots;
    uint32_t begin[DAYS + 2]; /* of the table's observations */
    double time[DAYS + 2];
    double *likelihood, *forward, *backward;
    double *step; /* to the knot from the one before: 1 + options */
};

static inline void find_knots(const struct world *world, size_t item, bool fixed,
                              struct passes *passes)
{
    const struct report_table *table = &world->table;
    passes->knots = 0;
    passes->time[0] = 0;
    for (uint32_t i = table->first[item]; i < table->first[item + 1]; i++) {
        bool same = i > table->first[item] && (fixed || table->when[i] == table->when[i - 1]);
        if (same)
            continue;
        passes->begin[++passes->knots] = i;
        passes->time[passes->knots] = table->interval[table->when[i]].time;
    }
    passes->begin[passes->knots + 1] = table->first[item + 1];
}

static inline void weigh_knot(const struct world *world, const struct plain *plain, size_t knot,
                              struct passes *passes)
{
    const struct report_table *table = &world->table;
    for (size_t k = 0; k < plain->options; k++) {
        double sum = 0;
        for (uint32_t i = passes->begin[knot]; i < passes->begin[knot + 1]; i++) {
            const double *theta = cell_of(plain->theta, plain, table->reporter[i], k);
            sum += (double)table->weight[i] * theta[table->answer[i]];
        }
        passes->likelihood[knot * plain->options + k] = exp(sum);
    }
}

static inline void scale(double *row, size_t count)
{
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += row[k];
    for (size_t k = 0; k < count; k++)
        row[k] /= sum;
}

/* Chances of all pairs of states. */
static inline double step_chance(const double *step, size_t from, size_t to)
{
    return (from == to ? step[0] : 0) + step[1 + to];
}

static inline void pass_over(const struct world *world, const struct plain *plain,
                             const struct hazard *hazard, struct passes *passes)
{
    size_t options = plain->options;
    memcpy(passes->forward, hazard->initial, options * sizeof(double));
    for (size_t j = 1; j <= passes->knots; j++) {
        double *forward = passes->forward + j * options;
        double *step = passes->step + j * (1 + options);
        plain_step(hazard, passes->time[j - 1], passes->time[j], step);
        weigh_knot(world, plain, j, passes);
        for (size_t l = 0; l < options; l++) {
            forward[l] = 0;
            for (size_t k = 0; k < options; k++)
                forward[l] += (forward - options)[k] * step_chance(step, k, l);
            forward[l] *= passes->likelihood[j * options + l];
        }
        scale(forward, options);
    }
    for (size_t k = 0; k < options; k++)
        passes->backward[passes->knots * options + k] = 1;
    for (size_t j = passes->knots; j > 0; j--) {
        const double *next = passes->backward + j * options;
        double *backward = passes->backward + (j - 1) * options;
        for (size_t k = 0; k < options; k++) {
            backward[k] = 0;
            for (size_t l = 0; l < options; l++)
                backward[k] += step_chance(passes->step + j * (1 + options), k, l) * next[l] *
                               passes->likelihood[j * options + l];
        }
        scale(backward, options);
    }
}

/* γ of a knot. */
static inline void find_posterior(const struct passes *passes, size_t options, size_t knot,
                                  double *posterior)
{
    for (size_t k = 0; k < options; k++)
        posterior[k] = passes->forward[knot * options + k] * passes->backward[knot * options + k];
    scale(posterior, options);
}

static inline void count_knots(const struct world *world, const struct passes *passes,
                               struct plain *plain)
{
    const struct report_table *table = &world->table;
    auto_free double *posterior = memory_zeroed(plain->options, sizeof(double));
    find_posterior(passes, plain->options, 0, posterior);
    for (size_t k = 0; k < plain->options; k++)
        plain->initial[k] += posterior[k];
    for (size_t j = 1; j <= passes->knots; j++) {
        find_posterior(passes, plain->options, j, posterior);
        for (uint32_t i = passes->begin[j]; i < passes->begin[j + 1]; i++) {
            assert_true(fabs((double)world->fit.gamma[i] - posterior[table->answer[i]]) < 1e-7);
            for (size_t k = 0; k < plain->options; k++)
                cell_of(plain->count, plain, table->reporter[i], k)[table->answer[i]] +=
                    (double)table->weight[i] * posterior[k];
        }
    }
}

/* Lik·β of a gap's end, so that the chance of all that was said is one. */
static inline void scale_backward(const struct passes *passes, size_t options, size_t knot,
                                  double *ahead)
{
    const double *forward = passes->forward + (knot - 1) * options;
    const double *step = passes->step + knot * (1 + options);
    double all = 0;
    for (size_t l = 0; l < options; l++) {
        ahead[l] = passes->likelihood[knot * options + l] * passes->backward[knot * options + l];
        for (size_t k = 0; k < options; k++)
            all += forward[k] * step_chance(step, k, l) * ahead[l];
    }
    for (size_t l = 0; l < options; l++)
        ahead[l] /= all;
}

/* The last restarts of a gap by day, and the days at risk of one. */
static inline void count_gaps(const struct hazard *hazard, const struct passes *passes,
                              struct plain *plain)
{
    size_t options = plain->options;
    auto_free double *rows = memory_zeroed(3 * (1 + options), sizeof(double));
    double *ahead = rows;
    double *within = rows + 1 + options;
    double *after = within + 1 + options;
    for (size_t j = 1; j <= passes->knots; j++) {
        scale_backward(passes, options, j, ahead);
        for (double from = passes->time[j - 1]; from < passes->time[j];) {
            size_t day = (size_t)floor(from);
            double to = fmin(passes->time[j], (double)day + 1);
            double later = 0;
            plain_step(hazard, from, to, within);
            plain_step(hazard, to, passes->time[j], after);
            for (size_t l = 0; l < options; l++) {
                plain->restart[day * options + l] += ahead[l] * within[1 + l] * after[0];
                later += ahead[l] * after[1 + l];
            }
            plain->exposure[day] += (to - from) * (1 - later);
            from = to;
        }
    }
}

static inline void plain_expect(struct world *world, uint32_t question, bool fixed)
{
    struct plain *plain = &world->plain[question];
    const struct hazard *hazard = &world->hazard[question];
    size_t rows = (DAYS + 1) * plain->options;
    auto_free double *room = memory_zeroed(4 * rows + DAYS + 1, sizeof(double));
    struct passes passes = {.likelihood = room, .forward = room + rows};
    passes.backward = room + 2 * rows;
    passes.step = room + 3 * rows;
    plain_clear(plain);
    for (size_t item = question; item < ITEMS; item += 2) {
        find_knots(world, item, fixed, &passes);
        pass_over(world, plain, hazard, &passes);
        count_knots(world, &passes, plain);
        if (!fixed)
            count_gaps(hazard, &passes, plain);
    }
}

#endif
