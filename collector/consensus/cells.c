#include "collector/consensus/fit_state.h"

#include <math.h>

static const double prior_weight = 10;     /* A */
static const double direction_weight = 10; /* s_q */
static const double smallest_chance = 1e-6;

static size_t matrix_size(const struct report_table *table, uint32_t question)
{
    return (size_t)table->options[question] * table->options[question];
}

/* A reporter and how many observations of the question are theirs. */
struct activity {
    uint32_t reporter;
    uint32_t count;
};

static int activity_compare(const void *left, const void *right)
{
    const struct activity *a = left;
    const struct activity *b = right;
    if (a->count != b->count) {
        return a->count > b->count ? -1 : 1;
    }
    return (a->reporter > b->reporter) - (a->reporter < b->reporter);
}

/* The reporters of a question, the most active first, so that what is used most lies together.
 * Returns how many. */
static size_t list_reporters(const struct report_table *table, uint32_t question,
                             struct activity *activities)
{
    size_t count = 0;
    for (uint32_t r = 0; r <= table->reporters; r++) {
        activities[r] = (struct activity){r, 0};
    }
    for (size_t item = 0; item < table->items; item++) {
        for (uint32_t i = table->first[item];
             table->question[item] == question && i < table->first[item + 1]; i++) {
            activities[table->reporter[i]].count++;
        }
    }
    qsort(activities, (size_t)table->reporters + 1, sizeof(*activities), activity_compare);
    while (count <= table->reporters && activities[count].count > 0) {
        count++;
    }
    return count;
}

/* Numbers the cells of one question and gives them to its observations. */
static void number_cells(const struct report_table *table, uint32_t question,
                         struct activity *activities, uint32_t *number, struct cells *cells)
{
    size_t count = list_reporters(table, question, activities);
    for (size_t i = 0; i < count; i++) {
        cells->reporter[cells->count] = activities[i].reporter;
        number[activities[i].reporter] = (uint32_t)cells->count++;
    }
    for (size_t item = 0; item < table->items; item++) {
        for (uint32_t i = table->first[item];
             table->question[item] == question && i < table->first[item + 1]; i++) {
            cells->of[i] = number[table->reporter[i]];
        }
    }
}

void cells_build(const struct report_table *table, struct cells *cells)
{
    size_t reporters = (size_t)table->reporters + 1;
    size_t most =
        table->count < reporters * table->questions ? table->count : reporters * table->questions;
    auto_free uint32_t *number = memory_zeroed(reporters, sizeof(*number));
    auto_free struct activity *activities = memory_zeroed(reporters, sizeof(*activities));
    *cells = (struct cells){0};
    cells->first = memory_zeroed((size_t)table->questions + 1, sizeof(*cells->first));
    cells->matrix = memory_zeroed((size_t)table->questions + 1, sizeof(*cells->matrix));
    cells->reporter = memory_zeroed(most, sizeof(*cells->reporter));
    cells->of = memory_zeroed(table->count, sizeof(*cells->of));
    for (uint32_t q = 0; q < table->questions; q++) {
        number_cells(table, q, activities, number, cells);
        cells->first[q + 1] = (uint32_t)cells->count;
        cells->matrix[q + 1] =
            cells->matrix[q] + (cells->count - cells->first[q]) * matrix_size(table, q);
    }
    size_t size = cells->matrix[table->questions];
    cells->log_chance = memory_zeroed(size, sizeof(*cells->log_chance));
    cells->count_of = memory_zeroed(size, sizeof(*cells->count_of));
    cells->correct = memory_zeroed(reporters, sizeof(*cells->correct));
    cells->all = memory_zeroed(reporters, sizeof(*cells->all));
    cells->accuracy = memory_zeroed(reporters, sizeof(*cells->accuracy));
}

void cells_finish(struct cells *cells)
{
    free(cells->first);
    free(cells->matrix);
    free(cells->reporter);
    free(cells->of);
    free(cells->log_chance);
    free(cells->count_of);
    free(cells->correct);
    free(cells->all);
    free(cells->accuracy);
    *cells = (struct cells){0};
}

static void add_counts(const struct report_table *table, uint32_t question, struct cells *cells)
{
    size_t options = table->options[question];
    const double *matrix = cells->count_of + cells->matrix[question];
    for (size_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        for (size_t cell = 0; cell < options * options; cell++) {
            cells->all[cells->reporter[c]] += matrix[cell];
            cells->correct[cells->reporter[c]] += cell % (options + 1) == 0 ? matrix[cell] : 0;
        }
        matrix += options * options;
    }
}

void cells_update_accuracy(const struct report_table *table, const struct fit_options *options,
                           struct cells *cells)
{
    for (size_t r = 0; r <= table->reporters; r++) {
        cells->all[r] = 0;
        cells->correct[r] = 0;
    }
    for (uint32_t q = 0; q < table->questions; q++) {
        add_counts(table, q, cells);
    }
    for (size_t r = 0; r <= table->reporters; r++) {
        cells->accuracy[r] = (prior_weight * options->prior_accuracy + cells->correct[r]) /
                             (prior_weight + cells->all[r]);
    }
}

/* ν[k][l], l ≠ k: (Σ_r N[k][l] + s_q/K), normalised. */
static void update_direction(const struct report_table *table, uint32_t question,
                             const struct cells *cells, struct emission *emission)
{
    size_t options = table->options[question];
    const double *matrix = cells->count_of + cells->matrix[question];
    *emission = (struct emission){.options = (int)options};
    for (size_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        for (size_t cell = 0; cell < options * options; cell++) {
            emission->direction[cell % options][cell / options] += matrix[cell];
        }
        matrix += options * options;
    }
    for (size_t k = 0; k < options; k++) {
        double sum = 0;
        emission->direction[k][k] = 0;
        for (size_t l = 0; l < options; l++) {
            emission->direction[k][l] += l == k ? 0 : direction_weight / (double)options;
            sum += emission->direction[k][l];
        }
        for (size_t l = 0; l < options; l++) {
            emission->direction[k][l] = sum > 0 ? emission->direction[k][l] / sum : 0;
        }
    }
}

/* θ of one cell; clears its counts. */
static void update_cell(const struct emission *emission, double accuracy, double strength,
                        double *counts, float *log_chance)
{
    int options = emission->options;
    for (int k = 0; k < options; k++) {
        double sum = 0;
        for (int l = 0; l < options; l++) {
            sum += counts[l * options + k];
        }
        for (int l = 0; l < options; l++) {
            double prior = l == k ? accuracy : (1 - accuracy) * emission->direction[k][l];
            double chance = (counts[l * options + k] + strength * prior) / (sum + strength);
            log_chance[l * options + k] = (float)log(fmax(chance, smallest_chance));
            counts[l * options + k] = 0;
        }
    }
}

void cells_update_chances(const struct report_table *table, double strength, uint32_t question,
                          struct cells *cells, struct emission *emission)
{
    update_direction(table, question, cells, emission);
    size_t size = matrix_size(table, question);
    size_t place = cells->matrix[question];
    for (size_t c = cells->first[question]; c < cells->first[question + 1]; c++) {
        update_cell(emission, cells->accuracy[cells->reporter[c]], strength,
                    cells->count_of + place, cells->log_chance + place);
        place += size;
    }
}
