#include "collector/consensus/fit_state.h"

#include <math.h>
#include <string.h>

#include "collector/consensus/given.h"

static const double prior_weight = 10;     /* A */
static const double direction_weight = 10; /* s_q */

/* A reporter and how many observations of the question are theirs. */
struct activity {
    uint32_t reporter;
    uint32_t count;
};

static int activity_compare(const void *left, const void *right)
{
    const struct activity *a = left;
    const struct activity *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->reporter > b->reporter) - (a->reporter < b->reporter);
}

/* What numbering the cells takes, for all questions. */
struct numbering {
    uint32_t *order, *first; /* items by question */
    uint32_t *said, *number; /* by reporter; `said` is all 0 between questions */
    struct activity *activities;
};

/* The reporters of a question, the most active first, so that what is used most lies together.
 * Returns how many. */
static size_t list_reporters(const struct report_table *table, uint32_t question,
                             struct numbering *numbering)
{
    size_t count = 0;
    for (uint32_t n = numbering->first[question]; n < numbering->first[question + 1]; n++) {
        uint32_t item = numbering->order[n];
        for (uint32_t i = table->first[item]; i < table->first[item + 1]; i++)
            if (numbering->said[table->reporter[i]]++ == 0)
                numbering->activities[count++].reporter = table->reporter[i];
    }
    for (size_t i = 0; i < count; i++) {
        struct activity *activity = &numbering->activities[i];
        activity->count = numbering->said[activity->reporter];
        numbering->said[activity->reporter] = 0;
    }
    qsort(numbering->activities, count, sizeof(*numbering->activities), activity_compare);
    return count;
}

static void mark_given(const struct report_table *table, uint32_t question,
                       const struct numbering *numbering, struct given *given)
{
    for (uint32_t n = numbering->first[question]; n < numbering->first[question + 1]; n++) {
        uint32_t item = numbering->order[n];
        for (uint32_t i = table->first[item]; i < table->first[item + 1]; i++) {
            given_mark(given, numbering->number[table->reporter[i]], table->answer[i]);
        }
    }
}

/* Gives the observations of a question their records. */
static void find_records(const struct report_table *table, uint32_t question,
                         const struct numbering *numbering, const struct given *given,
                         struct cells *cells)
{
    const uint32_t *record_first = cells->record_first + cells->first[question];
    for (uint32_t n = numbering->first[question]; n < numbering->first[question + 1]; n++) {
        uint32_t item = numbering->order[n];
        for (uint32_t i = table->first[item]; i < table->first[item + 1]; i++) {
            uint32_t cell = numbering->number[table->reporter[i]];
            cells->record[i] = record_first[cell] + given_rank(given, cell, table->answer[i]);
        }
    }
}

/* Numbers the cells and records of one question. */
static void number_cells(const struct report_table *table, uint32_t question,
                         struct numbering *numbering, struct cells *cells)
{
    size_t options = table->options[question];
    size_t count = list_reporters(table, question, numbering);
    struct given given;
    given_start(count, options, &given);
    for (size_t i = 0; i < count; i++)
        numbering->number[numbering->activities[i].reporter] = (uint32_t)i;
    mark_given(table, question, numbering, &given);
    for (size_t i = 0; i < count; i++) {
        uint32_t first = cells->record_first[cells->count];
        cells->reporter[cells->count] = numbering->activities[i].reporter;
        cells->record_first[++cells->count] = first + given_list(&given, i, cells->answer + first);
    }
    find_records(table, question, numbering, &given, cells);
    given_finish(&given);
    cells->first[question + 1] = (uint32_t)cells->count;
    size_t records = cells->record_first[cells->count] - cells_first_record(cells, question);
    cells->unit[question + 1] =
        cells->unit[question] + records * record_size(options) / RECORD_UNIT;
}

static void number_questions(const struct report_table *table, struct cells *cells)
{
    size_t reporters = (size_t)table->reporters + 1;
    auto_free uint32_t *said = memory_zeroed(reporters, sizeof(*said));
    auto_free uint32_t *number = memory_zeroed(reporters, sizeof(*number));
    auto_free struct activity *activities = memory_zeroed(reporters, sizeof(*activities));
    struct numbering numbering = {.said = said, .number = number, .activities = activities};
    report_table_order(table, &numbering.order, &numbering.first);
    for (uint32_t q = 0; q < table->questions; q++)
        number_cells(table, q, &numbering, cells);
    free(numbering.order);
    free(numbering.first);
}

void cells_weigh(const struct report_table *table, const float *weights, struct cells *cells)
{
    memset(cells->said, 0, cells->record_first[cells->count] * sizeof(*cells->said));
    memset(cells->all, 0, ((size_t)table->reporters + 1) * sizeof(*cells->all));
    cells->heaviest = 0;
    for (size_t i = 0; i < table->count; i++) {
        double weight = (double)weights[i];
        cells->said[cells->record[i]] += weight;
        cells->all[table->reporter[i]] += weight;
        cells->heaviest = weight > cells->heaviest ? weight : cells->heaviest;
    }
}

void cells_build(const struct report_table *table, const struct fit_options *options,
                 struct cells *cells, struct emission *emission)
{
    size_t reporters = (size_t)table->reporters + 1;
    size_t questions = (size_t)table->questions + 1;
    size_t most = table->count < reporters * questions ? table->count : reporters * questions;
    *cells = (struct cells){0};
    cells->first = memory_zeroed(questions, sizeof(*cells->first));
    cells->unit = memory_zeroed(questions, sizeof(*cells->unit));
    cells->reporter = memory_zeroed(most, sizeof(*cells->reporter));
    cells->record_first = memory_zeroed(most + 1, sizeof(*cells->record_first));
    cells->answer = memory_alloc(table->count * sizeof(*cells->answer));
    cells->record = memory_alloc(table->count * sizeof(*cells->record));
    number_questions(table, cells);
    size_t records = cells->record_first[cells->count];
    cells->answer = memory_resize_take(cells->answer, records, sizeof(*cells->answer));
    cells->records = memory_zeroed_lines(cells->unit[table->questions], RECORD_UNIT);
    cells->said = memory_zeroed(records, sizeof(*cells->said));
    cells->correct = memory_zeroed(reporters, sizeof(*cells->correct));
    cells->all = memory_zeroed(reporters, sizeof(*cells->all));
    cells->accuracy = memory_zeroed(reporters, sizeof(*cells->accuracy));
    cells->trials = memory_zeroed(reporters, sizeof(*cells->trials));
    cells->strength = memory_zeroed(questions, sizeof(*cells->strength));
    for (uint32_t q = 0; q < table->questions; q++)
        cells->strength[q] = options->strength;
    /* The first chances are those of reporters who have said nothing yet. */
    cells_update(table, options, false, cells, emission);
    cells_weigh(table, table->weight, cells);
}

void cells_finish(struct cells *cells)
{
    free(cells->first);
    free(cells->unit);
    free(cells->reporter);
    free(cells->record_first);
    free(cells->answer);
    free(cells->record);
    free(cells->records);
    free(cells->said);
    free(cells->correct);
    free(cells->all);
    free(cells->accuracy);
    free(cells->trials);
    free(cells->strength);
    *cells = (struct cells){0};
}

void cells_counts(const struct cells *cells, uint32_t question, size_t options, uint32_t record,
                  double *counts_out)
{
    const double *kept = record_counts(cells_record(cells, question, options, record), options);
    double rest = cells->said[record];
    for (size_t k = 0; k < options; k++) {
        counts_out[k] = k < record_kept(options) ? kept[k] : fmax(0, rest);
        rest -= counts_out[k];
    }
}

/* ν[k][l], l ≠ k: (Σ_r N[k][l] + s_q/K), normalised. */
static void normalise_direction(struct emission *emission)
{
    int options = emission->options;
    for (int k = 0; k < options; k++) {
        double *row = emission_row(emission, (size_t)k);
        double sum = 0;
        row[k] = 0;
        for (int l = 0; l < options; l++) {
            row[l] += l == k ? 0 : direction_weight / options;
            sum += row[l];
        }
        for (int l = 0; l < options; l++)
            row[l] = sum > 0 ? row[l] / sum : 0;
    }
}

double cells_accuracy(double mean, double correct, double all)
{
    return (prior_weight * mean + correct) / (prior_weight + all);
}

void cells_mix(const struct fit_options *options, struct cells *cells)
{
    cells->mixes = true;
    mixture_start(prior_weight, options->prior_accuracy, &cells->mixture);
}

static void update_accuracies(size_t reporters, double mean, struct cells *cells)
{
    if (cells->mixes) {
        const struct records records = {reporters, cells->correct, cells->all, cells->accuracy,
                                        cells->trials};
        mixture_step(&cells->mixture, &records);
        return;
    }
    for (size_t r = 0; r <= reporters; r++) {
        cells->accuracy[r] = cells_accuracy(mean, cells->correct[r], cells->all[r]);
        cells->trials[r] = prior_weight + cells->all[r];
    }
}

void cells_update(const struct report_table *table, const struct fit_options *options, bool choose,
                  struct cells *cells, struct emission *emission)
{
    memset(cells->correct, 0, ((size_t)table->reporters + 1) * sizeof(*cells->correct));
    for (uint32_t q = 0; q < table->questions; q++) {
        chances_sum(q, cells, &emission[q]);
        normalise_direction(&emission[q]);
    }
    double mean = options->prior_accuracy;
    update_accuracies(table->reporters, mean, cells);
    for (uint32_t q = 0; q < table->questions; q++) {
        if (choose)
            cells->strength[q] = strength_choose(q, mean, &emission[q], cells);
        chances_update(q, cells->strength[q], &emission[q], cells);
    }
}
