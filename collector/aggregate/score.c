#include "collector/aggregate/score.h"

#include <math.h>

#include "collector/aggregate/stream.h"
#include "collector/base/csv.h"

static const int decimals = 4;

struct judge {
    const struct data *data;
    struct estimator *estimator;
    struct csv *csv;
    int item, answer, time;
    double now;
    int64_t open; /* the item that is open, -1 if none */
};

/* Answers that are equally likely share what one of them earns, as if a coin decided: no method is
 * better or worse for how its answers are numbered. */
static double credit(const struct estimate *estimate, int options, int64_t truth)
{
    double most = estimate->p[estimate->best];
    int likeliest = 0;
    for (int k = 0; k < options; k++)
        likeliest += estimate->p[k] >= most;
    return truth >= 0 && estimate->p[truth] >= most ? 1.0 / likeliest : 0;
}

static void add_estimate(const struct estimate *estimate, int options, int64_t truth,
                         struct score *score)
{
    double brier = truth < 0;
    for (int k = 0; k < options; k++) {
        double miss = estimate->p[k] - (k == truth);
        brier += miss * miss;
    }
    double p = estimate->p[estimate->best];
    size_t bin = (size_t)fmin(p * SCORE_BINS, SCORE_BINS - 1);
    double right = credit(estimate, options, truth);
    score->compared++;
    score->accuracy += right;
    score->brier += brier;
    score->bins[bin].count++;
    score->bins[bin].p += p;
    score->bins[bin].right += right;
}

static bool judge_row(struct judge *judge, const struct csv_field *fields, struct score *score,
                      struct error *error)
{
    const struct csv_field *name = &fields[judge->item];
    const struct csv_field *answer = &fields[judge->answer];
    double moment = judge->now;
    if (name->length == 0 || answer->length == 0)
        return error_set(error, ERROR_INVALID, "line %zu: no %s", csv_line(judge->csv),
                         name->length == 0 ? "item" : "answer");
    if (judge->time >= 0 && fields[judge->time].length > 0) {
        struct visit visit;
        if (!time_parse(fields[judge->time].text, fields[judge->time].length, &visit)) {
            return error_set(error, ERROR_INVALID, "line %zu: \"%.40s\" is no time",
                             csv_line(judge->csv), fields[judge->time].text);
        }
        moment = time_interval(&visit).end;
    }
    int64_t item = names_find(&judge->data->items, name->text, name->length);
    if (item < 0) {
        score->missing++;
        return true;
    }
    uint16_t question = judge->data->table.question[item];
    struct estimate estimate;
    if (judge->open != item) {
        estimator_open(judge->estimator, (size_t)item);
        judge->open = item;
    }
    estimator_read(judge->estimator, moment, &estimate);
    add_estimate(&estimate, judge->data->table.options[question],
                 names_find(&judge->data->options[question], answer->text, answer->length), score);
    return true;
}

static bool judge_columns(struct judge *judge, struct error *error)
{
    if (!csv_header(judge->csv, error))
        return false;
    judge->item = csv_column(judge->csv, "item");
    judge->answer = csv_column(judge->csv, "answer");
    judge->time = csv_column(judge->csv, "time");
    if (judge->item < 0 || judge->answer < 0) {
        return error_set(error, ERROR_INVALID, "line 1: no column %s",
                         judge->item < 0 ? "item" : "answer");
    }
    return true;
}

static bool judge_all(struct judge *judge, struct score *score, struct error *error)
{
    const struct csv_field *fields;
    if (!judge_columns(judge, error))
        return false;
    int got;
    while ((got = csv_row(judge->csv, &fields, error)) > 0)
        if (!judge_row(judge, fields, score, error))
            return false;
    return got == 0;
}

/* Figures over nothing would look like the best or the worst. */
static bool was_compared(const struct score *score, struct error *error)
{
    if (score->compared > 0)
        return true;
    return score->missing == 0 ? error_set(error, ERROR_INVALID, "no rows after the header")
                               : error_set(error, ERROR_INVALID,
                                           "none of its %zu items was reported on", score->missing);
}

static void finish_score(struct score *score)
{
    double count = fmax(1, (double)score->compared);
    score->accuracy /= count;
    score->brier /= count;
    for (size_t b = 0; b < SCORE_BINS; b++)
        score->calibration_error += fabs(score->bins[b].right - score->bins[b].p) / count;
}

bool score_read(const char *path, const struct data *data, struct estimator *estimator, double now,
                struct score *score_out, struct error *error)
{
    FILE *stream = stream_read(path, error);
    if (!stream)
        return false;
    struct judge judge = {.data = data, .estimator = estimator, .now = now, .open = -1};
    judge.csv = csv_create_stream(stream);
    csv_trim(judge.csv);
    *score_out = (struct score){0};
    bool done = judge_all(&judge, score_out, error) && was_compared(score_out, error);
    csv_destroy(judge.csv);
    stream_close_read(stream);
    if (!done)
        return error_prefix(error, "%s", path);
    finish_score(score_out);
    return true;
}

struct figure {
    const char *name;
    double value;
};

static void print_figure(struct buffer *buffer, const struct figure *figure)
{
    buffer_format(buffer, "%-9s ", figure->name);
    buffer_number(buffer, figure->value, decimals);
    buffer_char(buffer, '\n');
}

void score_print(const struct score *score, struct buffer *buffer)
{
    const struct figure figures[] = {
        {"accuracy", score->accuracy},       {"brier", score->brier},
        {"ece", score->calibration_error},   {"compared", (double)score->compared},
        {"missing", (double)score->missing},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(figures); i++)
        print_figure(buffer, &figures[i]);
    buffer_text(buffer, "p from  count  mean p  right\n");
    for (size_t b = 0; b < SCORE_BINS; b++) {
        double count = (double)score->bins[b].count;
        if (score->bins[b].count > 0) {
            buffer_format(buffer, "%.1f  %9zu  %.4f  %.4f\n", (double)b / SCORE_BINS,
                          score->bins[b].count, score->bins[b].p / count,
                          score->bins[b].right / count);
        }
    }
}

static void json_figure(struct buffer *buffer, const char *name, double value)
{
    buffer_format(buffer, ",\"%s\":", name);
    buffer_number(buffer, value, decimals);
}

void score_json(const struct score *score, struct buffer *buffer)
{
    buffer_format(buffer, "{\"compared\":%zu,\"missing\":%zu", score->compared, score->missing);
    json_figure(buffer, "accuracy", score->accuracy);
    json_figure(buffer, "brier", score->brier);
    json_figure(buffer, "ece", score->calibration_error);
    buffer_text(buffer, ",\"calibration\":[");
    bool first = true;
    for (size_t b = 0; b < SCORE_BINS; b++) {
        double count = (double)score->bins[b].count;
        if (score->bins[b].count == 0)
            continue;
        buffer_format(buffer, "%s{\"count\":%zu", first ? "" : ",", score->bins[b].count);
        json_figure(buffer, "p", score->bins[b].p / count);
        json_figure(buffer, "right", score->bins[b].right / count);
        buffer_char(buffer, '}');
        first = false;
    }
    buffer_text(buffer, "]}");
}
