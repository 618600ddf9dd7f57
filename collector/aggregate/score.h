#ifndef ZHANJI_AGGREGATE_SCORE_H
#define ZHANJI_AGGREGATE_SCORE_H

#include "collector/aggregate/estimate.h"

enum {
    SCORE_BINS = 10
};

/* A method beside the truth. */
struct score {
    size_t compared; /* known truths of items that are in the data */
    size_t missing;  /* of items that are not */
    double accuracy; /* the mean of [the likeliest is true]; m likeliest alike: 1/m if one is */
    double brier;    /* Σ_k (p_k − [k is true])², the mean (Brier 1950); from 0 to 2 */
    double calibration_error; /* ECE: the mean of |right − p| over ten bins of the largest p,
                                 weighted by their size (Guo et al., ICML 2017) */

    struct {
        size_t count;
        double p, right; /* sums */
    } bins[SCORE_BINS];
};

/* `path` has item,answer[,time]; without a time the truth is that at `now`. */
NODISCARD bool score_read(const char *path, const struct data *data, struct estimator *estimator,
                          double now, struct score *score_out, struct error *error);
/* One line a figure, or a JSON object. */
void score_print(const struct score *score, struct buffer *buffer);
void score_json(const struct score *score, struct buffer *buffer);

#endif
