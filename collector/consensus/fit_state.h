#ifndef ZHANJI_CONSENSUS_FIT_STATE_H
#define ZHANJI_CONSENSUS_FIT_STATE_H

#include "collector/consensus/chain.h"
#include "collector/consensus/fit.h"

/*
 * What is inside `struct fit`, for the parts of the EM: cells.c (the reporters), timeline.c (the
 * tables of the chain), expect.c (E step), hazard.c (M step of the dynamics).
 */
enum {
    FIT_SMOOTH = 25, /* the iteration that smooths the hazards for the gate */
    FIT_GATE = 26,   /* the first iteration with the evidence gate */
    FIT_LEAST = 28,
    FIT_MOST = 40
};

/*
 * A cell is a reporter in a question; the cells of a question are consecutive, the most active
 * reporter's first. Matrices are [a][k]: for an answer, a value for each state, in a row.
 */
struct cells {
    size_t count;
    uint32_t *first;    /* questions + 1 */
    size_t *matrix;     /* questions + 1: offset of a question's first matrix */
    uint32_t *reporter; /* of each cell */
    uint32_t *of;       /* of each observation */
    float *log_chance;  /* matrices: log θ */
    double *count_of;   /* matrices: N */
    double *correct;    /* reporters + 1: Σ N[k][k] */
    double *all;        /* reporters + 1: Σ N */
    double *accuracy;   /* reporters + 1: a_r */
};

void cells_build(const struct report_table *table, struct cells *cells);
void cells_finish(struct cells *cells);
/* Accuracies from N (all zero at the start). */
void cells_update_accuracy(const struct report_table *table, const struct fit_options *options,
                           struct cells *cells);
/* ν and θ of one question; clears its N. */
void cells_update_chances(const struct report_table *table, double strength, uint32_t question,
                          struct cells *cells, struct emission *emission);

/*
 * The chain of one question, tabled at its bins and at every interval of the table. L and G are
 * from the beginning of the block (chain.h); blocks are short here, so that sums of e^{−L} over
 * many observations and their differences lose nothing.
 */
#define FIT_BLOCK 4.0

struct stop {
    double time;
    double grown_to;  /* e^{L} */
    double shrunk_to; /* e^{−L} */
    uint32_t bin, block;
};

struct timeline {
    int options;
    size_t bins;
    double origin;
    struct chain chain; /* a piece a bin, and the last one without end */
    size_t stops;       /* one an interval, and the chain's beginning as the last */
    struct stop *stop;
    double *stop_grown; /* stops × options: G */
    /* Rows by bin, so that all a gap needs of one lies together: see the functions below. */
    double *edge;                    /* bins × (2 + options) */
    double *sum;                     /* (bins + 1) × (2·options + 2) */
    double *kept_rate, *kept_target; /* of the hazard, while the gate tests smooth ones */
};

/* e^{L} at a bin's begin and end, then G at its end. */
static inline double *timeline_edge(const struct timeline *timeline, size_t bin)
{
    return timeline->edge + bin * ((size_t)timeline->options + 2);
}

/*
 * What the E step adds up for a bin: by the state in which a restart ends, Σ y·Δe^{L} of parts of
 * the bin; at-risk days of parts of it; differences along the bins of Σ y over whole ones, by
 * state; differences of Σ (1 − later restarts) over whole ones.
 */
static inline double *timeline_sum(const struct timeline *timeline, size_t bin)
{
    return timeline->sum + bin * (2 * (size_t)timeline->options + 2);
}

void timeline_create(const struct report_table *table, const struct fit_options *options, int count,
                     struct timeline *timeline);
void timeline_finish(struct timeline *timeline);
/* Tables of a hazard; clears the sums. */
void timeline_tabulate(struct timeline *timeline, const struct report_table *table,
                       const struct hazard *hazard);

/* R and M of consensus.md §5, a row a bin. */
struct sums {
    size_t bins, options;
    double *restart;  /* bins × options */
    double *exposure; /* bins */
    double *events;   /* bins: R over all states */
};

/* What parts of bins left, and what runs over whole bins left: R = g·(Σ y·Δe^L), and
 * M = Σ (1 − later restarts), the later ones being Σ y·(G(t_j) − G(end of bin)). Adds to sums
 * that are zero. */
void timeline_gather(const struct timeline *timeline, struct sums *sums);

/* What the E step over one question leaves behind, beside N and the timeline's sums. */
struct expectation {
    double initial[CONSENSUS_OPTIONS_MAX]; /* expected states at the origin */
    double log_likelihood;
    double product; /* of scales not yet in log_likelihood */
    float moved;    /* max |Δγ| of the states that were reported */
};

struct fit {
    const struct report_table *table;
    struct fit_options options;
    struct cells cells;
    struct emission *emission; /* of each question */
    struct hazard *hazard;     /* of each question */
    uint32_t *order;           /* items by question */
    uint32_t *order_first;     /* questions + 1 */
    float *gamma;              /* of each observation: the posterior of what it said */
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
void hazard_update(struct timeline *timeline, int iteration, struct hazard *hazard);

#endif
