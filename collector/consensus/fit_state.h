#ifndef ZHANJI_CONSENSUS_FIT_STATE_H
#define ZHANJI_CONSENSUS_FIT_STATE_H

#include "collector/consensus/chain.h"
#include "collector/consensus/fit.h"
#include "collector/consensus/mixture.h"

/*
 * What is inside `struct fit`, for the parts of the EM: cells.c (the reporters), timeline.c (the
 * tables of the chain), expect.c (E step), hazard.c (M step of the dynamics).
 */
enum {
    FIT_CAUTIOUS = 5, /* the last iteration with weights that take every cluster for a burst */
    FIT_SMOOTH = 25,  /* the iteration that smooths the hazards for the gate */
    FIT_GATE = 26,    /* the first iteration with the evidence gate */
    FIT_LEAST = 28,
    FIT_MOST = 40,
    /* The iterations after which s is chosen: once reporters are known, and once more. */
    FIT_STRENGTH_FIRST = 10,
    FIT_STRENGTH_AGAIN = 20
};

/*
 * A cell is a reporter in a question; the cells of a question are consecutive, the most active
 * reporter's first. A cell has a record for each answer a that its reporter gave: log θ[k][a] of
 * every state k as floats, then N[k][a] as doubles. (What others would be told by is never asked,
 * and their N is 0.) What one observation reads and what it adds to lie together, and a record of
 * up to three options fills half a line of the processor's cache.
 */
enum {
    RECORD_UNIT = 16, /* bytes: records begin at multiples of it */
    RECORD_WIDTH = 4  /* log θ are padded to a multiple of it */
};

struct cells {
    size_t count;
    uint32_t *first;        /* questions + 1: cells before a question's */
    size_t *unit;           /* questions + 1: where a question's records begin, in units */
    uint32_t *reporter;     /* of each cell */
    uint32_t *record_first; /* cells + 1: records before a cell's */
    uint16_t *answer;       /* of each record, ascending within a cell */
    double *said;           /* of each record: Σ w */
    uint32_t *record;       /* of each observation */
    unsigned char *records; /* in order of (question, cell, answer) */
    double *correct;        /* reporters + 1: Σ N[k][k] */
    double *all;            /* reporters + 1: Σ N */
    double *accuracy;       /* reporters + 1: a_r */
    double *trials;         /* reporters + 1: what a_r rests on, the prior's reports included */
    struct mixture mixture; /* of all accuracies, once `mixes` */
    bool mixes;             /* else all have the prior Beta(A·m, A·(1 − m)) */
    double *strength;       /* questions: s */
    double heaviest;        /* the greatest weight of an observation */
};

static inline size_t record_padded(size_t options)
{
    return (options + RECORD_WIDTH - 1) / RECORD_WIDTH * RECORD_WIDTH;
}

/* How many of N are kept: all if the options are even, else all but the last, which is what is
 * left of Σ w. */
static inline size_t record_kept(size_t options)
{
    return options / 2 * 2;
}

static inline size_t record_size(size_t options)
{
    return record_padded(options) * sizeof(float) + record_kept(options) * sizeof(double);
}

/* log θ of a record, and N behind it. */
static inline float *record_chances(unsigned char *record)
{
    void *chances = record;
    return chances;
}

static inline double *record_counts(unsigned char *record, size_t options)
{
    void *counts = record + record_padded(options) * sizeof(float);
    return counts;
}

/* Records before a question's. */
static inline uint32_t cells_first_record(const struct cells *cells, uint32_t question)
{
    return cells->record_first[cells->first[question]];
}

static inline unsigned char *cells_record(const struct cells *cells, uint32_t question,
                                          size_t options, uint32_t record)
{
    size_t before = record - cells_first_record(cells, question);
    return cells->records + cells->unit[question] * RECORD_UNIT + before * record_size(options);
}

/* With the chances that reporters begin with, before anything is counted; `emission` is that of
 * each question. */
void cells_build(const struct report_table *table, const struct fit_options *options,
                 struct cells *cells, struct emission *emission);
void cells_finish(struct cells *cells);
/* Σ w of each record and each reporter, with other weights than before. */
void cells_weigh(const struct report_table *table, const float *weights, struct cells *cells);
/* N[k][a] of every state k for a record of the question, where a is its answer. */
void cells_counts(const struct cells *cells, uint32_t question, size_t options, uint32_t record,
                  double *counts_out);
/* From N: accuracies, ν and, if `choose`, s, and θ of every question; clears N. */
void cells_update(const struct report_table *table, const struct fit_options *options, bool choose,
                  struct cells *cells, struct emission *emission);
/* From now on accuracies are learned from all of the set's. */
void cells_mix(const struct fit_options *options, struct cells *cells);
/* a_r with `correct` of `all` reports; m is `mean`. */
double cells_accuracy(double mean, double correct, double all);

/*
 * The s of a question under which reporters' answers are told best by all that is known of them but
 * the answer itself: the greatest of Σ N[k][a]·log θ[k][a], where θ and a_r are reckoned without
 * that report (leave-one-out: Stone, JRSS B 36, 1974). With a small s reporters err each in their
 * own way, with a large one only more or less often.
 */
double strength_choose(uint32_t question, double mean, const struct emission *emission,
                       const struct cells *cells);

/* Σ N of a question's cells into ν (not yet normalised), and what was right into `correct`. */
void chances_sum(uint32_t question, struct cells *cells, struct emission *emission);
/* θ of a question's cells; clears N. */
void chances_update(uint32_t question, double strength, const struct emission *emission,
                    struct cells *cells);

/*
 * The chain of one question, tabled at its bins and at every interval of the table; the next
 * question's takes the same room. L and G are
 * from the beginning of the block (chain.h); blocks are short here, so that sums of e^{−L} over
 * many observations and their differences lose nothing.
 */
#define FIT_BLOCK 4.0

struct stop {
    double grown_to;  /* e^{L} */
    double shrunk_to; /* e^{−L} */
    double time;
    uint32_t bin, block;
};

/*
 * What the E step adds up are vectors (y_0 … y_{K−1}, risk) of a gap: y_l = b_l·e^{−L(t_j)}, and
 * risk = 1 − Σ_l y_l·G_l(t_j). All that a gap counts is linear in its vector once its two ends are
 * known, so that gaps are added up where they begin and where they end, and only then spread over
 * the bins (timeline_gather).
 */
struct timeline {
    int options;
    size_t bins;
    size_t width;     /* numbers in a row of G: K, padded to a multiple of RECORD_WIDTH */
    size_t gap_width; /* numbers in a row of a sum of gaps: K + 1, padded */
    double origin;
    struct chain chain; /* a piece a bin, and the last one without end */
    size_t stops;       /* one an interval, and the chain's beginning as the last */
    struct stop *stop;
    double *stop_grown; /* stops × width: G */
    double *stop_sum;   /* stops × (2 × gap_width): gaps that begin here, gaps that end here */
    double *edge;       /* bins × (2 + options): e^{L} at begin and end, G at the end */
    double *entry_sum;  /* bins × gap_width: gaps that come in from an earlier block */
    double *within_sum; /* bins × gap_width: gaps within the bin: Σ y·Δe^{L}, days at risk */
};

static inline double *timeline_begun(const struct timeline *timeline, size_t stop)
{
    return timeline->stop_sum + stop * 2 * timeline->gap_width;
}

static inline double *timeline_ended(const struct timeline *timeline, size_t stop)
{
    return timeline_begun(timeline, stop) + timeline->gap_width;
}

static inline double *timeline_edge(const struct timeline *timeline, size_t bin)
{
    return timeline->edge + bin * ((size_t)timeline->options + 2);
}

/* Room for questions with up to `most` options. */
void timeline_create(const struct report_table *table, const struct fit_options *options, int most,
                     struct timeline *timeline);
void timeline_finish(struct timeline *timeline);
/* Tables of a hazard, for as many options as it has; clears the sums. */
void timeline_tabulate(struct timeline *timeline, const struct report_table *table,
                       const struct hazard *hazard);

/* R and M of consensus.md §5, a row a bin. */
struct sums {
    size_t bins, options;
    double *restart;  /* bins × options */
    double *exposure; /* bins */
    double *events;   /* bins: R over all states */
};

/* R = g·Σ y·Δe^L and M = Σ days·(1 − later restarts), the later ones being
 * Σ y·(G(t_j) − G(end of the part of the bin)). Adds to sums that are zero. */
void timeline_gather(const struct timeline *timeline, struct sums *sums);

/* λ and g of a question as they were before they were smoothed, until the gate has opened. */
struct rough {
    double *rate, *target;
};

void rough_finish(struct rough *rough);

/* What the E step over one question leaves behind, beside N and the timeline's sums. */
struct expectation {
    double *initial; /* expected states at the origin, in the caller's room (record_padded) */
    float moved;     /* max |Δγ| of the states that were reported, if it is watched */
};

struct fit {
    const struct report_table *table;
    struct fit_options options;
    struct cells cells;
    struct emission *emission; /* of each question */
    struct hazard *hazard;     /* of each question */
    struct rough *rough;       /* of each question */
    uint32_t *order;           /* items by question */
    uint32_t *order_first;     /* questions + 1 */
    const float *weight;       /* what each observation counts in this iteration */
    float *cautious;           /* the same as long as it is not the table's, else NULL */
    float *gamma;              /* of each observation: the posterior of what it said */
    bool strength_is_free;     /* s is chosen by the data */
    bool watched;              /* γ is kept, and its move from what was kept before is told */
    int iterations;
};

/* Forward–backward over the items of one question (consensus.md §5). */
void expect_question(struct fit *fit, uint32_t question, struct timeline *timeline,
                     struct expectation *expectation);
/*
 * λ and g from the timeline's sums; `iteration` from 1 (consensus.md §5, with one step more).
 * Before the gate every bin has its own rate. As visits only bracket changes, the most likely rates
 * are then a few high peaks even where changes are spread evenly (Turnbull, JRSS B 38, 1976), and
 * peaks pass the gate by themselves: they lift R of their own days and lower the λ0 that they are
 * compared with. So the gate opens after one E step with rates smoothed over two months (the
 * smoothed EM of Silverman, Jones, Wilson and Nychka, JRSS B 52, 1990), against the median of R/M:
 * what many items say together is still a hill then, and a peak that was only noise is none.
 * Bins that pass get back the rates that they had.
 */
void hazard_update(const struct timeline *timeline, int iteration, struct rough *rough,
                   struct hazard *hazard);

#endif
