#ifndef ZHANJI_PAGES_PLOT_H
#define ZHANJI_PAGES_PLOT_H

#include "collector/pages/page.h"

/*
 * Drawings over time. An svg without a viewBox takes the width of its column, and its texts and
 * marks keep their size; places in time are percentages. Areas stand in an inner svg of 1000 × 100
 * units that stretches.
 */
struct plot {
    struct page *page;
    int32_t first, last; /* days at its left and right edges */
};

/* From the survey's first day to the page's today. */
struct plot plot_of_survey(struct page *page);
/* A number with at most two decimals. */
void plot_number(struct buffer *out, double value);
/* Where a day lies, "37.52%". Days outside lie on the edge. */
void plot_percent(const struct plot *plot, double day, struct buffer *out);
/* A rule at the beginning of each year over `height` pixels, its number beneath. */
void plot_years(const struct plot *plot, int height);
/* Rules of the notices that apply to a station (-1: to everywhere) and began by then. */
void plot_notices(const struct plot *plot, int station, int height);

/* One layer of a stack: between lower[i] and upper[i], both in 0…1 of the height, at days[i]. */
struct layer {
    const int32_t *days;
    const double *lower, *upper;
    size_t count;
    const char *class;
};

void plot_layer(const struct plot *plot, const struct layer *layer);

/* A notice's kind as it is known by: "official", "press", "finding". */
const char *notice_kind_name(enum notice_kind kind);

#endif
