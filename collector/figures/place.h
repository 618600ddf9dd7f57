#ifndef ZHANJI_FIGURES_PLACE_H
#define ZHANJI_FIGURES_PLACE_H

#include "collector/figures/observe.h"
#include "collector/figures/packed.h"
#include "collector/figures/rules.h"

/* The passes over an item at the ends of its pieces (struct smoother), so that a reading needs to
 * run over a few pieces only. */
struct item_edges {
    double *forward, *backward; /* pieces × options: α and β at the last knot */
};

/* One question at one station: what was seen. */
struct item {
    struct packed_knots *knots;
    struct item_edges edges; /* of the whole place, or none: then all is run over */
    double begins;           /* where knowledge begins, in days; NAN if nothing is known at all */
    double weight;           /* what observed_knots returned; NAN: it was not asked */
};

/* What is published of a station whatever the day: immutable and counted, shared by the views in
 * which nothing about the station changed. Only the edges are added, before anybody else sees it. */
struct place {
    atomic_uint references;
    struct rules *rules;
    int station;
    struct item *items; /* by question */
    struct arrivals arrivals;
    uint64_t reports; /* raw, of all arrivals */
    bool is_counted;  /* the arrivals come from reports; else from what was stored */
};

#define PLACE_ALL UINT64_MAX

/* From the observations in memory. Only the questions in the mask (question 0 is the lowest bit)
 * are computed, the others' knots are those of `before`; so are knots that come out the same. */
NODISCARD struct place *place_observe(struct rules *rules, int station,
                                      const struct observed *observed, const struct place *before,
                                      uint64_t questions);
/* After reports were added to those in memory, under the same rules: what did not change is taken
 * over. The questions in the mask are computed from all reports whatever was added. */
NODISCARD struct place *place_update(const struct place *before, const struct observed *observed,
                                     uint64_t questions, const struct published_answer *added,
                                     size_t added_count);
/* The same knots under other rules (a notice was added). */
NODISCARD struct place *place_with_rules(const struct place *place, struct rules *rules);
/* From knots, one for each question; takes what they and the arrivals own. */
NODISCARD struct place *place_restore_take(struct rules *rules, int station,
                                           struct packed_knots **knots, struct arrivals *arrivals);
struct place *place_hold(struct place *place);
void place_drop(struct place *place);
/* Widens [*first, *last] (middles of intervals) to hold all its visits. */
void place_span(const struct place *place, double *first, double *last);

/* The smoother over the knots of some of an item's pieces, with the knots that it borrows. */
struct opened_item {
    struct knots knots;
    struct smoother *smoother;
    size_t first, end; /* the pieces */
};

void item_open(const struct place *place, int question, struct opened_item *opened_out);
/* Of an item that has edges, but need not have those within. */
void item_open_part(const struct place *place, int question, size_t first, size_t end,
                    struct opened_item *opened_out);
void item_close(struct opened_item *opened);
/* Whether the opened pieces tell what is so at a moment, if the answer is clear. */
NODISCARD bool item_tells(const struct packed_knots *knots, const struct opened_item *opened,
                          double moment);

/* Opens an item that is `before` but for some of its pieces, which become different_out (of its
 * own), and keeps its edges: what is outside of the opened pieces reads as before. */
struct piece_range {
    size_t first, end;
};

void item_reopen(struct place *place, int question, const struct item *before,
                 struct opened_item *opened_out, struct piece_range *different_out);
/* Keeps the edges that an opened item has, if there are none yet. */
void item_keep_edges(struct place *place, int question, const struct opened_item *opened);
/* smoother_read of an item. */
void item_read(const struct place *place, int question, double moment, struct reading *reading_out,
               double *p_out);
/* smoother_history of an item; the caller frees it. */
size_t item_history(const struct place *place, int question, double now,
                    struct segment **segments_out);

#endif
