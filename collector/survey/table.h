#ifndef ZHANJI_SURVEY_TABLE_H
#define ZHANJI_SURVEY_TABLE_H

#include "collector/base/csv.h"
#include "collector/survey/survey.h"

enum {
    TABLE_COLUMNS_MAX = 10
};

/* A CSV file of the catalogue, read row by row with its columns in an order of the reader's. */
struct table {
    const char *path;
    struct buffer bytes;
    struct csv *csv;
    int columns[TABLE_COLUMNS_MAX];
    const char *const *names; /* of the columns, NULL-terminated */
    const struct csv_field *row;
    struct error *error;
};

/* Opens the file; the named columns must all be there. Finish it in any case. */
NODISCARD bool table_open(struct table *table, const struct source *source, const char *path,
                          const char *const *names, struct error *error);
void table_finish(struct table *table);
/* 1 with a row, 0 at the end, -1 with the error. */
int table_next(struct table *table);
/* A field of the present row by the column's place in `names`. */
struct csv_field table_field(const struct table *table, int column);
/* Sets "stations/stations.csv:12: name_zh: reason"; returns false. */
bool table_fault(const struct table *table, int column, const char *format, ...) PRINTF_LIKE(3, 4);
/* The visit of a field, which may be empty: then first is DAY_NONE. */
NODISCARD bool table_visit(const struct table *table, int column, int32_t offset_seconds,
                           struct visit *visit_out);
NODISCARD bool table_integer(const struct table *table, int column, int minimum, int maximum,
                             int *value_out);
/* -1 with a fault when there is no such station or line. */
NODISCARD int table_station(const struct table *table, int column, const struct survey *survey);
NODISCARD int table_line(const struct table *table, int column, const struct survey *survey);

#endif
