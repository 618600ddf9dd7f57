#ifndef ZHANJI_CONSENSUS_ROSTER_H
#define ZHANJI_CONSENSUS_ROSTER_H

#include "collector/consensus/elsewhere.h"

/* The questions' items, and the reporters of a question among themselves, for one question after
 * the other. */
struct roster {
    uint32_t *order, *first;     /* items by question */
    uint32_t *listed;            /* as many as there are */
    uint32_t *number;            /* by reporter of the table */
    bool *is_listed;             /* all false between questions */
    struct elsewhere *elsewhere; /* NULL: there is one question */
    struct tally *tally;         /* by number, of other questions */
    double trust;
};

/* `right` as in blend.h. */
NODISCARD struct roster *roster_create(const struct report_table *table, const float *right);
void roster_destroy(struct roster *roster);
/* What is asked about a question, until the next one is taken; `trust` as in elsewhere.h, 0: nothing
 * is known of reporters by other questions. */
struct labels_task roster_take(const struct report_table *table, uint32_t question, double trust,
                               struct roster *roster);

#endif
