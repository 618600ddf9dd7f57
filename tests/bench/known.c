#include "tests/bench/known.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/csv.h"
#include "collector/base/number.h"

enum {
    SPREAD_CELLS = 100,
    DAYS_MOST = 1 << 16
};

struct source {
    FILE *file;
    struct csv *csv;
    const struct csv_field *fields; /* of the row */
};

static void refuse(const char *path, const char *why)
{
    fprintf(stderr, "%s: %s\n", path, why);
    exit(EXIT_FAILURE);
}

static void open_source(const char *folder, const char *name, struct source *source)
{
    char path[4096];
    struct error error;
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    source->file = fopen(path, "re");
    if (!source->file)
        refuse(path, "can't be read");
    source->csv = csv_create_stream(source->file);
    if (!csv_header(source->csv, &error))
        refuse(path, error.text);
}

static void close_source(struct source *source)
{
    csv_destroy(source->csv);
    fclose(source->file);
}

static bool next_row(struct source *source)
{
    struct error error;
    int got = csv_row(source->csv, &source->fields, &error);
    if (got < 0)
        refuse("simulate's folder", error.text);
    return got > 0;
}

static double number_of(const struct csv_field *field)
{
    double value;
    return number_real(field->text, field->length, &value) ? value : (double)NAN;
}

double *known_accuracies(const char *folder, const struct data *data)
{
    struct source source;
    double *accuracy = memory_zeroed((size_t)data->table.reporters + 1, sizeof(double));
    open_source(folder, "reporters.csv", &source);
    while (next_row(&source)) {
        const struct csv_field *name = &source.fields[0];
        int64_t reporter = names_find(&data->reporters, name->text, name->length);
        if (reporter >= 0)
            accuracy[reporter] = number_of(&source.fields[1]);
    }
    close_source(&source);
    return accuracy;
}

/* The chances of a row, in the order of the data's own options. */
static void read_chances(const struct source *source, const struct names *options, double *chances)
{
    for (size_t column = 2; column < csv_columns(source->csv); column++) {
        const char *name = csv_column_name(source->csv, column);
        int64_t option = names_find(options, name, strlen(name));
        if (option >= 0)
            chances[option] = number_of(&source->fields[column]);
    }
}

/* A day's restarts are such as its reports tell, which count at its noon: a bin ends with it. */
void known_hazard(const char *folder, const struct data *data, struct hazard *hazard_out)
{
    struct source source;
    open_source(folder, "hazard.csv", &source);
    size_t width = data->options[0].count;
    hazard_constant((int)width, 0, 0, hazard_out);
    hazard_out->rate = memory_zeroed(DAYS_MOST, sizeof(double));
    hazard_out->target = memory_zeroed(DAYS_MOST * width, sizeof(double));
    for (bool first = true; next_row(&source) && hazard_out->bins < DAYS_MOST; first = false) {
        double *target =
            first ? hazard_out->initial : hazard_out->target + hazard_out->bins * width;
        read_chances(&source, &data->options[0], target);
        if (first)
            continue;
        if (hazard_out->bins == 0) {
            hazard_out->origin = number_of(&source.fields[0]) - 0.5;
            hazard_out->base_rate = number_of(&source.fields[1]);
        }
        hazard_out->rate[hazard_out->bins++] = number_of(&source.fields[1]);
    }
    close_source(&source);
}

struct past {
    const struct report_table *table;
    const double *accuracy;      /* NAN: of one who lies together with others */
    uint16_t *right;             /* of each row: whether it was true */
    double *correct, *all;       /* of each reporter */
    double spread[SPREAD_CELLS]; /* share of honest reporters by accuracy */
};

/* Writes an answer to the rows of an item with begin ≤ time < end. */
static void write_truth(const struct data *data, const struct source *source, size_t column,
                        double begin, double end, uint16_t *truth)
{
    const struct report_table *table = &data->table;
    const struct csv_field *name = &source->fields[0];
    const struct csv_field *answer = &source->fields[column];
    int64_t item = names_find(&data->items, name->text, name->length);
    if (item < 0)
        return;
    for (size_t i = table->first[item]; i < table->first[item + 1]; i++) {
        double time = table->interval[table->when[i]].time;
        if (time >= begin && time < end)
            truth[i] = (uint16_t)names_find(&data->options[0], answer->text, answer->length);
    }
}

/* What every row would have said if it were true: what is so at the end, and before each change
 * what was so before. An item's changes follow each other in time. */
static uint16_t *read_truth(const char *folder, const struct data *data)
{
    uint16_t *truth = memory_zeroed(data->table.count, sizeof(*truth));
    struct source source;
    char last[64] = "";
    double since = -HUGE_VAL;
    open_source(folder, "now.csv", &source);
    while (next_row(&source))
        write_truth(data, &source, 1, -HUGE_VAL, HUGE_VAL, truth);
    close_source(&source);
    open_source(folder, "changes.csv", &source);
    while (next_row(&source)) {
        double day = number_of(&source.fields[1]);
        if (strcmp(last, source.fields[0].text) != 0)
            since = -HUGE_VAL;
        snprintf(last, sizeof(last), "%s", source.fields[0].text);
        write_truth(data, &source, 2, since, day, truth);
        since = day;
    }
    close_source(&source);
    return truth;
}

struct past *past_create(const char *folder, const struct data *data, const double *accuracy)
{
    const struct report_table *table = &data->table;
    struct past *past = memory_zeroed(1, sizeof(*past));
    past->table = table;
    past->accuracy = accuracy;
    past->correct = memory_zeroed((size_t)table->reporters + 1, sizeof(double));
    past->all = memory_zeroed((size_t)table->reporters + 1, sizeof(double));
    past->right = read_truth(folder, data);
    for (size_t i = 0; i < table->count; i++) {
        past->right[i] = past->right[i] == table->answer[i];
        past->correct[table->reporter[i]] += past->right[i];
        past->all[table->reporter[i]] += 1;
    }
    for (uint32_t r = 0; r < table->reporters; r++)
        if (!isnan(accuracy[r]))
            past->spread[(size_t)fmin(accuracy[r] * SPREAD_CELLS, SPREAD_CELLS - 1)] += 1;
    return past;
}

void past_destroy(struct past *past)
{
    if (!past)
        return;
    free(past->right);
    free(past->correct);
    free(past->all);
    free(past);
}

static double expect(const struct past *past, double correct, double all)
{
    double evidence[SPREAD_CELLS];
    double greatest = -HUGE_VAL;
    double sum = 0;
    double mean = 0;
    for (size_t c = 0; c < SPREAD_CELLS; c++) {
        double accuracy = ((double)c + 0.5) / SPREAD_CELLS;
        evidence[c] = correct * log(accuracy) + (all - correct) * log1p(-accuracy);
        if (past->spread[c] > 0)
            greatest = fmax(greatest, evidence[c]);
    }
    for (size_t c = 0; c < SPREAD_CELLS; c++) {
        double chance = past->spread[c] > 0 ? past->spread[c] * exp(evidence[c] - greatest) : 0;
        sum += chance;
        mean += chance * ((double)c + 0.5) / SPREAD_CELLS;
    }
    return mean / sum;
}

void past_expect(const struct past *past, size_t item, double *accuracy)
{
    const struct report_table *table = past->table;
    for (size_t i = table->first[item]; i < table->first[item + 1]; i++) {
        uint32_t reporter = table->reporter[i];
        double correct = past->correct[reporter];
        double all = past->all[reporter];
        for (size_t j = table->first[item]; j < table->first[item + 1]; j++) {
            correct -= table->reporter[j] == reporter ? past->right[j] : 0;
            all -= table->reporter[j] == reporter;
        }
        if (!isnan(past->accuracy[reporter]))
            accuracy[reporter] = expect(past, correct, all);
    }
}
