#ifndef ZHANJI_PUBLISH_CYCLE_H
#define ZHANJI_PUBLISH_CYCLE_H

#include "collector/publish/load.h"
#include "collector/publish/work.h"

/* One publication under way: cycle.c runs it, cycle_rules.c chooses what it is computed by,
 * cycle_leaf.c what each station shows. */
struct cycle {
    struct publisher *publisher;
    const struct survey *survey;
    int32_t today;
    int64_t at;
    bool *stations;                /* whose reports changed */
    struct news *news;             /* by station */
    bool *owed;                    /* whose versions are written later */
    const struct refit_task *made; /* whose sheets can be shown; NULL: none */
    struct view *before;
    struct loaded_counts counts;
    struct rules *rules;
    struct buffer model_text;
    bool is_new_model, are_new_rules;
    struct leaf *leaves;
    struct batch batch;
    struct status_change *changes;
    size_t change_count;
    uint64_t moved; /* reports that have come or gone */
    bool is_changed;
};

/* Of the view before; NULL: there was none. */
struct place *cycle_place_before(const struct cycle *cycle, int station);
/* The model and the notices that hold from now on. */
void cycle_choose_rules(struct cycle *cycle);
/* They are on disk: the publisher goes on with them. */
void cycle_keep_rules(const struct cycle *cycle);
/* What the station shows from now on, and what of it has to be written. */
void cycle_choose_leaf(struct cycle *cycle, int station);
void cycle_add_count(struct cycle *cycle, const char *kind, int64_t major, uint64_t count);

#endif
