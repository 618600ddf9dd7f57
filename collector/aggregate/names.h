#ifndef ZHANJI_AGGREGATE_NAMES_H
#define ZHANJI_AGGREGATE_NAMES_H

#include <stdint.h>

#include "collector/base/map.h"

/* Names numbered as they come, and in the end in the order of their bytes. */
struct names {
    struct map *map;
    size_t count;
    /* After names_sort: */
    const char **text; /* by new number, borrowed from the map, with their lengths */
    uint32_t *length;
    uint32_t *number; /* old → new */
};

void names_start(struct names *names);
void names_finish(struct names *names);
/* The number of a name; a new one gets the next. */
uint32_t names_number(struct names *names, const char *text, size_t length);
void names_sort(struct names *names);
/* After names_sort; -1 if there is no such name. */
NODISCARD int64_t names_find(const struct names *names, const char *text, size_t length);

#endif
