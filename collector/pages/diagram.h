#ifndef ZHANJI_PAGES_DIAGRAM_H
#define ZHANJI_PAGES_DIAGRAM_H

#include "collector/base/buffer.h"
#include "collector/survey/survey.h"

/*
 * The schematic of the lines, as it is drawn: in units of which a cell of the catalogue's grid has
 * DIAGRAM_CELL. Made once for a survey; immutable.
 */
enum {
    DIAGRAM_CELL = 20,
    DIAGRAM_LEVELS = 8,
    DIAGRAM_SIDES = 8
};

/* From how many pixels a cell on each level of labels may show; text is 12 pixels high on all. */
extern const double diagram_scales[DIAGRAM_LEVELS];

/* Where a station's name stands: from which level on there is room for it, DIAGRAM_LEVELS for
 * never, and on which side (0 east, 1 west, 2 south, 3 north, 4 … 7 between them). */
struct diagram_label {
    int8_t level;
    int8_t side;
};

struct diagram {
    const struct survey *survey;
    int left, top, width, height; /* in units, with a margin */
    struct diagram_label *labels[SURVEY_LANGUAGES];
};

NODISCARD struct diagram *diagram_create(const struct survey *survey);
void diagram_destroy(struct diagram *diagram);

/* Chooses level and side of every name of one language, so that names of a level and all before
 * it never cover each other or a station. Greedy, interchanges first. */
void diagram_place_labels(const struct survey *survey, enum language language,
                          struct diagram_label *labels_out);

/* The path ("M20 40L…") of the stretches of a line that trains run on a day: between stops that
 * are open, and through one or two that are not. Appends nothing where there are none. */
void diagram_track(const struct survey *survey, int line, int32_t day, struct buffer *path);

/* Whether anything stops at a station on a day; and whether something ever did by then. */
bool diagram_is_served(const struct survey *survey, int station, int32_t day);
bool diagram_is_built(const struct survey *survey, int station, int32_t day);

/* The paths of all lines, by when they change: GET /assets/network.json. */
void diagram_network(const struct survey *survey, struct buffer *json);

#endif
