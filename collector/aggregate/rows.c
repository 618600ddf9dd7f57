#include "collector/aggregate/rows.h"

#include <string.h>

#include "collector/aggregate/progress.h"
#include "collector/base/buffer.h"
#include "collector/base/csv.h"

enum {
    QUESTIONS_MAX = UINT16_MAX,
    ROWS_BETWEEN_SHOWS = 1 << 16,
    NO_QUESTION = UINT16_MAX,
    WAITING_MAX = 64
};

_Static_assert((int)ROWS_ANSWERS_MAX <= (int)CONSENSUS_OPTIONS_MAX, "each has a number");

static const char *const columns[] = {"item", "reporter", "answer", "time", "question"};

enum column {
    COLUMN_ITEM,
    COLUMN_REPORTER,
    COLUMN_ANSWER,
    COLUMN_TIME,
    COLUMN_QUESTION,
    COLUMNS
};

/* A name that waits for its number; its text lies in the reader's. */
struct waiting_name {
    uint64_t hash;
    size_t offset, length;
};

/* Names of millions are far apart in memory. So rows wait for the numbers of theirs, until many
 * were asked for at once. */
struct waiting {
    struct waiting_name item, reporter;
    struct report_table_row row;
    size_t line;
    uint16_t question;
};

struct reader {
    struct csv *csv;
    int place[COLUMNS];
    struct rows *rows;
    struct waiting waiting[WAITING_MAX];
    size_t waiting_count;
    struct buffer text;
};

/* Says what the header has instead. */
static bool lacks_column(const struct csv *csv, const char *name, struct error *error)
{
    auto_buffer struct buffer there = {0};
    for (size_t c = 0; c < csv_columns(csv); c++) {
        if (strchr(csv_column_name(csv, c), '\r'))
            return error_set(error, ERROR_INVALID,
                             "line 1: ends in CR alone (save the table with lines that end in LF "
                             "or CRLF)");
        buffer_format(&there, "%s%.20s", c > 0 ? ", " : "", csv_column_name(csv, c));
    }
    for (size_t i = 0; i < there.length; i++)
        if ((unsigned char)there.data[i] < ' ')
            there.data[i] = '?';
    return error_set(
        error, ERROR_INVALID,
        "line 1: no column %s (item, reporter and answer are needed%s; here %s: %.60s)", name,
        csv_columns(csv) > 1 ? "" : ", between them commas", csv_columns(csv) > 1 ? "are" : "is",
        there.data);
}

static bool find_columns(struct reader *reader, struct error *error)
{
    if (!csv_header(reader->csv, error))
        return false;
    for (size_t c = 0; c < COLUMNS; c++) {
        reader->place[c] = csv_column(reader->csv, columns[c]);
        if (c <= COLUMN_ANSWER && reader->place[c] < 0)
            return lacks_column(reader->csv, columns[c], error);
    }
    reader->rows->timed = reader->place[COLUMN_TIME] >= 0;
    return true;
}

static bool number_question(struct reader *reader, const struct csv_field *fields,
                            uint16_t *question_out, struct error *error)
{
    struct rows *rows = reader->rows;
    *question_out = 0;
    if (reader->place[COLUMN_QUESTION] < 0 && rows->questions.count > 0)
        return true;
    struct csv_field name = {"", 0};
    if (reader->place[COLUMN_QUESTION] >= 0)
        name = fields[reader->place[COLUMN_QUESTION]];
    size_t known = rows->questions.count;
    uint32_t question = names_number(&rows->questions, name.text, name.length);
    if (rows->questions.count > known) {
        rows->options = memory_resize_take(rows->options, known + 1, sizeof(*rows->options));
        names_start(&rows->options[known]);
    }
    if (question >= QUESTIONS_MAX) {
        return error_set(error, ERROR_TOO_LARGE, "line %zu: more than %d questions",
                         csv_line(reader->csv), QUESTIONS_MAX);
    }
    *question_out = (uint16_t)question;
    return true;
}

static bool number_answer(struct reader *reader, const struct csv_field *field, uint16_t question,
                          uint16_t *answer_out, struct error *error)
{
    size_t line = csv_line(reader->csv);
    if (field->length == 0)
        return error_set(error, ERROR_INVALID, "line %zu: no answer", line);
    uint32_t answer = names_number(&reader->rows->options[question], field->text, field->length);
    if (answer >= ROWS_ANSWERS_MAX) {
        return error_set(error, ERROR_TOO_LARGE,
                         "line %zu: more than %d different answers to one question (free text or a "
                         "measured number is no category; a column question parts what was asked)",
                         line, ROWS_ANSWERS_MAX);
    }
    *answer_out = (uint16_t)answer;
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
    *when_out = spans_number(reader->rows->spans, &visit);
    return true;
}

static struct waiting_name keep_name(struct reader *reader, const struct names *names,
                                     const struct csv_field *field)
{
    struct waiting_name name = {0, reader->text.length, field->length};
    if (field->length > 0) {
        name.hash = names_hash(names, field->text, field->length);
        buffer_bytes(&reader->text, field->text, field->length);
    }
    return name;
}

static bool keep_row(struct reader *reader, const struct csv_field *fields, struct error *error)
{
    struct waiting row = {.row.weight = 1, .line = csv_line(reader->csv)};
    const struct csv_field *item = &fields[reader->place[COLUMN_ITEM]];
    const struct csv_field *answer = &fields[reader->place[COLUMN_ANSWER]];
    if (!number_question(reader, fields, &row.question, error))
        return false;
    if (item->length == 0)
        return error_set(error, ERROR_INVALID, "line %zu: no item", row.line);
    if (!number_answer(reader, answer, row.question, &row.row.answer, error) ||
        !number_time(reader, fields, &row.row.when, error)) {
        return false;
    }
    row.item = keep_name(reader, &reader->rows->items, item);
    row.reporter =
        keep_name(reader, &reader->rows->reporters, &fields[reader->place[COLUMN_REPORTER]]);
    reader->waiting[reader->waiting_count++] = row;
    return true;
}

static void reserve_item(struct rows *rows, uint32_t item)
{
    if (item >= rows->item_capacity) {
        size_t capacity = rows->item_capacity * 2 + 1024;
        rows->question = memory_resize_take(rows->question, capacity, sizeof(*rows->question));
        memset(rows->question + rows->item_capacity, 0xff,
               (capacity - rows->item_capacity) * sizeof(*rows->question));
        rows->item_capacity = capacity;
    }
}

static bool add_row(struct reader *reader, struct waiting *waiting, struct error *error)
{
    struct rows *rows = reader->rows;
    const struct waiting_name *item = &waiting->item;
    const struct waiting_name *reporter = &waiting->reporter;
    const char *text = reader->text.data;
    struct report_table_row *row = &waiting->row;
    row->item = names_number_hashed(&rows->items, item->hash, text + item->offset, item->length);
    reserve_item(rows, row->item);
    if (rows->question[row->item] == NO_QUESTION)
        rows->question[row->item] = waiting->question;
    if (rows->question[row->item] != waiting->question) {
        return error_set(error, ERROR_INVALID, "line %zu: item %.*s belongs to another question",
                         waiting->line, (int)(item->length < 80 ? item->length : 80),
                         text + item->offset);
    }
    row->reporter = reporter->length == 0
                        ? CONSENSUS_NOBODY
                        : names_number_hashed(&rows->reporters, reporter->hash,
                                              text + reporter->offset, reporter->length);
    if (report_table_rows(rows->builder) == UINT32_MAX) {
        return error_set(error, ERROR_TOO_LARGE, "line %zu: more than %u rows", waiting->line,
                         UINT32_MAX);
    }
    report_table_add(rows->builder, row);
    return true;
}

/* Gives the rows that wait their numbers. */
static bool add_waiting(struct reader *reader, struct error *error)
{
    bool added = true;
    for (size_t i = 0; i < reader->waiting_count; i++) {
        names_foresee(&reader->rows->items, reader->waiting[i].item.hash);
        names_foresee(&reader->rows->reporters, reader->waiting[i].reporter.hash);
    }
    for (size_t i = 0; added && i < reader->waiting_count; i++)
        added = add_row(reader, &reader->waiting[i], error);
    reader->waiting_count = 0;
    buffer_clear(&reader->text);
    return added;
}

static bool read_rows(struct reader *reader, size_t size, struct error *error)
{
    const struct csv_field *fields;
    struct progress progress;
    size_t count = 0;
    struct error later = {0};
    progress_start(&progress, "reading");
    int got;
    while ((got = csv_row(reader->csv, &fields, &later)) > 0) {
        if (!keep_row(reader, fields, &later) ||
            (reader->waiting_count == WAITING_MAX && !add_waiting(reader, &later))) {
            got = -1;
            break;
        }
        if (++count % ROWS_BETWEEN_SHOWS == 0)
            progress_show(&progress, csv_bytes(reader->csv), size);
    }
    progress_end(&progress);
    /* What is wrong in an earlier line is told first. */
    if (!add_waiting(reader, error))
        return false;
    if (got < 0) {
        *error = later;
        return false;
    }
    return count > 0 || error_set(error, ERROR_INVALID, "no rows after the header");
}

bool rows_read(FILE *stream, size_t size, struct rows *rows_out, struct error *error)
{
    *rows_out = (struct rows){.builder = report_table_builder_create(), .spans = spans_create()};
    names_start(&rows_out->items);
    names_start(&rows_out->reporters);
    names_start(&rows_out->questions);
    auto_free struct reader *reader = memory_zeroed(1, sizeof(*reader));
    reader->csv = csv_create_stream(stream);
    csv_trim(reader->csv);
    reader->rows = rows_out;
    bool done = find_columns(reader, error) && read_rows(reader, size, error);
    csv_destroy(reader->csv);
    buffer_finish(&reader->text);
    return done;
}

void rows_finish(struct rows *rows)
{
    report_table_builder_destroy(rows->builder);
    spans_destroy(rows->spans);
    for (size_t q = 0; rows->options && q < rows->questions.count; q++)
        names_finish(&rows->options[q]);
    names_finish(&rows->items);
    names_finish(&rows->reporters);
    names_finish(&rows->questions);
    free(rows->options);
    free(rows->question);
}
