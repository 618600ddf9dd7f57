#include "collector/log/edge.h"

#include <string.h>

enum {
    LEVEL_BITS = 8 /* of the leaves a tile more spans */
};

unsigned edge_width(const struct edge *edge, unsigned level)
{
    return (unsigned)(edge->size >> (LEVEL_BITS * level) & (TILE_WIDTH - 1));
}

void edge_append(struct edge *edge, const struct hash *leaf,
                 void (*closed)(void *context, unsigned level, uint64_t number,
                                const struct hash *hash),
                 void *context)
{
    edge->tiles[0][edge_width(edge, 0)] = *leaf;
    edge->size++;
    for (unsigned level = 1; level < TILE_LEVELS && edge_width(edge, level - 1) == 0; level++) {
        struct hash root = merkle_root(edge->tiles[level - 1], TILE_WIDTH);
        uint64_t number = (edge->size >> (LEVEL_BITS * level)) - 1;
        edge->tiles[level][number % TILE_WIDTH] = root;
        closed(context, level, number, &root);
    }
}

/* A level's hashes and, after them, what the levels below come to: the splits of RFC 6962 fall
 * between them, because what is below is the smallest and the last. */
struct hash edge_root(const struct edge *edge)
{
    struct hash row[TILE_WIDTH];
    struct hash below = merkle_root(NULL, 0);
    bool has_below = false;

    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        unsigned width = edge_width(edge, level);
        if (width == 0)
            continue;
        memcpy(row, edge->tiles[level], width * sizeof row[0]);
        if (has_below)
            row[width] = below;
        below = merkle_root(row, width + (has_below ? 1U : 0U));
        has_below = true;
    }
    return below;
}
