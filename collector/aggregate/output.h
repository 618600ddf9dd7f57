#ifndef ZHANJI_AGGREGATE_OUTPUT_H
#define ZHANJI_AGGREGATE_OUTPUT_H

#include "collector/aggregate/estimate.h"
#include "collector/aggregate/stream.h"

/* The files of design §7, sorted by item. */
NODISCARD bool output_items(const struct data *data, struct estimator *estimator,
                            const struct options *options, double now, struct error *error);
NODISCARD bool output_reporters(const struct data *data, const struct estimator *estimator,
                                const char *path, struct error *error);

/* The rows by themselves. */
struct output_row {
    const char *item;
    size_t item_length;
    const char *answer;
    size_t answer_length;
};

void output_header(struct buffer *buffer);
void output_history_header(struct buffer *buffer);
void output_estimate(struct buffer *buffer, const struct output_row *row, double p,
                     const char *standing, uint32_t reports);
void output_segment(struct buffer *buffer, const struct output_row *row,
                    const struct segment *segment);

#endif
