#ifndef ZHANJI_CONSENSUS_CONSENSUS_H
#define ZHANJI_CONSENSUS_CONSENSUS_H

#include <stdint.h>

#include "collector/base/memory.h"

/*
 * The consensus model: categorical truths that change, told by reporters of unequal reliability.
 * Pure arithmetic: no clock, no I/O, no randomness; the same bits whatever the order of rows.
 * Times are days (real numbers, any epoch the caller likes); weights and probabilities are plain.
 *
 * The way through: observations --weigh--> weights --emission--> knots --dynamics--> smoother
 * --read--> readings and history. Fitting (consensus/fit.h) learns emission and dynamics.
 * Knots are all that is needed to read an item out again, today or as it was published: they
 * carry no reporter.
 */
enum {
    CONSENSUS_OPTIONS_MAX = 1024
};

#define CONSENSUS_NOBODY UINT32_MAX

/* One answer to one item. */
struct observation {
    uint64_t order;    /* breaks ties of equal time: the rank of the report's id */
    uint32_t reporter; /* CONSENSUS_NOBODY for the unnamed */
    uint16_t answer;
    double begin, end; /* the visit's interval: [begin, end) in days */
    double time;       /* where it counts: noon of a day, the middle of a longer interval; whole
                          numbers are midnights */
    double weight;     /* basis weight before, effective weight after consensus_weigh */
};

/* consensus.md §3: repeats, then saturation, in place; rows are sorted by (time, order).
 * `span` is that of the whole data set in days; `saturate` false skips §3.2. The allowance c is
 * rounded down to a power of 2^(1/4). Returns Σ w between the two. */
double consensus_weigh(struct observation *observations, size_t count, double span, bool saturate);

/* How a reporter errs on one question (consensus.md §4, §7): accuracy and pooled direction. */
struct emission {
    int options;
    double *direction; /* options × options: ν[k][l], l ≠ k, rows sum to 1 */
};

/* Errors in every direction alike, before anything was learned. */
void emission_uniform(int options, struct emission *emission_out);
void emission_copy(const struct emission *emission, struct emission *emission_out);
void emission_finish(struct emission *emission);

/* ν of one state. */
static inline double *emission_row(const struct emission *emission, size_t state)
{
    return emission->direction + state * (size_t)emission->options;
}

/* All visits to an item over the same interval, in order of (time, begin, end). */
struct knot {
    double time, begin, end;
    uint32_t reports;         /* raw count */
    uint32_t fresh_reporters; /* named reporters whose earliest visit here this is, plus unnamed
                                 clusters (consensus.md §3.1) */
};

struct knots {
    int options;
    size_t count;
    struct knot *at;
    double *log_likelihood; /* count × options: Σ w·log θ, greatest of each row 0 */
    double *weight;         /* count × options: effective weight for each answer */
};

void knots_finish(struct knots *knots);
/* `accuracy[r]` is the published accuracy of reporter r; the unnamed have `unnamed`. NULL leaves
 * the evidence at zero. The observations are weighed and sorted. */
void knots_build(const struct observation *observations, size_t count,
                 const struct emission *emission, const double *accuracy, double unnamed,
                 struct knots *knots_out);
/* In two steps, for a stretch of an item's observations: first[i] says whether the i-th is the
 * earliest of its source, for which all of the source's (a named reporter's, an unnamed day's) must
 * be among them; it is then told of the stretch's. */
void knots_mark_first(const struct observation *observations, size_t count, bool *first_out);
void knots_build_marked(const struct observation *observations, const bool *first, size_t count,
                        const struct emission *emission, const double *accuracy, double unnamed,
                        struct knots *knots_out);

/* What a notice does to one question at one item (consensus.md §5). */
struct notice_effect {
    double begin, end; /* the interval of its `from`, in days */
    int asserted;      /* option, or -1: then a restart into g */
};

/* Learned (or fixed) dynamics of one question, on one-day bins from `origin`. */
struct hazard {
    int options;
    double origin;    /* first day */
    size_t bins;      /* beyond the last one the base rate and target hold */
    double base_rate; /* per day */
    double *base_target;
    double *initial;   /* π */
    double *rate;      /* bins; NULL: base_rate everywhere */
    double *target;    /* bins × options; NULL: base_target everywhere */
    uint8_t *accepted; /* bins: passed the evidence gate, a citywide change; NULL: none */
};

/* One rate everywhere, π and g uniform, before anything was learned: 0.1 a year is 0.1 / 365. */
void hazard_constant(int options, double origin, double base_rate, struct hazard *hazard_out);
void hazard_copy(const struct hazard *hazard, struct hazard *hazard_out);
void hazard_finish(struct hazard *hazard);

/* Prefix tables L and G (consensus.md §2) of a hazard together with an item's notices; one
 * serves all items with the same question and notices. `horizon` is the last day ever asked. */
struct dynamics;
NODISCARD struct dynamics *dynamics_create(const struct hazard *hazard,
                                           const struct notice_effect *notices, size_t notice_count,
                                           double horizon);
void dynamics_destroy(struct dynamics *dynamics);
int dynamics_options(const struct dynamics *dynamics);

/* The chain's step from `from` to `to` ≥ from, as 1 + options numbers: keep, then moved.
 * P(z'=l|z=k) = keep·[k=l] + moved[l]. */
void dynamics_step(const struct dynamics *dynamics, double from, double to, double *step_out);

enum standing {
    STANDING_CONFIRMED,
    STANDING_LIKELY,
    STANDING_STALE,
    STANDING_INFERRED,
    STANDING_DISPUTED,
    STANDING_UNKNOWN
};

const char *standing_name(enum standing standing); /* ids of design §4 */

/* An item at one moment (consensus.md §6). */
struct reading {
    int best;   /* option of the largest posterior, lowest index on a tie */
    bool known; /* that is ≥ 0.6 and the standing is not unknown */
    enum standing standing;
    double confidence; /* that, shown at most as 0.97 */
    double effective_weight;
    uint32_t reports, reporters; /* raw, of visits begun by then */
    double last_visit;           /* end of the latest begun visit's interval; NAN if none */
};

/* A change's place in time: 5 % point, median and 95 % point, in days; floor gives the day. */
struct bracket {
    double earliest, likely, latest;
};

struct segment {
    int answer;
    bool has_from;  /* false: from the beginning of knowledge */
    bool has_until; /* false: still so */
    struct bracket from, until;
    double confidence; /* largest posterior within the segment, shown at most as 0.97 */
};

/* Forward and backward passes over one item, kept for reading at many moments. Borrows knots and
 * dynamics. */
struct smoother;
NODISCARD struct smoother *smoother_create(const struct knots *knots,
                                           const struct dynamics *dynamics);
void smoother_destroy(struct smoother *smoother);
/* The reading at the end of a day: `moment` is the instant after it. Visits whose interval began
 * before it count. `p_out` has room for the posterior over the options (uniform while nothing is
 * said), or is NULL. */
void smoother_read(const struct smoother *smoother, double moment, struct reading *reading_out,
                   double *p_out);
/* History as of `now`: segments oldest first, the caller frees *segments_out. Stretches without a
 * known answer are left out: then a segment's `until` has no successor that begins there. */
size_t smoother_history(const struct smoother *smoother, double now, struct segment **segments_out);

#endif
