#ifndef ZHANJI_LOG_TILE_H
#define ZHANJI_LOG_TILE_H

#include "collector/base/buffer.h"
#include "collector/base/error.h"

/* C2SP tlog-tiles: "/tile/<L>/<N>[.p/<W>]" and "/tile/entries/<N>[.p/<W>]". */
enum {
    TILE_WIDTH = 256,
    TILE_LEVELS = 8,   /* enough for 2^64 leaves */
    TILE_ENTRIES = -1, /* the level of a bundle of entries */
    TILE_PATH_MAX = 80 /* bytes of a path with its NUL */
};

struct tile {
    int level; /* 0–7, or TILE_ENTRIES */
    uint64_t index;
    unsigned width; /* 1–256; 256 is a full tile, which has no ".p" */
};

/* The path below the log's prefix, without a leading slash: "tile/0/x001/234.p/7". Appends. */
void tile_path(const struct tile *tile, struct buffer *buffer);
/* The reverse, strict. */
NODISCARD bool tile_path_parse(const char *path, size_t length, struct tile *tile_out);
/* The width of tile `index` of a level in a tree of `size` leaves: 0 (none) to 256. */
unsigned tile_width(int level, uint64_t index, uint64_t size);

/* One entry of a bundle: a big-endian length of 16 bits, and the bytes. Appends. */
void tile_bundle_add(struct buffer *bundle, const void *entry, size_t length);
/* The entry at *position, which moves on; false at the end or when the bundle is cut off
 * (*position is then not its length). */
NODISCARD bool tile_bundle_next(const char *bundle, size_t length, size_t *position,
                                const char **entry_out, size_t *entry_length_out);

#endif
