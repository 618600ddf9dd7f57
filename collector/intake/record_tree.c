/* The tree of the log, read from the store piece by piece. */
#include <string.h>

#include "collector/intake/record_internal.h"

enum {
    PIECE = 1024 /* entries a job, so that reports need not wait long */
};

static const char head_setting[] = "log-head";

void growth_finish(struct growth *growth)
{
    free(growth->nodes);
    free(growth->announced);
}

static void add_node(void *context, unsigned level, uint64_t number, const struct hash *hash)
{
    struct growth *growth = context;
    if (growth->node_count == growth->node_capacity) {
        growth->node_capacity = growth->node_capacity * 2 + 16;
        growth->nodes =
            memory_resize_take(growth->nodes, growth->node_capacity, sizeof *growth->nodes);
    }
    growth->nodes[growth->node_count++] = (struct record_node){level, number, *hash};
}

struct reading {
    struct store_job job; /* the first member */
    struct growth *growth;
    uint64_t limit;
    bool is_gap; /* a number is missing */
};

static void note_key_entry(struct growth *growth, const char *line, size_t length)
{
    static const char start[] = "{\"act\":\"log-key\"";
    if (length < sizeof start || memcmp(line, start, sizeof start - 1) != 0)
        return;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    struct error ignored = {0};
    if (!entry_parse(line, length, entry, &ignored))
        return;
    free(growth->announced);
    growth->announced = memory_text(entry->subject);
}

static void take_entry(void *context, uint64_t number, const char *line, size_t length)
{
    struct reading *reading = context;
    struct growth *growth = reading->growth;
    if (number != growth->edge->size)
        reading->is_gap = true;
    if (reading->is_gap)
        return;
    struct hash leaf = merkle_leaf(line, length);
    edge_append(growth->edge, &leaf, add_node, growth);
    note_key_entry(growth, line, length);
}

static bool reading_run(struct session *session, struct store_job *job, struct error *error)
{
    struct reading *reading = (struct reading *)job;
    uint64_t from = reading->growth->edge->size;
    uint64_t left = reading->limit - from;
    return session_entries(session, from, left < PIECE ? (uint32_t)left : PIECE, take_entry,
                           reading, error);
}

bool growth_read(struct store *store, struct growth *growth, uint64_t limit, struct error *error)
{
    while (growth->edge->size < limit) {
        uint64_t before = growth->edge->size;
        struct reading reading = {.job.run = reading_run, .growth = growth, .limit = limit};
        if (!store_call(store, &reading.job, error))
            return false;
        if (reading.is_gap)
            return error_set(error, ERROR_INTERNAL, "the log has no entry %llu",
                             (unsigned long long)growth->edge->size);
        if (growth->edge->size - before < PIECE)
            break;
    }
    return true;
}

struct holding {
    struct store_job job; /* the first member */
    struct record_held *held;
};

static bool holding_run(struct session *session, struct store_job *job, struct error *error)
{
    struct holding *holding = (struct holding *)job;
    auto_free char *note = NULL;
    if (!session_setting(session, head_setting, &note, error) ||
        !session_entry_count(session, &holding->held->entries, error))
        return false;
    buffer_text(&holding->held->head, note == NULL ? "" : note);
    return true;
}

bool record_held_read(struct store *store, struct record_held *held_out, struct error *error)
{
    struct holding holding = {.job.run = holding_run, .held = held_out};
    return store_call(store, &holding.job, error);
}

struct edging {
    struct store_job job; /* the first member */
    struct edge *edge;
    uint64_t size;
    uint64_t leaves; /* read so far */
    bool is_whole;
};

static void take_leaf(void *context, uint64_t number, const char *line, size_t length)
{
    struct edging *edging = context;
    (void)number;
    if (edging->leaves < TILE_WIDTH)
        edging->edge->tiles[0][edging->leaves] = merkle_leaf(line, length);
    edging->leaves++;
}

static bool read_level(struct session *session, struct edging *edging, unsigned level,
                       struct error *error)
{
    uint8_t hashes[TILE_WIDTH][SECRET_KEY_SIZE];
    unsigned width = edge_width(edging->edge, level);
    uint64_t first = (edging->size >> (8 * level)) - width;
    uint32_t found = 0;
    if (!session_nodes(session, level, first, width, hashes, &found, error))
        return false;
    for (uint32_t i = 0; i < found; i++)
        memcpy(edging->edge->tiles[level][i].bytes, hashes[i], SECRET_KEY_SIZE);
    edging->is_whole = edging->is_whole && found == width;
    return true;
}

static bool edging_run(struct session *session, struct store_job *job, struct error *error)
{
    struct edging *edging = (struct edging *)job;
    unsigned width = edge_width(edging->edge, 0);
    edging->leaves = 0;
    edging->is_whole = true;
    if (!session_entries(session, edging->size - width, width, take_leaf, edging, error))
        return false;
    for (unsigned level = 1; level < TILE_LEVELS; level++)
        if (!read_level(session, edging, level, error))
            return false;
    edging->is_whole = edging->is_whole && edging->leaves == width;
    return true;
}

bool record_edge_read(struct store *store, uint64_t size, struct edge *edge_out,
                      struct error *error)
{
    struct edging edging = {.job.run = edging_run, .edge = edge_out, .size = size};
    memset(edge_out, 0, sizeof *edge_out);
    edge_out->size = size;
    if (!store_call(store, &edging.job, error))
        return false;
    if (edging.is_whole)
        return true;
    /* The nodes were lost: they are made again from the entries. */
    struct growth growth = {.edge = edge_out};
    memset(edge_out, 0, sizeof *edge_out);
    bool read =
        growth_read(store, &growth, size, error) && record_head_write(store, &growth, NULL, error);
    growth_finish(&growth);
    return read;
}

struct heading {
    struct store_job job; /* the first member */
    const struct growth *growth;
    const char *note; /* NULL: only the nodes */
};

static bool heading_run(struct session *session, struct store_job *job, struct error *error)
{
    const struct heading *heading = (const struct heading *)job;
    for (size_t i = 0; i < heading->growth->node_count; i++) {
        const struct record_node *node = &heading->growth->nodes[i];
        if (!session_node_put(session, node->level, node->number, node->hash.bytes, error))
            return false;
    }
    return heading->note == NULL ||
           session_set_setting(session, head_setting, heading->note, error);
}

bool record_head_write(struct store *store, const struct growth *growth, const char *note,
                       struct error *error)
{
    struct heading heading = {.job.run = heading_run, .growth = growth, .note = note};
    return store_call(store, &heading.job, error);
}
