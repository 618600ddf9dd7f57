#include "collector/base/map.h"

#include <string.h>

#include "collector/base/secret.h"

struct slot {
    char *key; /* NULL: free */
    size_t length;
    uint64_t hash;
    uint64_t value;
};

struct map {
    struct slot *slots;
    size_t capacity; /* a power of two */
    size_t size;
    uint8_t seed[HASH_KEY_SIZE];
};

enum {
    FIRST_CAPACITY = 16
};

struct map *map_create(void)
{
    struct map *map = memory_zeroed(1, sizeof *map);
    map->capacity = FIRST_CAPACITY;
    map->slots = memory_zeroed(map->capacity, sizeof *map->slots);
    secret_random(map->seed, sizeof map->seed);
    return map;
}

void map_destroy(struct map *map)
{
    if (map == NULL)
        return;
    for (size_t i = 0; i < map->capacity; i++)
        free(map->slots[i].key);
    free(map->slots);
    free(map);
}

void map_release(struct map **map)
{
    map_destroy(*map);
    *map = NULL;
}

size_t map_size(const struct map *map)
{
    return map->size;
}

/* The slot that holds the key, or the free one where it would go. */
static struct slot *slot_of(const struct map *map, const void *key, size_t length, uint64_t hash)
{
    size_t mask = map->capacity - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct slot *slot = &map->slots[i];
        bool found = slot->key != NULL && slot->hash == hash && slot->length == length &&
                     memcmp(slot->key, key, length) == 0;
        if (slot->key == NULL || found)
            return slot;
    }
}

bool map_get(const struct map *map, const void *key, size_t length, uint64_t *value_out)
{
    const struct slot *slot = slot_of(map, key, length, hash_short(map->seed, key, length));
    if (slot->key == NULL)
        return false;
    *value_out = slot->value;
    return true;
}

static void grow(struct map *map)
{
    struct slot *old = map->slots;
    size_t old_capacity = map->capacity;
    map->capacity *= 2;
    map->slots = memory_zeroed(map->capacity, sizeof *map->slots);
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].key != NULL)
            *slot_of(map, old[i].key, old[i].length, old[i].hash) = old[i];
    free(old);
}

bool map_put(struct map *map, const void *key, size_t length, uint64_t value)
{
    if ((map->size + 1) * 4 > map->capacity * 3)
        grow(map);
    uint64_t hash = hash_short(map->seed, key, length);
    struct slot *slot = slot_of(map, key, length, hash);
    bool fresh = slot->key == NULL;
    if (fresh) {
        *slot = (struct slot){memory_slice(key, length), length, hash, 0};
        map->size++;
    }
    slot->value = value;
    return fresh;
}

/* Linear probing without tombstones: what follows moves up into the gap. */
static void close_gap(struct map *map, size_t gap)
{
    size_t mask = map->capacity - 1;
    for (size_t i = (gap + 1) & mask; map->slots[i].key != NULL; i = (i + 1) & mask) {
        size_t home = map->slots[i].hash & mask;
        if (((i - home) & mask) < ((i - gap) & mask))
            continue;
        map->slots[gap] = map->slots[i];
        map->slots[i].key = NULL;
        gap = i;
    }
}

bool map_remove(struct map *map, const void *key, size_t length)
{
    struct slot *slot = slot_of(map, key, length, hash_short(map->seed, key, length));
    if (slot->key == NULL)
        return false;
    free(slot->key);
    slot->key = NULL;
    map->size--;
    close_gap(map, (size_t)(slot - map->slots));
    return true;
}

bool map_next(const struct map *map, size_t *cursor, const void **key_out, size_t *length_out,
              uint64_t *value_out)
{
    while (*cursor < map->capacity) {
        const struct slot *slot = &map->slots[(*cursor)++];
        if (slot->key == NULL)
            continue;
        *key_out = slot->key;
        *length_out = slot->length;
        *value_out = slot->value;
        return true;
    }
    return false;
}
