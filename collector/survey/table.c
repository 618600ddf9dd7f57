#include "collector/survey/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/survey/reader.h"

/* The reader of rows says "line 12: reason": said our way, with the file in front. */
static bool csv_fault(const struct table *table)
{
    static const char begins[] = "line ";
    struct error *error = table->error;
    if (error == NULL || strncmp(error->text, begins, strlen(begins)) != 0)
        return error_prefix(error, "%s", table->path);
    struct error place = *error;
    return error_set(error, place.kind, "%s:%s", table->path, place.text + strlen(begins));
}

bool table_open(struct table *table, const struct source *source, const char *path,
                const char *const *names, struct error *error)
{
    *table = (struct table){.path = path, .names = names, .error = error};
    if (!source_read(source, path, &table->bytes, error))
        return false;
    const char *bytes = table->bytes.length > 0 ? table->bytes.data : "";
    table->csv = csv_create_memory(bytes, table->bytes.length);
    if (!csv_header(table->csv, error))
        return csv_fault(table);
    for (int i = 0; names[i] != NULL; i++) {
        table->columns[i] = csv_column(table->csv, names[i]);
        if (table->columns[i] < 0)
            return error_set(error, ERROR_INVALID, "%s:1: lacks the column \"%s\"", path, names[i]);
    }
    return true;
}

void table_finish(struct table *table)
{
    csv_destroy(table->csv);
    buffer_finish(&table->bytes);
}

int table_next(struct table *table)
{
    int result = csv_row(table->csv, &table->row, table->error);
    if (result < 0)
        csv_fault(table);
    return result;
}

struct csv_field table_field(const struct table *table, int column)
{
    return table->row[table->columns[column]];
}

bool table_fault(const struct table *table, int column, const char *format, ...)
{
    char reason[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_set(table->error, ERROR_INVALID, "%s:%zu: %s: %s", table->path,
                     csv_line(table->csv), table->names[column], reason);
}

bool table_visit(const struct table *table, int column, int32_t offset_seconds,
                 struct visit *visit_out)
{
    struct csv_field field = table_field(table, column);
    if (field.length == 0) {
        *visit_out = (struct visit){.first = DAY_NONE, .last = DAY_NONE};
        return true;
    }
    if (visit_parse(field.text, field.length, offset_seconds, visit_out))
        return true;
    return table_fault(table, column, "\"%.40s\" is no date", field.text);
}

bool table_integer(const struct table *table, int column, int minimum, int maximum, int *value_out)
{
    struct csv_field field = table_field(table, column);
    int64_t value;
    if (!number_signed(field.text, field.length, minimum, maximum, &value))
        return table_fault(table, column, "\"%.40s\" is no whole number from %d to %d", field.text,
                           minimum, maximum);
    *value_out = (int)value;
    return true;
}

int table_station(const struct table *table, int column, const struct survey *survey)
{
    struct csv_field field = table_field(table, column);
    int station = survey_station(survey, field.text);
    if (station < 0)
        table_fault(table, column, "unknown station \"%.60s\"", field.text);
    return station;
}

int table_line(const struct table *table, int column, const struct survey *survey)
{
    struct csv_field field = table_field(table, column);
    int line = survey_line(survey, field.text);
    if (line < 0)
        table_fault(table, column, "unknown line \"%.60s\"", field.text);
    return line;
}
