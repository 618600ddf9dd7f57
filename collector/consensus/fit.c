#include "collector/consensus/fit_state.h"

#include <math.h>
#include <string.h>

static const double usual_strength = 8;
static const double start_rate = 0.1 / 365;
static const float settled = 1e-5F;

static void start_hazard(const struct fit *fit, const struct timeline *timeline, size_t width,
                         struct hazard *hazard)
{
    hazard_constant((int)width, fit->options.origin, start_rate, hazard);
    if (fit->options.fixed_truth) {
        hazard->base_rate = 0;
        return;
    }
    hazard->bins = timeline->bins;
    hazard->rate = memory_zeroed(hazard->bins, sizeof(double));
    hazard->target = memory_zeroed(hazard->bins * width, sizeof(double));
    hazard->accepted = memory_zeroed(hazard->bins, sizeof(uint8_t));
    for (size_t b = 0; b < hazard->bins; b++) {
        hazard->rate[b] = start_rate;
        memcpy(hazard->target + b * width, hazard->base_target, width * sizeof(double));
    }
}

static struct fit *fit_start(const struct report_table *table, const struct fit_options *options,
                             struct timeline *timeline)
{
    struct fit *fit = memory_zeroed(1, sizeof(*fit));
    fit->table = table;
    fit->weight = table->weight;
    fit->options = *options;
    fit->strength_is_free = !(options->strength > 0) && !options->fixed_truth;
    fit->options.strength = options->strength > 0 ? options->strength : usual_strength;
    fit->emission = memory_zeroed(table->questions, sizeof(*fit->emission));
    fit->hazard = memory_zeroed(table->questions, sizeof(*fit->hazard));
    fit->rough = memory_zeroed(table->questions, sizeof(*fit->rough));
    fit->gamma = memory_zeroed(table->count, sizeof(*fit->gamma));
    report_table_order(table, &fit->order, &fit->order_first);
    for (uint32_t q = 0; q < table->questions; q++)
        emission_uniform(table->options[q], &fit->emission[q]);
    cells_build(table, &fit->options, &fit->cells, fit->emission);
    if (!options->fixed_truth)
        timeline_create(table, options, (int)report_table_most_options(table), timeline);
    for (uint32_t q = 0; q < table->questions; q++)
        start_hazard(fit, timeline, table->options[q], &fit->hazard[q]);
    return fit;
}

/* π_q = (counts + 1/K)/(Σ + 1) */
static void update_initial(const double *counts, struct hazard *hazard)
{
    double sum = 1;
    for (int k = 0; k < hazard->options; k++)
        sum += counts[k];
    for (int k = 0; k < hazard->options; k++)
        hazard->initial[k] = (counts[k] + 1.0 / hazard->options) / sum;
}

static bool chooses_strength(const struct fit *fit, int iteration)
{
    bool now = iteration == FIT_STRENGTH_FIRST || iteration == FIT_STRENGTH_AGAIN;
    return now && fit->strength_is_free;
}

/* One E and M step; returns max |Δγ|. Without a timeline truth is fixed. */
static float iterate(struct fit *fit, struct timeline *timeline, int iteration)
{
    const struct report_table *table = fit->table;
    auto_free double *initial =
        memory_alloc(record_padded(report_table_most_options(table)) * sizeof(*initial));
    float moved = 0;
    for (uint32_t q = 0; q < table->questions; q++) {
        struct expectation expectation = {.initial = initial};
        if (timeline)
            timeline_tabulate(timeline, table, &fit->hazard[q]);
        expect_question(fit, q, timeline, &expectation);
        if (timeline)
            hazard_update(timeline, iteration, &fit->rough[q], &fit->hazard[q]);
        update_initial(expectation.initial, &fit->hazard[q]);
        moved = expectation.moved > moved ? expectation.moved : moved;
    }
    cells_update(table, &fit->options, chooses_strength(fit, iteration), &fit->cells,
                 fit->emission);
    return moved;
}

/* Those who lie together agree, and if they are believed once truth seems to change with them. */
static void begin_cautiously(struct fit *fit)
{
    const struct report_table *table = fit->table;
    if (!table->caution || fit->options.fixed_truth)
        return;
    fit->cautious = memory_alloc(table->count * sizeof(*fit->cautious));
    for (size_t i = 0; i < table->count; i++)
        fit->cautious[i] = table->weight[i] * (float)table->caution[i] / (float)UINT8_MAX;
    fit->weight = fit->cautious;
    cells_weigh(table, fit->weight, &fit->cells);
}

static void end_caution(struct fit *fit)
{
    if (!fit->cautious)
        return;
    free(TAKE(fit->cautious));
    fit->weight = fit->table->weight;
    cells_weigh(fit->table, fit->weight, &fit->cells);
}

static bool run(struct fit *fit, struct timeline *timeline)
{
    begin_cautiously(fit);
    for (int iteration = 1; iteration <= FIT_MOST; iteration++) {
        if (iteration == FIT_CAUTIOUS + 1) {
            end_caution(fit);
            if (!fit->options.fixed_truth && report_table_is_large(fit->table))
                cells_mix(&fit->options, &fit->cells);
        }
        fit->watched = iteration >= FIT_LEAST - 1;
        float moved = iterate(fit, timeline, iteration);
        fit->iterations = iteration;
        const struct fit_options *options = &fit->options;
        if (options->progress && !options->progress(options->context, iteration, FIT_MOST))
            return false;
        if (moved < settled && iteration >= FIT_LEAST)
            break;
    }
    return true;
}

struct fit *fit_create(const struct report_table *table, const struct fit_options *options)
{
    struct timeline timeline = {0};
    struct fit *fit = fit_start(table, options, &timeline);
    bool finished = run(fit, options->fixed_truth ? NULL : &timeline);
    timeline_finish(&timeline);
    if (!finished) {
        fit_destroy(fit);
        return NULL;
    }
    return fit;
}

void fit_destroy(struct fit *fit)
{
    if (!fit)
        return;
    for (uint32_t q = 0; q < fit->table->questions; q++) {
        emission_finish(&fit->emission[q]);
        hazard_finish(&fit->hazard[q]);
        rough_finish(&fit->rough[q]);
    }
    cells_finish(&fit->cells);
    free(fit->emission);
    free(fit->hazard);
    free(fit->rough);
    free(fit->order);
    free(fit->order_first);
    free(fit->gamma);
    free(fit->cautious);
    free(fit);
}

void fit_emission(const struct fit *fit, uint32_t question, struct emission *emission_out)
{
    emission_copy(&fit->emission[question], emission_out);
}

void fit_hazard(const struct fit *fit, uint32_t question, struct hazard *hazard_out)
{
    hazard_copy(&fit->hazard[question], hazard_out);
}

const double *fit_initial(const struct fit *fit, uint32_t question)
{
    return fit->hazard[question].initial;
}

double fit_accuracy(const struct fit *fit, uint32_t reporter)
{
    return fit->cells.accuracy[reporter];
}

double fit_published(double accuracy)
{
    return fmin(fmax(nearbyint(accuracy * 20), 1), 19) / 20;
}

double fit_strength(const struct fit *fit, uint32_t question)
{
    return fit->cells.strength[question];
}

int fit_iterations(const struct fit *fit)
{
    return fit->iterations;
}

const float *fit_right(const struct fit *fit)
{
    return fit->gamma;
}

/* The Wilson score interval (Wilson, JASA 22, 1927) over A + Σ all trials, prior included. */
void fit_reporter(const struct fit *fit, uint32_t reporter, struct fit_reporter *reporter_out)
{
    const double deviate = 1.959963984540054;
    double trials = fit->cells.trials[reporter];
    double accuracy = fit->cells.accuracy[reporter];
    double spread = deviate * deviate / trials;
    double centre = (accuracy + spread / 2) / (1 + spread);
    double half =
        deviate / (1 + spread) * sqrt(accuracy * (1 - accuracy) / trials + spread / (4 * trials));
    *reporter_out = (struct fit_reporter){accuracy, fmax(0, centre - half), fmin(1, centre + half),
                                          fit->cells.all[reporter]};
}

void fit_knots(const struct fit *fit, size_t item, struct observation *scratch,
               struct knots *knots_out)
{
    const struct report_table *table = fit->table;
    uint32_t question = table->question[item];
    size_t options = table->options[question];
    size_t count = report_table_item(table, item, scratch);
    knots_build(scratch, count, &fit->emission[question], NULL, 0, knots_out);
    size_t knot = 0;
    for (size_t i = 0; i < count; i++) {
        size_t place = table->first[item] + i;
        const float *row =
            record_chances(cells_record(&fit->cells, question, options, fit->cells.record[place]));
        knot += i > 0 && table->when[place] != table->when[place - 1];
        for (size_t k = 0; k < options; k++) {
            knots_out->log_likelihood[knot * options + k] +=
                (double)table->weight[place] * (double)row[k];
        }
    }
    for (size_t j = 0; j < knots_out->count; j++) {
        double *row = knots_out->log_likelihood + j * options;
        double greatest = row[0];
        for (size_t k = 1; k < options; k++)
            greatest = fmax(greatest, row[k]);
        for (size_t k = 0; k < options; k++)
            row[k] -= greatest;
    }
}
