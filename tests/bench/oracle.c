/*
 * How right the engine would be if it knew what it has to learn: the same chain, the same reading,
 * with what tests/bench/simulate made the reports from in the place of what is learned.
 *
 *   oracle FOLDER KNOWN TRUTH.csv HISTORY.csv
 *
 * FOLDER is simulate's. KNOWN is any of r (every honest reporter's accuracy), h (how often truth
 * restarts on each day, and into what) and c (whose reports are lies told together: they count
 * nothing, and the others count whole); "-" is none: the engine itself. With "rhc" what is read out
 * is the exact posterior given the honest reports. With p in the place of r, accuracies are those to
 * expect by who was told which of all other items' reports were true: no more can be learned from
 * records. "letter" is the engine with the weights and the
 * s of consensus.md §3–4 as they stand there, for sets of every size. Prints the figures of
 * zhanji-aggregate --json.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/aggregate/output.h"
#include "collector/aggregate/score.h"
#include "tests/bench/known.h"

static const double prior_accuracy = 0.75;
static const double letter_strength = 8;

/* This program's own: what score.c and output.c read from. */
struct estimator {
    struct data data;
    bool knows_reporters, knows_past, knows_hazard, knows_liars, by_letter;
    struct fit *fit;
    struct emission emission;
    struct past *past;
    double *truth;    /* of each reporter; NAN: of one who lies together with others */
    double *accuracy; /* the same, and what is learned of those */
    struct hazard hazard;
    struct dynamics *dynamics;
    struct observation *scratch;
    double *p; /* of each option */
    struct knots knots;
    struct smoother *smoother;
};

/* Lies count nothing; the rest has nobody to be tempered for. */
static void drop_lies(struct estimator *oracle)
{
    struct report_table *table = &oracle->data.table;
    for (size_t i = 0; i < table->count; i++)
        table->weight[i] = isnan(oracle->truth[table->reporter[i]]) ? 0.0F : 1.0F;
}

static void saturate_all(struct estimator *oracle)
{
    struct report_table *table = &oracle->data.table;
    for (size_t item = 0; item < table->items; item++) {
        size_t count = report_table_item(table, item, oracle->scratch);
        consensus_weigh(oracle->scratch, count, table->span, true);
        for (size_t i = 0; i < count; i++)
            table->weight[table->first[item] + i] = (float)oracle->scratch[i].weight;
    }
}

static void learn(struct estimator *oracle)
{
    struct report_table *table = &oracle->data.table;
    const struct fit_options options = {.prior_accuracy = prior_accuracy,
                                        .strength = oracle->by_letter ? letter_strength : 0,
                                        .origin = table->interval[0].time};
    if (oracle->by_letter)
        saturate_all(oracle);
    else if (oracle->knows_liars)
        drop_lies(oracle);
    else
        report_table_weigh(table, true);
    oracle->fit = fit_create(table, &options);
    emission_uniform(table->options[0], &oracle->emission);
    for (uint32_t r = 0; r < table->reporters; r++)
        if (isnan(oracle->truth[r]))
            oracle->accuracy[r] = fit_accuracy(oracle->fit, r);
}

static void start(const char *folder, struct estimator *oracle)
{
    oracle->scratch =
        memory_zeroed(report_table_largest(&oracle->data.table), sizeof(*oracle->scratch));
    oracle->p = memory_zeroed(oracle->data.table.options[0], sizeof(double));
    oracle->accuracy = known_accuracies(folder, &oracle->data);
    oracle->truth = known_accuracies(folder, &oracle->data);
    oracle->past = past_create(folder, &oracle->data, oracle->truth);
    learn(oracle);
    if (oracle->knows_hazard)
        known_hazard(folder, &oracle->data, &oracle->hazard);
    else
        fit_hazard(oracle->fit, 0, &oracle->hazard);
    oracle->dynamics = dynamics_create(&oracle->hazard, NULL, 0, HUGE_VAL);
}

static void close_item(struct estimator *oracle)
{
    smoother_destroy(TAKE(oracle->smoother));
    knots_finish(&oracle->knots);
}

static void finish(struct estimator *oracle)
{
    close_item(oracle);
    fit_destroy(oracle->fit);
    dynamics_destroy(oracle->dynamics);
    emission_finish(&oracle->emission);
    hazard_finish(&oracle->hazard);
    past_destroy(oracle->past);
    free(oracle->truth);
    free(oracle->accuracy);
    free(oracle->scratch);
    free(oracle->p);
    data_finish(&oracle->data);
}

void estimator_open(struct estimator *oracle, size_t item)
{
    const struct report_table *table = &oracle->data.table;
    close_item(oracle);
    if (oracle->knows_past)
        past_expect(oracle->past, item, oracle->accuracy);
    if (oracle->knows_reporters || oracle->knows_past) {
        size_t count = report_table_item(table, item, oracle->scratch);
        knots_build(oracle->scratch, count, &oracle->emission, oracle->accuracy, prior_accuracy,
                    &oracle->knots);
    } else {
        fit_knots(oracle->fit, item, oracle->scratch, &oracle->knots);
    }
    oracle->smoother = smoother_create(&oracle->knots, oracle->dynamics);
}

void estimator_read(const struct estimator *oracle, double moment, struct estimate *estimate)
{
    struct reading reading;
    smoother_read(oracle->smoother, moment, &reading, oracle->p);
    *estimate = (struct estimate){.p = oracle->p,
                                  .best = reading.best,
                                  .standing = standing_name(reading.standing),
                                  .reports = reading.reports};
}

size_t estimator_history(const struct estimator *oracle, double now, struct segment **segments_out)
{
    return smoother_history(oracle->smoother, now, segments_out);
}

const struct fit *estimator_fit(const struct estimator *oracle)
{
    return oracle->fit;
}

static bool report(struct estimator *oracle, char **argv, struct error *error)
{
    const struct options options = {.history = argv[4]};
    struct score score;
    auto_buffer struct buffer buffer = {0};
    double now = oracle->data.now;
    if (!score_read(argv[3], &oracle->data, oracle, now, &score, error) ||
        !output_items(&oracle->data, oracle, &options, now, error)) {
        return false;
    }
    score_json(&score, &buffer);
    printf("{\"truth\":%.*s}\n", (int)buffer.length, buffer.data);
    return true;
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct estimator oracle = {0};
    char path[4096];
    oracle.by_letter = argc == 5 && strcmp(argv[2], "letter") == 0;
    if (argc != 5 || (!oracle.by_letter && argv[2][strspn(argv[2], "rphc-")] != '\0')) {
        fputs("Usage: oracle FOLDER KNOWN TRUTH.csv HISTORY.csv\n", stderr);
        return 2;
    }
    oracle.knows_reporters = !oracle.by_letter && strchr(argv[2], 'r');
    oracle.knows_past = !oracle.by_letter && strchr(argv[2], 'p');
    oracle.knows_hazard = !oracle.by_letter && strchr(argv[2], 'h');
    oracle.knows_liars = !oracle.by_letter && strchr(argv[2], 'c');
    snprintf(path, sizeof(path), "%s/reports.csv", argv[1]);
    bool done = secret_start(&error) && data_read(path, &oracle.data, &error);
    if (done) {
        start(argv[1], &oracle);
        done = report(&oracle, argv, &error);
        finish(&oracle);
    }
    if (!done)
        fprintf(stderr, "oracle: %s\n", error.text);
    return done ? 0 : 1;
}
