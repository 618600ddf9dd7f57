/*
 * How near the blend of a truth that stays comes to the best of its candidates, which nobody knows
 * beforehand.
 *
 *   candidates ANSWERS.csv TRUTH.csv
 *
 * prints a JSON array: for the blend and then each candidate, learned from everything, accuracy,
 * Brier score and weight.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/aggregate/data.h"
#include "collector/base/csv.h"
#include "collector/base/secret.h"
#include "collector/consensus/blend.h"
#include "collector/consensus/still.h"

enum {
    OTHER = -1 /* a truth that nobody told */
};

struct known {
    int64_t item;
    int64_t answer;
};

struct truths {
    struct known *known;
    size_t count;
};

static bool read_truths(const char *path, const struct data *data, struct truths *truths)
{
    struct error error;
    const struct csv_field *fields;
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    struct csv *csv = csv_create_stream(file);
    bool read = csv_header(csv, &error);
    int item = csv_column(csv, "item");
    int answer = csv_column(csv, "answer");
    while (read && item >= 0 && answer >= 0 && csv_row(csv, &fields, &error) > 0) {
        struct known known = {
            names_find(&data->items, fields[item].text, fields[item].length),
            names_find(&data->options[0], fields[answer].text, fields[answer].length)};
        truths->known =
            memory_resize_take(truths->known, truths->count + 1, sizeof(*truths->known));
        if (known.item >= 0)
            truths->known[truths->count++] = known;
    }
    csv_destroy(csv);
    fclose(file);
    return truths->count > 0;
}

static void add_score(const double *p, int options, int64_t answer, double *right, double *brier)
{
    int best = 0;
    *brier += answer == OTHER;
    for (int k = 0; k < options; k++) {
        double miss = p[k] - (k == answer);
        *brier += miss * miss;
        best = p[k] > p[best] ? k : best;
    }
    *right += best == answer;
}

static void print_score(const char *name, double weight, double right, double brier, size_t count)
{
    printf("{\"name\":\"%s\",\"weight\":%.4f,\"accuracy\":%.4f,\"brier\":%.4f}", name, weight,
           right / (double)count, brier / (double)count);
}

static void score_blend(const struct blend *blend, const struct truths *truths, int options)
{
    double right = 0;
    double brier = 0;
    auto_free double *p = memory_zeroed((size_t)options, sizeof(*p));
    for (size_t i = 0; i < truths->count; i++) {
        blend_posterior(blend, (size_t)truths->known[i].item, p);
        add_score(p, options, truths->known[i].answer, &right, &brier);
    }
    print_score("blend", 1, right, brier, truths->count);
}

static void score_candidate(const struct labels *labels, size_t candidate, double weight,
                            const struct truths *truths)
{
    struct still *still = still_create(labels, &candidates[candidate], -1, NULL);
    double right = 0;
    double brier = 0;
    size_t options = (size_t)labels->of.options;
    auto_free double *p = memory_zeroed(options, sizeof(*p));
    for (size_t i = 0; i < truths->count; i++) {
        memset(p, 0, options * sizeof(*p));
        still_add_posterior(still, (size_t)truths->known[i].item, 1, 1, p);
        add_score(p, labels->of.options, truths->known[i].answer, &right, &brier);
    }
    print_score(candidates[candidate].name, weight, right, brier, truths->count);
    still_destroy(still);
}

static void score_all(struct data *data, const struct truths *truths)
{
    struct report_table *table = &data->table;
    size_t reporters = (size_t)table->reporters + 1;
    auto_free uint32_t *items = memory_zeroed(table->items, sizeof(*items));
    auto_free uint32_t *number = memory_zeroed(reporters, sizeof(*number));
    for (uint32_t i = 0; i < table->items; i++)
        items[i] = i;
    for (uint32_t r = 0; r < reporters; r++)
        number[r] = r;
    struct labels_task task = {table,  items,     table->items, table->options[0],
                               number, reporters, NULL};
    report_table_weigh(table, false);
    struct blend *blend = blend_create(table, NULL, NULL, NULL);
    struct labels *labels = labels_create(&task);
    printf("[");
    score_blend(blend, truths, task.options);
    for (size_t c = 0; c < CANDIDATES; c++) {
        printf(",\n ");
        score_candidate(labels, c, blend_weight(blend, 0, c), truths);
    }
    puts("]");
    labels_destroy(labels);
    blend_destroy(blend);
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct data data;
    struct truths truths = {0};
    if (argc != 3) {
        fputs("Usage: candidates ANSWERS.csv TRUTH.csv\n", stderr);
        return 2;
    }
    if (!secret_start(&error) || !data_read(argv[1], &data, &error)) {
        fprintf(stderr, "candidates: %s\n", error.text);
        return 1;
    }
    if (data.table.questions != 1 || !read_truths(argv[2], &data, &truths)) {
        fputs("candidates: one question, and a truth that can be read\n", stderr);
        return 1;
    }
    score_all(&data, &truths);
    free(truths.known);
    data_finish(&data);
    return 0;
}
