#ifndef ZHANJI_CONSENSUS_LABELS_H
#define ZHANJI_CONSENSUS_LABELS_H

#include "collector/consensus/table.h"

/*
 * What was said of the items of one question, as models of truths that do not change learn from it.
 * What is learned of a reporter's giving an answer is a row: there is one for each answer that the
 * reporter gave, so that rows are at most as many as labels however many options there are.
 */
/* How often a reporter was right, and of how many. */
struct tally {
    double correct, all;
};

struct labels_task {
    const struct report_table *table;
    const uint32_t *items;
    size_t item_count;
    int options;
    const uint32_t *number;        /* by reporter of the table: among those of the question */
    size_t reporters;              /* how many these are, also if not all told of these items */
    const struct tally *elsewhere; /* by that number, of other questions; NULL: nothing */
};

struct label {
    uint32_t row;
    float weight;
};

struct labels {
    struct labels_task of;
    size_t count;
    struct label *label; /* by item, in the order of the table */
    uint32_t *first;     /* items + 1: where an item's labels begin */
    size_t rows;         /* in order of (reporter, answer) */
    uint16_t *answer;    /* rows */
    uint32_t *first_row; /* reporters + 1: where a reporter's rows begin */
};

/* Borrows what the task points to. */
NODISCARD struct labels *labels_create(const struct labels_task *task);
void labels_destroy(struct labels *labels);

/* The table's number of an item's label, the item by its place in task.items. */
static inline size_t labels_observation(const struct labels *labels, size_t place, size_t label)
{
    return labels->of.table->first[labels->of.items[place]] + (label - labels->first[place]);
}

#endif
