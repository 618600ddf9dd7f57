#ifndef ZHANJI_FIGURES_CITY_H
#define ZHANJI_FIGURES_CITY_H

#include "collector/figures/model.h"
#include "collector/figures/view.h"

/* Citywide changes that the fit found (consensus.md §6) and that lie between two days, as JSON
 * objects with commas between them: {"question","day","earliest","latest","stations",
 * "from_share":{option: share},"to_share":{…}}. `stations` is how many were known before and
 * after; the shares are of those. */
void city_changes_json(const struct view *view, int32_t from, int32_t to, struct buffer *buffer);

/* A run of neighbouring bins that passed the evidence gate. */
struct city_change {
    int question;
    int32_t first, last, likely; /* days; likely has the greatest hazard */
};

/* The next one of a question from bin *bin (first 0) on; false at the end. */
NODISCARD bool city_next_change(const struct model *model, int question, size_t *bin,
                                struct city_change *change_out);

#endif
