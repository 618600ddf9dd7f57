#ifndef ZHANJI_BASE_MAP_H
#define ZHANJI_BASE_MAP_H

#include <stdint.h>

#include "collector/base/memory.h"

/* Byte strings to numbers: open addressing over a keyed hash (SipHash), keys copied. */
struct map;

#define auto_map __attribute__((cleanup(map_release)))

NODISCARD struct map *map_create(void);
void map_destroy(struct map *map);
void map_release(struct map **map);
size_t map_size(const struct map *map);
NODISCARD bool map_get(const struct map *map, const void *key, size_t length, uint64_t *value_out);
/* True if the key is new; false if it was there (its value is replaced). */
bool map_put(struct map *map, const void *key, size_t length, uint64_t value);
bool map_remove(struct map *map, const void *key, size_t length);
/* The next entry after *cursor (begin with 0); false at the end. */
NODISCARD bool map_next(const struct map *map, size_t *cursor, const void **key_out,
                        size_t *length_out, uint64_t *value_out);

#endif
