#ifndef ZHANJI_AGGREGATE_ESTIMATE_H
#define ZHANJI_AGGREGATE_ESTIMATE_H

#include "collector/aggregate/data.h"
#include "collector/aggregate/options.h"
#include "collector/consensus/fit.h"

/* What a method says of an item at one moment. */
struct estimate {
    const double *p; /* of each option; the estimator's, until it reads again */
    int best;
    const char *standing; /* "" where the method knows none */
    uint32_t reports;     /* begun by then */
};

/* One method over one data set. An item is opened, read at some moments, and closed by the next. */
struct estimator;
NODISCARD struct estimator *estimator_create(struct data *data, const struct options *options);
void estimator_destroy(struct estimator *estimator);
void estimator_open(struct estimator *estimator, size_t item);
/* `moment` is the instant after what counts. */
void estimator_read(const struct estimator *estimator, double moment, struct estimate *estimate);
/* Segments of the open item; the caller's. */
NODISCARD size_t estimator_history(const struct estimator *estimator, double now,
                                   struct segment **segments_out);
/* What was learned of the reporters, or NULL. */
const struct fit *estimator_fit(const struct estimator *estimator);

#endif
