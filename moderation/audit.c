#include "moderation/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/log/edge.h"

enum {
    EXPORT_LAG_SECONDS = 3600
};

/* Hashes of the levels above the leaves, as the entries give them. */
struct level {
    struct hash *hashes;
    size_t count, capacity;
};

struct walk {
    struct audit *audit;
    struct edge *edge;
    struct level levels[TILE_LEVELS + 1];
    struct hash leaves[TILE_WIDTH]; /* of the bundle */
};

void audit_finish(struct audit *audit)
{
    for (size_t i = 0; i < audit->fault_count; i++)
        free(audit->faults[i]);
    free(audit->faults);
    replay_finish(&audit->replay);
    mirror_finish(&audit->mirror);
}

void audit_fault(struct audit *audit, const char *text)
{
    if (audit->fault_count == audit->fault_capacity) {
        audit->fault_capacity = audit->fault_capacity * 2 + 16;
        audit->faults =
            memory_resize_take(audit->faults, audit->fault_capacity, sizeof *audit->faults);
    }
    audit->faults[audit->fault_count++] = memory_text(text);
}

static void take_fault(void *context, const char *text)
{
    audit_fault(context, text);
}

static void close_node(void *context, unsigned level, uint64_t number, const struct hash *hash)
{
    struct walk *walk = context;
    struct level *row = &walk->levels[level];

    (void)number;
    if (row->count == row->capacity) {
        row->capacity = row->capacity * 2 + 16;
        row->hashes = memory_resize_take(row->hashes, row->capacity, sizeof *row->hashes);
    }
    row->hashes[row->count++] = *hash;
}

static bool take_entry(void *context, uint64_t number, const char *line, size_t length,
                       struct error *error)
{
    struct walk *walk = context;
    struct hash leaf = merkle_leaf(line, length);

    (void)error;
    walk->leaves[number % TILE_WIDTH] = leaf;
    edge_append(walk->edge, &leaf, close_node, walk);
    replay_entry(&walk->audit->replay, number, line, length);
    if (number + 1 == walk->audit->followed)
        audit_export(walk->audit);
    if (number == walk->audit->followed)
        walk->audit->first_later = walk->audit->replay.at;
    return true;
}

static void compare_tile(struct audit *audit, int level, uint64_t index, const struct hash *hashes)
{
    size_t length = tile_width(level, index, audit->mirror.head.size) * sizeof *hashes;
    auto_buffer struct buffer bytes = {0};
    auto_buffer struct buffer fault = {0};
    struct error error = {0};

    audit->tiles++;
    if (!mirror_tile(&audit->mirror, level, index, &bytes, &error)) {
        audit_fault(audit, error.text);
        return;
    }
    if (bytes.length == length && memcmp(bytes.data, hashes, length) == 0)
        return;
    buffer_format(&fault, "tile %" PRIu64 " of level %d is not what the entries hash to", index,
                  level);
    audit_fault(audit, fault.data);
}

static void walk_bundles(struct walk *walk)
{
    struct audit *audit = walk->audit;
    uint64_t size = audit->mirror.head.size;

    for (uint64_t bundle = 0; tile_width(TILE_ENTRIES, bundle, size) != 0; bundle++) {
        struct error error = {0};
        if (!mirror_entries(&audit->mirror, bundle, take_entry, walk, &error)) {
            audit_fault(audit, error.text);
            return;
        }
        compare_tile(audit, 0, bundle, walk->leaves);
        if (audit->progress != NULL)
            audit->progress(audit->progress_context, walk->edge->size, size);
    }
}

static void walk_levels(struct walk *walk)
{
    struct audit *audit = walk->audit;
    struct hash root = edge_root(walk->edge);

    for (int level = 1; level < TILE_LEVELS; level++)
        for (uint64_t index = 0; index * TILE_WIDTH < walk->levels[level].count; index++)
            compare_tile(audit, level, index, walk->levels[level].hashes + index * TILE_WIDTH);
    if (walk->edge->size != audit->mirror.head.size)
        audit_fault(audit, "the log is not as long as its head says");
    if (memcmp(root.bytes, audit->mirror.head.root.bytes, sizeof root.bytes) != 0)
        audit_fault(audit, "the entries do not hash to the root that is signed");
}

static void check_tree(struct audit *audit)
{
    struct walk walk = {.audit = audit};

    walk.edge = memory_zeroed(1, sizeof *walk.edge);
    walk_bundles(&walk);
    walk_levels(&walk);
    for (size_t i = 0; i <= TILE_LEVELS; i++)
        free(walk.levels[i].hashes);
    free(walk.edge);
}

static void check_log_key(struct audit *audit)
{
    auto_buffer struct buffer verifier = {0};

    note_key_print(&audit->mirror.key, &verifier);
    if (audit->replay.log_key[0] != '\0' && strcmp(audit->replay.log_key, verifier.data) != 0)
        audit_fault(audit, "the head is not signed by the key that the log names last");
}

/* The few entries that were signed while the export was read may be missing from it; a server that
 * shows an old export beside a new log is found. */
static void check_export_age(struct audit *audit)
{
    auto_buffer struct buffer text = {0};

    if (audit->followed > audit->mirror.head.size)
        audit_fault(audit, "the export follows from more entries than the log has");
    if (audit->first_later == 0 || audit->replay.at - audit->first_later <= EXPORT_LAG_SECONDS)
        return;
    buffer_format(&text,
                  "the export follows from the first %" PRIu64
                  " entries, though the log went on for more than an hour after them",
                  audit->followed);
    audit_fault(audit, text.data);
}

bool audit_run(struct audit *audit, const char *folder, const char *verifier, struct error *error)
{
    struct error ignored = {0};

    if (!mirror_open(folder, verifier, &audit->mirror, error))
        return false;
    replay_init(&audit->replay, &audit->mirror);
    audit->replay.fault = take_fault;
    audit->replay.context = audit;
    if (!mirror_check_sums(folder, take_fault, audit, &audit->files, &ignored))
        audit->files = 0;
    audit->followed = mirror_export_entries(folder);
    if (audit->followed == 0) /* an older server, or one that could not tell */
        audit->followed = audit->mirror.head.size;
    check_tree(audit);
    check_log_key(audit);
    check_export_age(audit);
    if (audit->has_export)
        audit_statuses(audit);
    return true;
}
