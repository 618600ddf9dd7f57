#ifndef ZHANJI_PAGES_MAP_H
#define ZHANJI_PAGES_MAP_H

#include "collector/pages/city.h"

/* The schematic of the page's day: the lines that ran, each station by its status, those that the
 * filter leaves out pale; nothing where the server keeps no diagram. */
void city_map(const struct city *city);
/* Every shape with its word. */
void city_legend(const struct city *city);
/* What moves the map through time, for those who have scripts; and the notices by date. */
void city_slider(const struct city *city);

#endif
