#include <string.h>

#include "collector/base/buffer.h"
#include "collector/base/csv.h"
#include "tests/fuzz/target.h"

/* The fields that were read, to be compared. */
struct table {
    size_t rows, columns;
    struct buffer text; /* every field with its length before it */
    bool whole;         /* all was read */
};

static void table_add(struct table *table, const struct csv_field *fields)
{
    for (size_t i = 0; i < table->columns; i++) {
        PROMISE(fields[i].text[fields[i].length] == '\0');
        buffer_format(&table->text, "%zu:", fields[i].length);
        buffer_bytes(&table->text, fields[i].text, fields[i].length);
    }
    table->rows++;
}

static void table_read(const char *bytes, size_t size, struct table *table)
{
    struct csv *csv = csv_create_memory(bytes, size);
    struct error error = {0};
    const struct csv_field *fields;
    size_t line = 1;
    if (csv_header(csv, &error)) {
        int got;
        table->columns = csv_columns(csv);
        PROMISE(table->columns > 0);
        while ((got = csv_row(csv, &fields, &error)) == 1) {
            PROMISE(csv_line(csv) > line);
            line = csv_line(csv);
            table_add(table, fields);
        }
        table->whole = got == 0;
    }
    PROMISE(table->whole == (error.kind == ERROR_NONE));
    PROMISE(table->whole ? csv_bytes(csv) == size : strstr(error.text, "line ") != NULL);
    csv_destroy(csv);
}

static void write_field(struct buffer *csv, const struct csv_field *field)
{
    buffer_char(csv, '"');
    for (size_t i = 0; i < field->length; i++) {
        if (field->text[i] == '"')
            buffer_char(csv, '"');
        buffer_char(csv, field->text[i]);
    }
    buffer_char(csv, '"');
}

/* The same rows, every field in quotes. */
static void write_quoted(const char *bytes, size_t size, struct buffer *quoted)
{
    struct csv *csv = csv_create_memory(bytes, size);
    struct error error = {0};
    const struct csv_field *fields;
    PROMISE(csv_header(csv, &error));
    for (size_t i = 0; i < csv_columns(csv); i++)
        buffer_format(quoted, "%s\"%zu\"", i == 0 ? "" : ",", i);
    buffer_text(quoted, "\r\n");
    while (csv_row(csv, &fields, &error) == 1) {
        for (size_t i = 0; i < csv_columns(csv); i++) {
            if (i > 0)
                buffer_char(quoted, ',');
            write_field(quoted, &fields[i]);
        }
        buffer_text(quoted, "\r\n");
    }
    csv_destroy(csv);
}

/* What is read whole and written again in quotes is the same; a stream gives what memory gives. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = size != 0 ? (const char *)bytes : "";
    struct table table = {0};
    table_read(text, size, &table);
    if (table.whole) {
        struct table again = {0};
        auto_buffer struct buffer quoted = {0};
        write_quoted(text, size, &quoted);
        table_read(quoted.data, quoted.length, &again);
        PROMISE(again.whole && again.rows == table.rows && again.columns == table.columns);
        PROMISE(again.text.length == table.text.length);
        PROMISE(table.rows == 0 ||
                memcmp(again.text.data, table.text.data, table.text.length) == 0);
        buffer_finish(&again.text);
    }
    buffer_finish(&table.text);
    return 0;
}
