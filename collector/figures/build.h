#ifndef ZHANJI_FIGURES_BUILD_H
#define ZHANJI_FIGURES_BUILD_H

#include "collector/figures/sheet.h"

/* What a view is made of, and what its readers (view.c, summary.c, csv.c, …) share. */

/* Changes of published status, newest first; counted. */
struct change_list {
    atomic_uint references;
    size_t count;
    struct status_change at[];
};

/* Copies `count` changes, newest first, before those of `older` (or NULL). */
NODISCARD struct change_list *changes_create(const struct status_change *changes, size_t count,
                                             const struct change_list *older);
struct change_list *changes_hold(struct change_list *changes);
void changes_drop(struct change_list *changes);

struct view_parts {
    struct rules *rules;
    int64_t at;
    struct view_days days;
    uint64_t entries;    /* of the log that are surely in it */
    struct leaf *leaves; /* by station */
    uint64_t pending, withheld;
    struct change_list *changes;
    struct blob *survey, *lines; /* documents that never change */
};

struct view {
    atomic_uint references;
    struct view_parts parts;
    struct month_counts *months;
    size_t month_count;
    struct blob *documents[VIEW_DOCUMENTS];
};

/* Takes one reference of everything in `parts`, and the array of leaves. */
NODISCARD struct view *view_create_take(const struct view_parts *parts);

/* The monthly counts of all sheets; the caller frees them. */
struct month_counts *months_count(const struct view *view, size_t *count_out);

#endif
