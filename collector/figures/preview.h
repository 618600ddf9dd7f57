#ifndef ZHANJI_FIGURES_PREVIEW_H
#define ZHANJI_FIGURES_PREVIEW_H

#include "collector/figures/view.h"
#include "collector/survey/report.h"

/*
 * What a station would be if further reports were published: the same observations, weights, knots
 * and rules that the publisher uses, with reports added that are not public. Nothing is changed.
 * The span of the data set and the reporters' accuracies are those of the view.
 */
struct preview {
    const struct view *view; /* borrowed */
    int station;
    struct published_answer *rows; /* what is published there */
    size_t count, capacity;
};

void preview_begin(const struct view *view, int station, struct preview *preview_out);
void preview_add(struct preview *preview, const struct published_answer *row);
void preview_finish(struct preview *preview);
/* The state at the end of the view's day, without histories, with `extra` (any order) published
 * too; one that has the id of a published report takes its place, as an amendment does. */
void preview_state(const struct preview *preview, const struct published_answer *extra,
                   size_t count, struct station_state *state_out);
/* The same, status and standing alone: a few times faster. */
void preview_status(const struct preview *preview, const struct published_answer *extra,
                    size_t count, int *status_out, enum standing *standing_out);
/* A token that stays the same as long as the station's published figures do: compare only. */
NODISCARD void *preview_token_hold(const struct view *view, int station);
void preview_token_drop(void *token);

#endif
