#include "collector/aggregate/output.h"

#include <math.h>

#include "collector/aggregate/progress.h"
#include "collector/base/day.h"

enum {
    DECIMALS = 4,
    ITEMS_BETWEEN_SHOWS = 1 << 12
};

void output_header(struct buffer *buffer)
{
    buffer_text(buffer, "item,answer,p,standing,reports\n");
}

void output_history_header(struct buffer *buffer)
{
    buffer_text(buffer, "item,answer,from_earliest,from_likely,from_latest,"
                        "until_earliest,until_likely,until_latest,confidence\n");
}

static void output_names(struct buffer *buffer, const struct output_row *row)
{
    buffer_csv(buffer, row->item, row->item_length, false);
    buffer_char(buffer, ',');
    buffer_csv(buffer, row->answer, row->answer_length, false);
}

void output_estimate(struct buffer *buffer, const struct output_row *row, double p,
                     const char *standing, uint32_t reports)
{
    output_names(buffer, row);
    buffer_char(buffer, ',');
    if (isfinite(p))
        buffer_number(buffer, p, DECIMALS);
    buffer_char(buffer, ',');
    buffer_text(buffer, standing);
    buffer_char(buffer, ',');
    buffer_integer(buffer, reports);
    buffer_char(buffer, '\n');
}

static void output_bracket(struct buffer *buffer, bool there, const struct bracket *bracket)
{
    /* The days on which they fall; `latest` on midnight is the day before it. */
    const double days[] = {floor(bracket->earliest), floor(bracket->likely),
                           ceil(bracket->latest) - 1};
    double day = -HUGE_VAL;
    for (size_t i = 0; i < ARRAY_LENGTH(days); i++) {
        day = fmax(day, days[i]);
        buffer_char(buffer, ',');
        if (there)
            buffer_day(buffer, (int32_t)day);
    }
}

void output_segment(struct buffer *buffer, const struct output_row *row,
                    const struct segment *segment)
{
    output_names(buffer, row);
    output_bracket(buffer, segment->has_from, &segment->from);
    output_bracket(buffer, segment->has_until, &segment->until);
    buffer_char(buffer, ',');
    if (isfinite(segment->confidence))
        buffer_number(buffer, segment->confidence, DECIMALS);
    buffer_char(buffer, '\n');
}

/* The two files that go item by item; a path of NULL is left out. */
struct outputs {
    struct sink items, history;
    bool has_items, has_history;
};

static bool open_outputs(const struct options *options, struct outputs *outputs,
                         struct error *error)
{
    if (options->out && !sink_open(options->out, &outputs->items, error))
        return false;
    outputs->has_items = options->out;
    if (options->history && !sink_open(options->history, &outputs->history, error))
        return false;
    outputs->has_history = options->history;
    if (outputs->has_items)
        output_header(&outputs->items.buffer);
    if (outputs->has_history)
        output_history_header(&outputs->history.buffer);
    return true;
}

static bool close_outputs(struct outputs *outputs, bool done, struct error *error)
{
    struct sink *const sinks[] = {outputs->has_items ? &outputs->items : NULL,
                                  outputs->has_history ? &outputs->history : NULL};
    for (size_t i = 0; i < ARRAY_LENGTH(sinks); i++) {
        if (sinks[i] && done)
            done = sink_close(sinks[i], error);
        else if (sinks[i])
            sink_drop(sinks[i]);
    }
    return done;
}

static void output_item(const struct data *data, struct estimator *estimator, size_t item,
                        double now, struct outputs *outputs)
{
    const struct names *answers = &data->options[data->table.question[item]];
    struct output_row row = {data->items.text[item], data->items.length[item], "", 0};
    estimator_open(estimator, item);
    if (outputs->has_items) {
        struct estimate estimate;
        estimator_read(estimator, now, &estimate);
        row.answer = answers->text[estimate.best];
        row.answer_length = answers->length[estimate.best];
        output_estimate(&outputs->items.buffer, &row, estimate.p[estimate.best], estimate.standing,
                        estimate.reports);
        sink_flow(&outputs->items);
    }
    if (outputs->has_history) {
        auto_free struct segment *segments = NULL;
        size_t count = estimator_history(estimator, now, &segments);
        for (size_t i = 0; i < count; i++) {
            row.answer = answers->text[segments[i].answer];
            row.answer_length = answers->length[segments[i].answer];
            output_segment(&outputs->history.buffer, &row, &segments[i]);
        }
        sink_flow(&outputs->history);
    }
}

static bool output_files(const struct data *data, struct estimator *estimator,
                         const struct options *options, double now, struct error *error)
{
    struct outputs outputs = {0};
    bool opened = open_outputs(options, &outputs, error);
    struct progress progress;
    progress_start(&progress, "writing");
    for (size_t item = 0; opened && item < data->table.items; item++) {
        output_item(data, estimator, item, now, &outputs);
        if (item % ITEMS_BETWEEN_SHOWS == 0)
            progress_show(&progress, item, data->table.items);
    }
    progress_end(&progress);
    return close_outputs(&outputs, opened, error);
}

bool output_items(const struct data *data, struct estimator *estimator,
                  const struct options *options, double now, struct error *error)
{
    struct options parts[OPTIONS_PARTS];
    size_t count = options_parts(options, parts);
    bool done = true;
    for (size_t i = 0; done && i < count; i++)
        done = (!parts[i].out && !parts[i].history) ||
               output_files(data, estimator, &parts[i], now, error);
    return done;
}

/* How many rows each reporter has. */
static uint32_t *count_reports(const struct report_table *table)
{
    uint32_t *counts = memory_zeroed((size_t)table->reporters + 1, sizeof(*counts));
    for (size_t i = 0; i < table->count; i++)
        counts[table->reporter[i]]++;
    return counts;
}

static void output_reporter(const struct data *data, const struct fit *fit, uint32_t reporter,
                            uint32_t reports, struct buffer *buffer)
{
    struct fit_reporter known;
    fit_reporter(fit, reporter, &known);
    buffer_csv(buffer, data->reporters.text[reporter], data->reporters.length[reporter], false);
    buffer_char(buffer, ',');
    buffer_integer(buffer, reports);
    const double numbers[] = {known.accuracy, known.low, known.high};
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        buffer_char(buffer, ',');
        buffer_number(buffer, numbers[i], DECIMALS);
    }
    buffer_char(buffer, '\n');
}

bool output_reporters(const struct data *data, const struct estimator *estimator, const char *path,
                      struct error *error)
{
    const struct fit *fit = estimator_fit(estimator);
    if (!fit)
        return error_set(error, ERROR_INVALID, "--reporters: this method knows no reporters");
    struct sink sink;
    if (!sink_open(path, &sink, error))
        return false;
    auto_free uint32_t *reports = count_reports(&data->table);
    buffer_text(&sink.buffer, "reporter,reports,accuracy,low,high\n");
    for (uint32_t r = 0; r < data->table.reporters; r++) {
        output_reporter(data, fit, r, reports[r], &sink.buffer);
        sink_flow(&sink);
    }
    return sink_close(&sink, error);
}
