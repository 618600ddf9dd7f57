/* Whether a log still is the one that a mirror was made of. */
#include <inttypes.h>
#include <string.h>

#include "collector/log/edge.h"
#include "moderation/mirror.h"

typedef bool read_tile(void *context, const char *path, struct buffer *bytes, struct error *error);

static const char left[] = "this folder is left as it is: keep it, it proves what was signed";

/* The hashes of one level at the edge of the older tree, as the server shows them now. */
static bool read_level(struct edge *edge, int level, read_tile *tile, void *context,
                       struct error *error)
{
    const unsigned width = edge_width(edge, (unsigned)level);
    const size_t length = width * sizeof edge->tiles[level][0];
    const uint64_t index = level == TILE_LEVELS - 1 ? 0 : edge->size >> (8 * (level + 1));
    const struct tile place = {level, index, width};
    auto_buffer struct buffer path = {0};
    auto_buffer struct buffer bytes = {0};

    if (width == 0)
        return true;
    tile_path(&place, &path);
    if (!tile(context, path.data, &bytes, error))
        return false;
    if (bytes.length != length)
        return error_set(error, ERROR_INVALID, "%s is no tile of %u hashes", path.data, width);
    memcpy(edge->tiles[level], bytes.data, length);
    return true;
}

/* The root that the server's log had at the mirror's size. */
static bool root_then(uint64_t size, read_tile *tile, void *context, struct hash *root_out,
                      struct error *error)
{
    auto_free struct edge *edge = memory_zeroed(1, sizeof *edge);

    edge->size = size;
    for (int level = 0; level < TILE_LEVELS; level++)
        if (!read_level(edge, level, tile, context, error))
            return false;
    *root_out = edge_root(edge);
    return true;
}

bool mirror_follows(const struct mirror *before, const struct mirror *now, read_tile *tile,
                    void *context, struct error *error)
{
    const struct checkpoint *old = &before->head;
    struct hash root;

    if (before->note.length == 0)
        return true;
    if (strcmp(old->origin, now->head.origin) != 0)
        return error_set(error, ERROR_CONFLICT,
                         "the server has a new log, %.60s, and no longer %.60s: fetch it into "
                         "another folder; %s",
                         now->head.origin, old->origin, left);
    if (now->head.size < old->size)
        return error_set(error, ERROR_CONFLICT,
                         "the server's log has %" PRIu64 " entries, and %" PRIu64
                         " were signed already: its end was cut off; %s",
                         now->head.size, old->size, left);
    if (!root_then(old->size, tile, context, &root, error))
        return false;
    return memcmp(root.bytes, old->root.bytes, sizeof root.bytes) == 0 ||
           error_set(error, ERROR_CONFLICT,
                     "the server's log is a fork: its first %" PRIu64
                     " entries are not those that were signed; %s",
                     old->size, left);
}
