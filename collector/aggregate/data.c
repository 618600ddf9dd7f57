#include "collector/aggregate/data.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/aggregate/progress.h"
#include "collector/aggregate/rows.h"
#include "collector/aggregate/stream.h"
#include "collector/base/day.h"

/* The longest span of time: a bin a day. */
static const double most_days = 200000;

/* Where each question's options begin among all; there are fewer than rows. */
static uint32_t *place_questions(const struct names *options, size_t questions)
{
    uint32_t *first = memory_zeroed(questions + 1, sizeof(*first));
    for (size_t q = 0; q < questions; q++)
        first[q + 1] = first[q] + (uint32_t)options[q].count;
    return first;
}

/* Options of each question in the order of their names, at first. */
static uint16_t *sort_options(struct rows *rows, const uint32_t *first)
{
    size_t questions = rows->questions.count;
    uint16_t *answers = memory_zeroed(first[questions], sizeof(*answers));
    for (size_t q = 0; q < questions; q++) {
        names_sort(&rows->options[q]);
        for (size_t a = 0; a < rows->options[q].count; a++)
            answers[first[q] + a] = (uint16_t)rows->options[q].number[a];
    }
    return answers;
}

/* The columns of the table that are not rows, in the new numbers. */
static void shape_table(struct rows *rows, struct data *data, struct report_table *shape)
{
    size_t questions = rows->questions.count;
    shape->items = rows->items.count;
    shape->reporters = (uint32_t)rows->reporters.count;
    shape->questions = (uint32_t)questions;
    shape->options = memory_zeroed(questions, sizeof(*shape->options));
    shape->question = memory_zeroed(shape->items, sizeof(*shape->question));
    data->options = memory_zeroed(questions, sizeof(*data->options));
    for (size_t q = 0; q < questions; q++) {
        uint32_t number = rows->questions.number[q];
        shape->options[number] = (uint16_t)rows->options[q].count;
        data->options[number] = rows->options[q];
    }
    for (size_t i = 0; i < shape->items; i++) {
        shape->question[rows->items.number[i]] =
            (uint16_t)rows->questions.number[rows->question[i]];
    }
    free(TAKE(rows->options));
}

struct traced {
    struct answer_trace trace;
    uint16_t number;
};

/* What is said more often stands before, and then the rows decide; names only where they can't. */
static int traced_compare(const void *left, const void *right)
{
    const struct traced *a = left;
    const struct traced *b = right;
    if (a->trace.rows != b->trace.rows)
        return a->trace.rows > b->trace.rows ? -1 : 1;
    if (a->trace.digest != b->trace.digest)
        return a->trace.digest < b->trace.digest ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* The new number of each of a question's options. */
static void place_options(const struct answer_trace *traces, size_t count, uint16_t *place)
{
    auto_free struct traced *sorted = memory_zeroed(count, sizeof(*sorted));
    for (size_t a = 0; a < count; a++)
        sorted[a] = (struct traced){traces[a], (uint16_t)a};
    qsort(sorted, count, sizeof(*sorted), traced_compare);
    for (size_t a = 0; a < count; a++)
        place[sorted[a].number] = (uint16_t)a;
}

/* Numbers the options by what was said, so that other names for them change no digit: sums over
 * options are taken in the order of their numbers, and a tie goes to the first. */
static void order_options(const struct report_table *shape, struct report_table_builder *builder,
                          struct data *data)
{
    size_t questions = shape->questions;
    auto_free uint32_t *first = place_questions(data->options, questions);
    auto_free struct answer_trace *traces = memory_zeroed(first[questions], sizeof(*traces));
    auto_free uint16_t *answers = memory_zeroed(first[questions], sizeof(*answers));
    report_table_trace(builder, shape->question, first, traces);
    for (size_t q = 0; q < questions; q++) {
        uint16_t *place = answers + first[q];
        place_options(traces + first[q], data->options[q].count, place);
        names_arrange(&data->options[q], place);
    }
    const struct renumbering renumbering = {
        .answers = answers, .first = first, .question = shape->question};
    report_table_renumber(builder, &renumbering);
}

static void measure_time(struct report_table *shape, struct data *data)
{
    double last = shape->interval[shape->intervals - 1].time;
    shape->span = last - shape->interval[0].time;
    for (size_t i = 0; i < shape->intervals; i++) {
        const struct interval *interval = &shape->interval[i];
        data->now = fmax(data->now, fmin(interval->end, interval->time + 0.5));
    }
}

/* Millions of names take seconds each. */
static void sort_names(struct rows *rows)
{
    struct names *const sorted[] = {&rows->items, &rows->reporters, &rows->questions};
    size_t all = 0;
    size_t done = 0;
    struct progress progress;
    for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++)
        all += sorted[i]->count;
    progress_start(&progress, "sorting");
    progress_show(&progress, 0, all);
    for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++) {
        names_sort(sorted[i]);
        done += sorted[i]->count;
        progress_show(&progress, done, all);
    }
    progress_end(&progress);
}

static bool spans_too_far(const struct report_table *shape, struct error *error)
{
    auto_buffer struct buffer from = {0};
    auto_buffer struct buffer to = {0};
    buffer_day(&from, (int32_t)floor(shape->interval[0].time));
    buffer_day(&to, (int32_t)floor(shape->interval[shape->intervals - 1].time));
    return error_set(error, ERROR_TOO_LARGE, "the times span more than %.0f days: from %s to %s",
                     most_days, from.data, to.data);
}

static bool number_all(struct rows *rows, struct data *data, struct error *error)
{
    struct report_table shape = {0};
    auto_free uint32_t *intervals = NULL;
    struct progress progress;
    sort_names(rows);
    auto_free uint32_t *first = place_questions(rows->options, rows->questions.count);
    auto_free uint16_t *answers = sort_options(rows, first);
    shape.intervals = spans_count(rows->spans);
    spans_sort(rows->spans, &shape.interval, &intervals);
    struct renumbering renumbering = {
        rows->items.number, rows->reporters.number, intervals, answers, first, rows->question};
    report_table_renumber(rows->builder, &renumbering);
    data->now = -HUGE_VAL;
    measure_time(&shape, data);
    if (shape.span > most_days) {
        bool told = spans_too_far(&shape, error);
        free(shape.interval);
        return told;
    }
    shape_table(rows, data, &shape);
    progress_start(&progress, "numbering");
    progress_show(&progress, 0, 1);
    order_options(&shape, rows->builder, data);
    report_table_build_take(TAKE(rows->builder), &shape, &data->table);
    progress_end(&progress);
    data->timed = rows->timed;
    data->items = rows->items;
    data->reporters = rows->reporters;
    rows->items = (struct names){0};
    rows->reporters = (struct names){0};
    return true;
}

bool data_read(const char *path, struct data *data_out, struct error *error)
{
    FILE *stream = stream_read(path, error);
    if (!stream)
        return false;
    struct rows rows;
    struct stat status;
    size_t size = fstat(fileno(stream), &status) == 0 ? (size_t)status.st_size : 0;
    struct data data = {0};
    bool done = rows_read(stream, size, &rows, error) && number_all(&rows, &data, error);
    rows_finish(&rows);
    stream_close_read(stream);
    if (!done)
        return error_prefix(error, "%s", path);
    *data_out = data;
    return true;
}

void data_finish(struct data *data)
{
    for (size_t q = 0; q < data->table.questions; q++)
        names_finish(&data->options[q]);
    free(data->options);
    names_finish(&data->items);
    names_finish(&data->reporters);
    report_table_finish(&data->table);
    *data = (struct data){0};
}
