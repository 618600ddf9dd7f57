#ifndef ZHANJI_AGGREGATE_ROWS_H
#define ZHANJI_AGGREGATE_ROWS_H

#include <stdio.h>

#include "collector/aggregate/names.h"
#include "collector/aggregate/spans.h"
#include "collector/base/error.h"

enum {
    ROWS_ANSWERS_MAX = 1000 /* different ones to one question */
};

/* What the rows of a CSV hold, numbered as they come. */
struct rows {
    struct report_table_builder *builder;
    struct spans *spans;
    struct names items, reporters, questions;
    struct names *options; /* of each question */
    uint16_t *question;    /* of each item */
    size_t item_capacity;
    bool timed; /* there is a column `time` */
};

/* `size` is that of the stream in bytes, for the progress bar; 0 if nobody knows. Errors name the
 * line; rows_finish is due in any case. */
NODISCARD bool rows_read(FILE *stream, size_t size, struct rows *rows_out, struct error *error);
void rows_finish(struct rows *rows);

#endif
