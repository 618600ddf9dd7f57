#ifndef ZHANJI_FIGURES_SHEET_H
#define ZHANJI_FIGURES_SHEET_H

#include "collector/figures/trace.h"

/* A station's status at the end of one month. */
struct sheet_month {
    int8_t status;
    int8_t standing; /* enum standing */
    bool visited;
};

/*
 * What is published of a station on a given day, apart from how many reports wait: its state,
 * histories, months, and its JSON around that number. Immutable and counted; made again when the
 * station changed or the day did.
 */
struct sheet {
    atomic_uint references;
    struct place *place;
    struct view_days days;
    struct station_state state; /* at the end of days.today, whole; pending 0 */
    struct trace **traces;      /* by question */
    struct station_segment *history;
    struct sheet_month *months; /* from the month of the survey's earliest visit on */
    size_t month_count;
    struct buffer head;             /* JSON up to the number that wait */
    struct buffer brief_tail, tail; /* and after it: in the list, and whole */
};

/* What is as in `before` (or NULL) is shared. */
NODISCARD struct sheet *sheet_create(struct place *place, struct view_days days,
                                     const struct sheet *before);
/* One for each of `count` places, on all processors. */
void sheets_create(struct place **places, int count, struct view_days days, struct sheet **sheets);
struct sheet *sheet_hold(struct sheet *sheet);
void sheet_drop(struct sheet *sheet);
/* The state at another day; borrows histories from the sheet. */
void sheet_state(const struct sheet *sheet, int32_t as_of, struct station_state *state_out);

/* A station in one view. */
struct leaf {
    struct sheet *sheet;
    uint32_t pending;
    struct blob *document; /* GET /api/v1/stations/{id} */
};

/* Takes the sheet. `before` (or NULL) lends its document if that says the same. */
void leaf_init_take(struct leaf *leaf, struct sheet *sheet, uint32_t pending,
                    const struct leaf *before);
void leaf_finish(struct leaf *leaf);

#endif
