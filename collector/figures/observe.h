#ifndef ZHANJI_FIGURES_OBSERVE_H
#define ZHANJI_FIGURES_OBSERVE_H

#include "collector/consensus/consensus.h"
#include "collector/figures/model.h"
#include "collector/survey/report.h"

/* How the answers of one report lie in a few bytes: 0 is none, else option + 1. */
struct packing {
    int questions;
    size_t size;                          /* bytes a report */
    uint16_t first[SURVEY_QUESTIONS_MAX]; /* bit, from the lowest of the first byte on */
    uint8_t width[SURVEY_QUESTIONS_MAX];  /* bits, at most 8 */
};

void packing_init(struct packing *packing, const struct survey *survey);
/* Answers are options, or -1. */
void packing_put(const struct packing *packing, const int8_t *answers, uint8_t *bytes);

/*
 * The published reports of one station in memory, in columns: 11 bytes a report and its answers
 * (3 for ten questions of three options). Ids are not kept. Rows are sorted by all that they are:
 * (middle of the interval, first day, reporter, answers, basis), so that the same reports make the
 * same rows however they came.
 */
struct observed {
    struct packing packing;
    size_t count, capacity;
    int32_t *first; /* first day of the visit's interval */
    uint16_t *span; /* days from there to the last */
    uint8_t *basis;
    uint32_t *reporter;  /* index into `reporters`, or CONSENSUS_NOBODY */
    uint8_t *answers;    /* count × packing.size */
    uint32_t *reporters; /* number in this database of each of the station's own, ascending */
    size_t reporter_count;
    uint32_t answered[SURVEY_QUESTIONS_MAX]; /* how many answer each question */
};

/*
 * The same for several readers, counted; changed only by who holds it alone. It has what decisions
 * made of reports up to the entry `since`; what those from there on to `until` did may or may not
 * be in it.
 */
struct record {
    atomic_uint references;
    struct observed observed;
    uint64_t since, until;
};

NODISCARD struct record *record_create_take(struct observed *observed);
struct record *record_hold(struct record *record);
void record_drop(struct record *record);
/* The record itself if nobody else holds it, or a copy of it: takes a reference, gives one. */
NODISCARD struct record *record_own_take(struct record *record);

void observed_init(struct observed *observed, const struct survey *survey);
void observed_finish(struct observed *observed);
/* Adds to one that is not closed. */
void observed_add(struct observed *observed, const struct published_answer *answer);
/* Once all are added: sorts, and gives reporters their station's own index. */
void observed_close(struct observed *observed);
/* Adds to one that is closed. */
void observed_insert(struct observed *observed, const struct published_answer *answer);
NODISCARD bool observed_equal(const struct observed *left, const struct observed *right);
/* Widens [*first, *last] (middles of intervals, in days) to hold all reports. */
void observed_span(const struct observed *observed, double *first, double *last);
/* The middle of a report's interval, and its last day; the option that answers a question, or -1. */
double observed_time(const struct observed *observed, size_t report);
int32_t observed_last(const struct observed *observed, size_t report);
int observed_answer(const struct observed *observed, size_t report, int question);
/* The reporter's number in this database, or CONSENSUS_NOBODY. */
uint32_t observed_reporter(const struct observed *observed, size_t report);
/* The station's own index of a number; CONSENSUS_NOBODY if it has none. */
uint32_t observed_reporter_index(const struct observed *observed, uint32_t number);
/* The first report whose interval's middle is not before a time. */
size_t observed_from(const struct observed *observed, double time);
/* A report's answer to a question as it is before weighing. */
struct observation observed_row(const struct observed *observed, const struct survey *survey,
                                size_t report, int answer);

/* The weighed observations of one question, sorted by time; the caller frees them. */
size_t observed_item(const struct observed *observed, const struct survey *survey, int question,
                     double span, struct observation **observations_out);
/* Builds the knots of one question; returns what consensus_weigh does. */
double observed_knots(const struct observed *observed, const struct survey *survey,
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
/* The same after some reports were added to those of which `before` was made. */
void observed_arrivals_after(const struct observed *observed, const struct arrivals *before,
                             const struct published_answer *added, size_t added_count,
                             struct arrivals *arrivals_out);

#endif
