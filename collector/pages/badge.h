#ifndef ZHANJI_PAGES_BADGE_H
#define ZHANJI_PAGES_BADGE_H

#include "collector/figures/view.h"
#include "collector/pages/html.h"

/*
 * A station's status for other people's pages: its name, then the mark and the status in few
 * words. Solid is seen, hollow inferred. Texts are plain SVG text, held to their computed width
 * whatever face the reader's machine has.
 */
struct badge {
    const struct survey *survey;
    const struct station_state *state;
    struct buffer name, status; /* what its two parts say */
    struct buffer label;        /* both, for those who do not see it */
    int name_width, width;      /* pixels */
};

enum {
    BADGE_HEIGHT = 24
};

void badge_init(struct badge *badge, const struct survey *survey, const struct station_state *state,
                enum language language);
void badge_finish(struct badge *badge);
/* The drawing. */
void badge_put(const struct badge *badge, struct html *html);
/* The width of a text set in 12 pixels of a face like Helvetica. */
int badge_text_width(const char *text);

#endif
