#ifndef ZHANJI_AGGREGATE_DATA_H
#define ZHANJI_AGGREGATE_DATA_H

#include "collector/aggregate/names.h"
#include "collector/aggregate/spans.h"
#include "collector/base/error.h"

/* A CSV, read whole: everything is numbered in the order of names, so that the order of rows
 * leaves no trace. Options are numbered within their question. */
struct data {
    struct report_table table;
    struct names items;
    struct names reporters;
    struct names *options; /* of each question */
    bool timed;            /* there is a column `time` */
    double now;            /* the end of the last report */
};

/* Reads item,reporter,answer[,time][,question]; an empty reporter is nobody. "-" is standard
 * input. Errors name the line. */
NODISCARD bool data_read(const char *path, struct data *data_out, struct error *error);
void data_finish(struct data *data);

#endif
