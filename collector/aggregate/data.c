#include "collector/aggregate/data.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/aggregate/progress.h"
#include "collector/aggregate/stream.h"
#include "collector/base/csv.h"

enum {
    QUESTIONS_MAX = UINT16_MAX,
    ROWS_BETWEEN_SHOWS = 1 << 16,
    NO_QUESTION = UINT16_MAX
};

/* The longest span of time: a bin a day. */
static const double most_days = 200000;

static const char *const columns[] = {"item", "reporter", "answer", "time", "question"};

enum column {
    COLUMN_ITEM,
    COLUMN_REPORTER,
    COLUMN_ANSWER,
    COLUMN_TIME,
    COLUMN_QUESTION,
    COLUMNS
};

struct reader {
    struct csv *csv;
    int place[COLUMNS];
    struct report_table_builder *builder;
    struct spans *spans;
    struct names items, reporters, questions;
    struct names *options; /* of each question as it came */
    uint16_t *question;    /* of each item as it came */
    size_t item_capacity;
};

static bool find_columns(struct reader *reader, struct error *error)
{
    if (!csv_header(reader->csv, error)) {
        return false;
    }
    for (size_t c = 0; c < COLUMNS; c++) {
        reader->place[c] = csv_column(reader->csv, columns[c]);
        if (c <= COLUMN_ANSWER && reader->place[c] < 0) {
            return error_set(error, ERROR_INVALID, "line 1: no column %s", columns[c]);
        }
    }
    return true;
}

static bool number_question(struct reader *reader, const struct csv_field *fields,
                            uint16_t *question_out, struct error *error)
{
    *question_out = 0;
    if (reader->place[COLUMN_QUESTION] < 0 && reader->questions.count > 0) {
        return true;
    }
    struct csv_field name = {"", 0};
    if (reader->place[COLUMN_QUESTION] >= 0) {
        name = fields[reader->place[COLUMN_QUESTION]];
    }
    size_t known = reader->questions.count;
    uint32_t question = names_number(&reader->questions, name.text, name.length);
    if (question >= QUESTIONS_MAX) {
        return error_set(error, ERROR_TOO_LARGE, "line %zu: more than %d questions",
                         csv_line(reader->csv), QUESTIONS_MAX);
    }
    if (reader->questions.count > known) {
        reader->options = memory_resize_take(reader->options, known + 1, sizeof(*reader->options));
        names_start(&reader->options[known]);
    }
    *question_out = (uint16_t)question;
    return true;
}

static bool number_item(struct reader *reader, const struct csv_field *field, uint16_t question,
                        uint32_t *item_out, struct error *error)
{
    if (field->length == 0) {
        return error_set(error, ERROR_INVALID, "line %zu: no item", csv_line(reader->csv));
    }
    uint32_t item = names_number(&reader->items, field->text, field->length);
    if (item >= reader->item_capacity) {
        size_t capacity = reader->item_capacity * 2 + 1024;
        reader->question =
            memory_resize_take(reader->question, capacity, sizeof(*reader->question));
        memset(reader->question + reader->item_capacity, 0xff,
               (capacity - reader->item_capacity) * sizeof(*reader->question));
        reader->item_capacity = capacity;
    }
    if (reader->question[item] == NO_QUESTION) {
        reader->question[item] = question;
    }
    if (reader->question[item] != question) {
        return error_set(error, ERROR_INVALID, "line %zu: item %s belongs to another question",
                         csv_line(reader->csv), field->text);
    }
    *item_out = item;
    return true;
}

static bool number_answer(struct reader *reader, const struct csv_field *field, uint16_t question,
                          uint8_t *answer_out, struct error *error)
{
    size_t line = csv_line(reader->csv);
    if (field->length == 0) {
        return error_set(error, ERROR_INVALID, "line %zu: no answer", line);
    }
    uint32_t answer = names_number(&reader->options[question], field->text, field->length);
    if (answer >= CONSENSUS_OPTIONS_MAX) {
        return error_set(error, ERROR_TOO_LARGE, "line %zu: more than %d different answers", line,
                         CONSENSUS_OPTIONS_MAX);
    }
    *answer_out = (uint8_t)answer;
    return true;
}

static bool number_time(struct reader *reader, const struct csv_field *fields, uint32_t *when_out,
                        struct error *error)
{
    struct visit visit = {0, 0, 0, DAY_SECONDS};
    if (reader->place[COLUMN_TIME] >= 0) {
        const struct csv_field *field = &fields[reader->place[COLUMN_TIME]];
        if (!time_parse(field->text, field->length, &visit)) {
            return error_set(error, ERROR_INVALID,
                             "line %zu: \"%.40s\" is no time (2024, 2024-05, 2024-05-01 or "
                             "2024-05-01T08:30)",
                             csv_line(reader->csv), field->text);
        }
    }
    *when_out = spans_number(reader->spans, &visit);
    return true;
}

static bool read_row(struct reader *reader, const struct csv_field *fields, struct error *error)
{
    struct report_table_row row = {.weight = 1};
    uint16_t question;
    const struct csv_field *reporter = &fields[reader->place[COLUMN_REPORTER]];
    if (!number_question(reader, fields, &question, error) ||
        !number_item(reader, &fields[reader->place[COLUMN_ITEM]], question, &row.item, error) ||
        !number_answer(reader, &fields[reader->place[COLUMN_ANSWER]], question, &row.answer,
                       error) ||
        !number_time(reader, fields, &row.when, error)) {
        return false;
    }
    row.reporter = reporter->length == 0
                       ? CONSENSUS_NOBODY
                       : names_number(&reader->reporters, reporter->text, reporter->length);
    if (report_table_rows(reader->builder) == UINT32_MAX) {
        return error_set(error, ERROR_TOO_LARGE, "line %zu: more than %u rows",
                         csv_line(reader->csv), UINT32_MAX);
    }
    report_table_add(reader->builder, &row);
    return true;
}

static bool read_rows(struct reader *reader, size_t size, struct error *error)
{
    const struct csv_field *fields;
    struct progress progress;
    progress_start(&progress, "reading");
    int got;
    while ((got = csv_row(reader->csv, &fields, error)) > 0) {
        if (!read_row(reader, fields, error)) {
            got = -1;
            break;
        }
        if (report_table_rows(reader->builder) % ROWS_BETWEEN_SHOWS == 0) {
            progress_show(&progress, csv_bytes(reader->csv), size);
        }
    }
    progress_end(&progress);
    if (got == 0 && report_table_rows(reader->builder) == 0) {
        return error_set(error, ERROR_INVALID, "no rows after the header");
    }
    return got == 0;
}

/* Options of each question in the order of their names. */
static uint8_t *sort_options(struct reader *reader)
{
    size_t questions = reader->questions.count;
    uint8_t *answers = memory_zeroed(questions * CONSENSUS_OPTIONS_MAX, 1);
    for (size_t q = 0; q < questions; q++) {
        names_sort(&reader->options[q]);
        for (size_t a = 0; a < reader->options[q].count; a++) {
            answers[q * CONSENSUS_OPTIONS_MAX + a] = (uint8_t)reader->options[q].number[a];
        }
    }
    return answers;
}

/* The columns of the table that are not rows, in the new numbers. */
static void shape_table(struct reader *reader, struct data *data, struct report_table *shape)
{
    size_t questions = reader->questions.count;
    shape->items = reader->items.count;
    shape->reporters = (uint32_t)reader->reporters.count;
    shape->questions = (uint32_t)questions;
    shape->options = memory_zeroed(questions, sizeof(*shape->options));
    shape->question = memory_zeroed(shape->items, sizeof(*shape->question));
    data->options = memory_zeroed(questions, sizeof(*data->options));
    for (size_t q = 0; q < questions; q++) {
        uint32_t number = reader->questions.number[q];
        shape->options[number] = (uint8_t)reader->options[q].count;
        data->options[number] = reader->options[q];
    }
    for (size_t i = 0; i < shape->items; i++) {
        shape->question[reader->items.number[i]] =
            (uint16_t)reader->questions.number[reader->question[i]];
    }
    free(TAKE(reader->options));
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

static bool number_all(struct reader *reader, struct data *data, struct error *error)
{
    struct report_table shape = {0};
    auto_free uint32_t *intervals = NULL;
    names_sort(&reader->items);
    names_sort(&reader->reporters);
    names_sort(&reader->questions);
    auto_free uint8_t *answers = sort_options(reader);
    shape.intervals = spans_count(reader->spans);
    spans_sort(reader->spans, &shape.interval, &intervals);
    struct renumbering renumbering = {reader->items.number, reader->reporters.number, intervals,
                                      answers, reader->question};
    report_table_renumber(reader->builder, &renumbering);
    data->now = -HUGE_VAL;
    measure_time(&shape, data);
    if (shape.span > most_days) {
        free(shape.interval);
        return error_set(error, ERROR_TOO_LARGE, "the times span more than %.0f days", most_days);
    }
    shape_table(reader, data, &shape);
    report_table_build_take(TAKE(reader->builder), &shape, &data->table);
    data->timed = reader->place[COLUMN_TIME] >= 0;
    data->items = reader->items;
    data->reporters = reader->reporters;
    reader->items = (struct names){0};
    reader->reporters = (struct names){0};
    return true;
}

static void reader_start(struct reader *reader, FILE *stream)
{
    *reader = (struct reader){
        .csv = csv_create_stream(stream),
        .builder = report_table_builder_create(),
        .spans = spans_create(),
    };
    names_start(&reader->items);
    names_start(&reader->reporters);
    names_start(&reader->questions);
}

static void reader_finish(struct reader *reader)
{
    csv_destroy(reader->csv);
    report_table_builder_destroy(reader->builder);
    spans_destroy(reader->spans);
    for (size_t q = 0; reader->options && q < reader->questions.count; q++) {
        names_finish(&reader->options[q]);
    }
    names_finish(&reader->items);
    names_finish(&reader->reporters);
    names_finish(&reader->questions);
    free(reader->options);
    free(reader->question);
}

bool data_read(const char *path, struct data *data_out, struct error *error)
{
    FILE *stream = stream_read(path, error);
    if (!stream) {
        return false;
    }
    struct reader reader;
    struct stat status;
    size_t size = fstat(fileno(stream), &status) == 0 ? (size_t)status.st_size : 0;
    reader_start(&reader, stream);
    struct data data = {0};
    bool done = find_columns(&reader, error) && read_rows(&reader, size, error);
    done = done && number_all(&reader, &data, error);
    reader_finish(&reader);
    stream_close_read(stream);
    if (!done) {
        return error_prefix(error, "%s", path);
    }
    *data_out = data;
    return true;
}

void data_finish(struct data *data)
{
    for (size_t q = 0; q < data->table.questions; q++) {
        names_finish(&data->options[q]);
    }
    free(data->options);
    names_finish(&data->items);
    names_finish(&data->reporters);
    report_table_finish(&data->table);
    *data = (struct data){0};
}
