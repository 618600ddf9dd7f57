#include "collector/log/tile.h"

#include <string.h>

#include "collector/base/number.h"

static const char entries_prefix[] = "tile/entries/";
static const char hashes_prefix[] = "tile/";

static void print_index(uint64_t index, struct buffer *buffer)
{
    unsigned groups[7];
    int count = 0;

    do {
        groups[count++] = (unsigned)(index % 1000);
        index /= 1000;
    } while (index != 0);
    while (--count > 0)
        buffer_format(buffer, "x%03u/", groups[count]);
    buffer_format(buffer, "%03u", groups[0]);
}

void tile_path(const struct tile *tile, struct buffer *buffer)
{
    if (tile->level == TILE_ENTRIES)
        buffer_text(buffer, entries_prefix);
    else
        buffer_format(buffer, "%s%d/", hashes_prefix, tile->level);
    print_index(tile->index, buffer);
    if (tile->width != TILE_WIDTH)
        buffer_format(buffer, ".p/%u", tile->width);
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *parse_level(const char *at, int *level_out)
{
    if (starts_with(at, entries_prefix)) {
        *level_out = TILE_ENTRIES;
        return at + sizeof(entries_prefix) - 1;
    }
    at += sizeof(hashes_prefix) - 1;
    if (at[0] < '0' || at[0] >= '0' + TILE_LEVELS || at[1] != '/')
        return NULL;
    *level_out = at[0] - '0';
    return at + 2;
}

/* Groups of three digits, all but the last with an x. */
static const char *parse_index(const char *at, uint64_t *index_out)
{
    uint64_t group;

    *index_out = 0;
    for (int groups = 0; groups < 6; groups++) {
        bool has_more = *at == 'x';
        at += has_more ? 1 : 0;
        if (strnlen(at, 3) < 3 || !number_unsigned(at, 3, 999, &group))
            return NULL;
        *index_out = *index_out * 1000 + group;
        at += 3;
        if (!has_more)
            return at;
        if (*at++ != '/')
            return NULL;
    }
    return NULL;
}

/* What is not the one way to write a tile shows when it is written again. */
static bool is_canonical(const struct tile *tile, const char *path)
{
    auto_buffer struct buffer again = {0};

    tile_path(tile, &again);
    return strcmp(again.data, path) == 0;
}

bool tile_path_parse(const char *path, size_t length, struct tile *tile_out)
{
    char copy[TILE_PATH_MAX];
    struct tile tile = {.width = TILE_WIDTH};
    const char *at;
    uint64_t width;

    if (length >= sizeof(copy) || memchr(path, '\0', length) != NULL)
        return false;
    memcpy(copy, path, length);
    copy[length] = '\0';
    if (!starts_with(copy, hashes_prefix) || (at = parse_level(copy, &tile.level)) == NULL ||
        (at = parse_index(at, &tile.index)) == NULL)
        return false;
    if (*at != '\0') {
        if (!starts_with(at, ".p/") ||
            !number_unsigned(at + 3, strlen(at + 3), TILE_WIDTH - 1, &width) || width == 0)
            return false;
        tile.width = (unsigned)width;
    }
    if (!is_canonical(&tile, copy))
        return false;
    *tile_out = tile;
    return true;
}

unsigned tile_width(int level, uint64_t index, uint64_t size)
{
    unsigned shift = level == TILE_ENTRIES ? 0 : 8U * (unsigned)level;
    uint64_t hashes = size >> shift;

    if (index > hashes / TILE_WIDTH)
        return 0;
    return index < hashes / TILE_WIDTH ? TILE_WIDTH : (unsigned)(hashes % TILE_WIDTH);
}

void tile_bundle_add(struct buffer *bundle, const void *entry, size_t length)
{
    buffer_char(bundle, (char)(length >> 8 & 0xFF));
    buffer_char(bundle, (char)(length & 0xFF));
    buffer_bytes(bundle, entry, length);
}

bool tile_bundle_next(const char *bundle, size_t length, size_t *position, const char **entry_out,
                      size_t *entry_length_out)
{
    size_t at = *position;
    size_t entry_length;

    if (length - at < 2)
        return false;
    entry_length = (size_t)(unsigned char)bundle[at] << 8 | (unsigned char)bundle[at + 1];
    if (length - at - 2 < entry_length)
        return false;
    *entry_out = bundle + at + 2;
    *entry_length_out = entry_length;
    *position = at + 2 + entry_length;
    return true;
}
