#ifndef ZHANJI_LOG_EDGE_H
#define ZHANJI_LOG_EDGE_H

#include "collector/log/merkle.h"
#include "collector/log/tile.h"

/* The right edge of a growing tree as C2SP tlog-tiles has it: of each level the tile that is not
 * full. Zero is the empty tree. */
struct edge {
    uint64_t size; /* leaves */
    struct hash tiles[TILE_LEVELS][TILE_WIDTH];
};

/* How many hashes the tile at a level's edge has: 0 to 255. */
unsigned edge_width(const struct edge *edge, unsigned level);
/* Adds a leaf. For each tile that it fills, `closed` is told the tile's root: hash `number` of the
 * level above. */
void edge_append(struct edge *edge, const struct hash *leaf,
                 void (*closed)(void *context, unsigned level, uint64_t number,
                                const struct hash *hash),
                 void *context);
/* The root of the tree (RFC 6962 §2.1). */
struct hash edge_root(const struct edge *edge);

#endif
