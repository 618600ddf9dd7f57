#include "collector/base/csv.h"

#include <errno.h>
#include <string.h>

#include "collector/base/buffer.h"

enum {
    BLOCK_SIZE = 1 << 18
};

struct csv {
    FILE *stream;      /* NULL when all is in memory */
    char *block;       /* the stream's own */
    const char *bytes; /* what is at hand */
    size_t length, position;
    size_t passed; /* bytes of blocks before this one */
    int failure;   /* errno of the stream, 0 if it can be read */
    size_t line, row_line;
    struct buffer text; /* the fields of the row, each with a NUL */
    size_t *offsets;
    struct csv_field *fields;
    size_t count, capacity;
    char **names; /* the header */
    size_t columns;
    bool trims;
};

struct csv *csv_create_memory(const char *bytes, size_t length)
{
    struct csv *csv = memory_zeroed(1, sizeof *csv);
    csv->bytes = bytes;
    csv->length = length;
    csv->line = 1;
    return csv;
}

struct csv *csv_create_stream(FILE *stream)
{
    struct csv *csv = csv_create_memory(NULL, 0);
    csv->stream = stream;
    csv->block = memory_alloc(BLOCK_SIZE);
    csv->bytes = csv->block;
    return csv;
}

void csv_destroy(struct csv *csv)
{
    if (csv == NULL)
        return;
    for (size_t i = 0; i < csv->columns; i++)
        free(csv->names[i]);
    free(csv->names);
    free(csv->offsets);
    free(csv->fields);
    free(csv->block);
    buffer_finish(&csv->text);
    free(csv);
}

void csv_trim(struct csv *csv)
{
    csv->trims = true;
}

/* More of the stream, when what was at hand is read; its first byte, or EOF. */
static int fetch(struct csv *csv)
{
    if (csv->stream == NULL)
        return EOF;
    csv->passed += csv->length;
    csv->length = fread(csv->block, 1, BLOCK_SIZE, csv->stream);
    csv->position = 0;
    if (csv->length == 0 && ferror(csv->stream))
        csv->failure = errno;
    return csv->length > 0 ? (unsigned char)csv->bytes[0] : EOF;
}

/* The next byte without taking it, or EOF. */
static inline int peek(struct csv *csv)
{
    return csv->position < csv->length ? (unsigned char)csv->bytes[csv->position] : fetch(csv);
}

static void begin_field(struct csv *csv)
{
    if (csv->count == csv->capacity) {
        csv->capacity = csv->capacity * 2 + 8;
        csv->offsets = memory_resize_take(csv->offsets, csv->capacity, sizeof *csv->offsets);
        csv->fields = memory_resize_take(csv->fields, csv->capacity, sizeof *csv->fields);
    }
    csv->offsets[csv->count++] = csv->text.length;
}

static bool read_quoted(struct csv *csv, struct error *error)
{
    for (;;) {
        int byte = peek(csv);
        if (byte == EOF)
            return error_set(error, ERROR_INVALID, "line %zu: a quoted field is not closed",
                             csv->row_line);
        csv->position++;
        csv->line += byte == '\n';
        if (byte == '"') {
            if (peek(csv) != '"')
                return true;
            csv->position++;
        }
        buffer_char(&csv->text, (char)byte);
    }
}

/* Everything up to the next separator, in as few copies as there are blocks. */
static void read_plain(struct csv *csv)
{
    while (peek(csv) != EOF) {
        size_t start = csv->position;
        while (csv->position < csv->length && csv->bytes[csv->position] != ',' &&
               csv->bytes[csv->position] != '\n')
            csv->position++;
        buffer_bytes(&csv->text, csv->bytes + start, csv->position - start);
        if (csv->position < csv->length)
            return;
    }
}

static void skip_spaces(struct csv *csv)
{
    while (csv->trims && csv_is_space(peek(csv)))
        csv->position++;
}

/* What a field that is not in quotes has behind it: the half of CRLF, and spaces. */
static void cut_end(struct csv *csv, size_t start, int end)
{
    const char *text = csv->text.data;
    size_t length = csv->text.length;
    if (end != ',' && length > start && text[length - 1] == '\r')
        length--;
    while (csv->trims && length > start && csv_is_space(text[length - 1]))
        length--;
    csv->text.length = length;
}

/* A NUL would end a text for some readers and not for others. */
static bool check_field(const struct csv *csv, size_t start, struct error *error)
{
    return memchr(csv->text.data + start, '\0', csv->text.length - start) == NULL ||
           error_set(error, ERROR_INVALID, "line %zu: a NUL character (text in UTF-8 has none)",
                     csv->row_line);
}

/* One field and what ends it: ',', '\n' or EOF; -2 with an error. */
static int read_field(struct csv *csv, struct error *error)
{
    begin_field(csv);
    skip_spaces(csv);
    size_t start = csv->text.length;
    bool quoted = peek(csv) == '"';
    if (quoted) {
        csv->position++;
        if (!read_quoted(csv, error))
            return -2;
        skip_spaces(csv);
    } else {
        read_plain(csv);
    }
    int end = peek(csv);
    if (quoted && end == '\r') {
        csv->position++;
        end = peek(csv);
    }
    if (quoted && end != ',' && end != '\n' && end != EOF) {
        error_set(error, ERROR_INVALID, "line %zu: text after a closing quote", csv->line);
        return -2;
    }
    if (!quoted)
        cut_end(csv, start, end);
    if (csv->text.length > start && !check_field(csv, start, error))
        return -2;
    buffer_char(&csv->text, '\0');
    csv->position += end != EOF;
    csv->line += end == '\n';
    return end;
}

static bool row_is_blank(const struct csv *csv)
{
    return csv->count == 1 && csv->text.length == 1;
}

static void point_fields(struct csv *csv)
{
    for (size_t i = 0; i < csv->count; i++) {
        size_t end = i + 1 < csv->count ? csv->offsets[i + 1] : csv->text.length;
        csv->fields[i].text = csv->text.data + csv->offsets[i];
        csv->fields[i].length = end - csv->offsets[i] - 1;
    }
}

/* 0 when all is read, -1 with an error when the rest cannot be. */
static int end_rows(const struct csv *csv, struct error *error)
{
    if (csv->failure == 0)
        return 0;
    error_set(error, ERROR_INTERNAL, "line %zu: cannot be read: %s", csv->line,
              strerrordesc_np(csv->failure));
    return -1;
}

/* 1 with csv->fields, 0 at the end, -1 with an error. */
static int read_row(struct csv *csv, struct error *error)
{
    do {
        if (peek(csv) == EOF)
            return end_rows(csv, error);
        buffer_clear(&csv->text);
        csv->count = 0;
        csv->row_line = csv->line;
        int end = ',';
        while (end == ',')
            end = read_field(csv, error);
        if (end == -2)
            return -1;
    } while (row_is_blank(csv));
    point_fields(csv);
    return 1;
}

static void skip_byte_order_mark(struct csv *csv)
{
    if (peek(csv) == 0xef && csv->length >= 3 && memcmp(csv->bytes, "\xef\xbb\xbf", 3) == 0)
        csv->position = 3;
}

bool csv_header(struct csv *csv, struct error *error)
{
    skip_byte_order_mark(csv);
    int got = read_row(csv, error);
    if (got == 0)
        return error_set(error, ERROR_INVALID, "line 1: no header row");
    if (got < 0)
        return false;
    csv->names = memory_zeroed(csv->count, sizeof *csv->names);
    for (size_t i = 0; i < csv->count; i++) {
        if (csv_column(csv, csv->fields[i].text) >= 0)
            return error_set(error, ERROR_INVALID, "line %zu: column %s stands twice",
                             csv->row_line, csv->fields[i].text);
        csv->names[i] = memory_text(csv->fields[i].text);
        csv->columns = i + 1;
    }
    return true;
}

int csv_column(const struct csv *csv, const char *name)
{
    for (size_t i = 0; i < csv->columns; i++)
        if (strcmp(csv->names[i], name) == 0)
            return (int)i;
    return -1;
}

size_t csv_columns(const struct csv *csv)
{
    return csv->columns;
}

const char *csv_column_name(const struct csv *csv, size_t column)
{
    return csv->names[column];
}

int csv_row(struct csv *csv, const struct csv_field **fields_out, struct error *error)
{
    int got = read_row(csv, error);
    if (got == 1 && csv->count != csv->columns) {
        error_set(error, ERROR_INVALID, "line %zu: %zu fields, the header has %zu", csv->row_line,
                  csv->count, csv->columns);
        return -1;
    }
    if (got == 1)
        *fields_out = csv->fields;
    return got;
}

size_t csv_line(const struct csv *csv)
{
    return csv->row_line;
}

size_t csv_bytes(const struct csv *csv)
{
    return csv->passed + csv->position;
}
