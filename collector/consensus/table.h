#ifndef ZHANJI_CONSENSUS_TABLE_H
#define ZHANJI_CONSENSUS_TABLE_H

#include "collector/consensus/consensus.h"

/*
 * Millions of observations, compactly: columns instead of structs, grouped by item. The order in
 * which rows were added leaves no trace.
 */
struct interval {
    double begin, end, time; /* as in struct observation */
};

struct report_table {
    size_t count, items, intervals;
    uint32_t reporters; /* a reporter without a name is number `reporters`: all are as one */
    uint32_t questions;
    uint16_t *options;         /* of each question */
    uint16_t *question;        /* of each item */
    struct interval *interval; /* in order of (time, begin, end) */
    uint32_t *first;           /* items + 1: where an item's observations begin */
    uint32_t *reporter;        /* count */
    uint32_t *when;            /* count: index of the interval, ascending within an item */
    uint16_t *answer;          /* count */
    float *weight;             /* count */
    uint8_t *caution;          /* count, in 255ths of the weight: what counts until it is known who
                                  lies; NULL: all of it */
    double span;               /* of the whole set, in days */
};

/* Rows as they come; `item` and `question` are the caller's numbers, dense from 0. */
struct report_table_row {
    uint32_t item;
    uint32_t reporter; /* CONSENSUS_NOBODY for the unnamed */
    uint32_t when;     /* index into the intervals given at the end */
    uint16_t answer;
    float weight; /* of its basis */
};

struct report_table_builder;
NODISCARD struct report_table_builder *report_table_builder_create(void);
void report_table_builder_destroy(struct report_table_builder *builder);
/* At most UINT32_MAX rows. */
void report_table_add(struct report_table_builder *builder, const struct report_table_row *row);
size_t report_table_rows(const struct report_table_builder *builder);

/* New numbers for the items and reporters (NULL: as they are), applied to every row: so that the
 * numbering can follow the order of names once all are known. `answers` maps the options of each
 * item's question, one question after the other. */
struct renumbering {
    const uint32_t *items;     /* old → new */
    const uint32_t *reporters; /* old → new */
    const uint32_t *intervals; /* old → new */
    const uint16_t *answers;   /* first[question] + old → new */
    const uint32_t *first;     /* of each question, for `answers`: where its options begin */
    const uint16_t *question;  /* of each old item, for `answers` */
};

void report_table_renumber(struct report_table_builder *builder,
                           const struct renumbering *renumbering);

/* What rows tell of an answer whatever its name is: how many there are, and the sum of a hash of
 * (item, reporter, interval) over them. Answers of one trace are said in the same rows. */
struct answer_trace {
    uint64_t rows, digest;
};

/* `question` of each item; `traces`, zero before, of each option, those of question q from first[q]
 * on. */
void report_table_trace(const struct report_table_builder *builder, const uint16_t *question,
                        const uint32_t *first, struct answer_trace *traces);

/* Groups and sorts; takes the builder and the columns of `shape` (options, question, interval and
 * the counts items, intervals, reporters, questions, span). */
void report_table_build_take(struct report_table_builder *builder, const struct report_table *shape,
                             struct report_table *table_out);
void report_table_finish(struct report_table *table);
/* At least 1,000 reports over 224 days: enough to tell how clusters of reports and how accuracies of
 * reporters are spread; smaller sets are learned from by consensus.md's own priors. */
bool report_table_is_large(const struct report_table *table);
/* consensus_weigh for every item. Saturation makes much of every cluster, and so takes the changes
 * of truth for too rare; a set large enough to tell how many clusters are no more than chance has
 * them saturated by the chance that they are bursts (bursts.h); what they have if all are goes to
 * `caution`. */
void report_table_weigh(struct report_table *table, bool saturate);
/* The observations of one item, for knots_build; `rows` has room for them. Returns how many. */
size_t report_table_item(const struct report_table *table, size_t item, struct observation *rows);
/* The greatest number of options of a question. */
size_t report_table_most_options(const struct report_table *table);
/* The greatest number of observations of an item. */
size_t report_table_largest(const struct report_table *table);
/* Items by question, keeping their order: those of question q are order[first[q]…first[q + 1]).
 * The caller frees both. */
void report_table_order(const struct report_table *table, uint32_t **order_out,
                        uint32_t **first_out);

#endif
