#ifndef ZHANJI_PUBLISH_OBSERVE_H
#define ZHANJI_PUBLISH_OBSERVE_H

#include "collector/consensus/consensus.h"
#include "collector/publish/model.h"
#include "collector/store/session.h"

/* One published report of a station, as the aggregator needs it. */
struct observed_report {
    int32_t first, last; /* days of the visit's interval, both included */
    uint32_t reporter;   /* index into the station's reporters, or CONSENSUS_NOBODY */
    uint8_t basis;
};

/* The published reports of one station in memory, in the order of their ids. */
struct observed {
    size_t count, capacity;
    int question_count;
    struct observed_report *reports;
    int8_t *answers;     /* count × question_count: option, or -1 */
    uint32_t *reporters; /* number in this database of each of the station's own */
    size_t reporter_count;
};

/* The same for several readers: immutable and counted. */
struct record {
    atomic_uint references;
    struct observed observed;
};

NODISCARD struct record *record_create_take(struct observed *observed);
struct record *record_hold(struct record *record);
void record_drop(struct record *record);

void observed_init(struct observed *observed, int question_count);
void observed_finish(struct observed *observed);
void observed_add(struct observed *observed, const struct published_answer *answer);
/* Once all are added: gives reporters their station's own index. */
void observed_close(struct observed *observed);
NODISCARD bool observed_equal(const struct observed *left, const struct observed *right);
/* Widens [*first, *last] (middles of intervals, in days) to hold all reports. */
void observed_span(const struct observed *observed, double *first, double *last);

/* The weighed observations of one question, sorted by (time, order); the caller frees them. */
size_t observed_item(const struct observed *observed, const struct survey *survey, int question,
                     double span, struct observation **observations_out);
/* Builds the knots of one question. */
void observed_knots(const struct observed *observed, const struct survey *survey,
                    const struct model *model, int question, struct knots *knots_out);

/* Reports of a station over one interval: raw count, and reporters not seen here before (an
 * unnamed report counts as one unless another of the same interval says the same). */
struct arrival {
    int32_t first, last;
    uint32_t reports, fresh_reporters;
};

struct arrivals {
    struct arrival *at; /* by (first, last) */
    size_t count;
};

void arrivals_finish(struct arrivals *arrivals);
void observed_arrivals(const struct observed *observed, struct arrivals *arrivals_out);

#endif
