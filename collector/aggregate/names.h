#ifndef ZHANJI_AGGREGATE_NAMES_H
#define ZHANJI_AGGREGATE_NAMES_H

#include <stdint.h>

#include "collector/base/memory.h"
#include "collector/base/secret.h"

/* Names numbered as they come, and in the end in the order of their bytes. Found by a keyed hash
 * (SipHash): no file can be made so that all of its names meet. */
struct names {
    size_t count, capacity;
    struct name *name; /* by old number */
    struct slot *slots;
    size_t slot_count; /* a power of two */
    uint8_t seed[HASH_KEY_SIZE];
    /* After names_sort: */
    const char **text; /* by new number, borrowed, with their lengths */
    uint32_t *length;
    uint32_t *number; /* old → new */
};

void names_start(struct names *names);
void names_finish(struct names *names);
/* The number of a name; a new one gets the next. */
uint32_t names_number(struct names *names, const char *text, size_t length);
/*
 * The same in three parts, for many names at once: what they need is far apart in memory, and is
 * asked for ahead. The hash asks for the slot, names_foresee for the name that may be there.
 */
uint64_t names_hash(const struct names *names, const char *text, size_t length);
void names_foresee(const struct names *names, uint64_t hash);
uint32_t names_number_hashed(struct names *names, uint64_t hash, const char *text, size_t length);
void names_sort(struct names *names);
/* After names_sort: name i becomes number place[i]. */
void names_arrange(struct names *names, const uint16_t *place);
/* After names_sort; -1 if there is no such name. */
NODISCARD int64_t names_find(const struct names *names, const char *text, size_t length);

#endif
