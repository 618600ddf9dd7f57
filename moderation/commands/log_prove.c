/* `log prove`: the place of an entry in the log, as a C2SP tlog-proof. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/log/entry.h"
#include "moderation/commands/commands.h"
#include "moderation/commands/log_find.h"
#include "moderation/mirror.h"

/* Subtrees come from the tiles: level 8·L + l is made of 2^l hashes of tile level L. */
static bool read_subtree(const void *context, unsigned level, uint64_t index, struct hash *hash_out,
                         struct error *error)
{
    const struct mirror *mirror = context;
    unsigned inner = level % 8;
    uint64_t first = index << inner;
    struct hash hashes[TILE_WIDTH];
    auto_buffer struct buffer bytes = {0};

    if (!mirror_tile(mirror, (int)(level / 8), first / TILE_WIDTH, &bytes, error))
        return false;
    if (bytes.length > sizeof hashes ||
        bytes.length < (first % TILE_WIDTH + (1U << inner)) * sizeof *hashes)
        return error_set(error, ERROR_INVALID, "a tile of the log is too short");
    memcpy(hashes, bytes.data, bytes.length);
    *hash_out = merkle_root(hashes + first % TILE_WIDTH, (size_t)1 << inner);
    return true;
}

/* The entry that decides on a report last, or has the digest of the list with a content hash. */
struct search {
    const struct mirror *mirror;
    bool by_hash;
    uint8_t uuid[UUID_SIZE];
    char wanted[2 * SECRET_KEY_SIZE + 1]; /* as text */
    bool found;
    uint64_t number;
    struct hash leaf;
    struct buffer line;
};

static bool list_holds(const struct search *search, const char *path)
{
    auto_buffer struct buffer list = {0};
    auto_buffer struct buffer line = {0};
    struct error ignored = {0};

    buffer_format(&line, "%s\n", search->wanted);
    return mirror_read(search->mirror->folder, path, MIRROR_FILE_MAX, &list, &ignored) &&
           strstr(list.data, line.data) != NULL;
}

static bool concerns(const struct search *search, uint64_t number, const struct entry *entry)
{
    char path[300];

    if (search->by_hash) {
        snprintf(path, sizeof path, "received/%s", entry->subject);
        return entry->act == ACT_RECEIVED && list_holds(search, path);
    }
    if (!entry_act_is_decision(entry->act))
        return false;
    if (entry->reports == 0)
        return memcmp(entry->report, search->uuid, UUID_SIZE) == 0;
    snprintf(path, sizeof path, "reports/%" PRIu64, number);
    return list_holds(search, path);
}

static bool look(void *context, uint64_t number, const char *line, size_t length,
                 struct error *error)
{
    struct search *search = context;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);

    if (!entry_parse(line, length, entry, error))
        return false;
    if (!concerns(search, number, entry))
        return true;
    search->found = true;
    search->number = number;
    search->leaf = merkle_leaf(line, length);
    buffer_clear(&search->line);
    buffer_bytes(&search->line, line, length);
    return true;
}

static bool find(struct search *search, struct error *error)
{
    const struct mirror *mirror = search->mirror;

    for (uint64_t bundle = 0; tile_width(TILE_ENTRIES, bundle, mirror->head.size) != 0; bundle++)
        if (!mirror_entries(mirror, bundle, look, search, error))
            return false;
    if (search->found)
        return true;
    return error_set(error, ERROR_NOT_FOUND,
                     search->by_hash ? "no daily list of the log has this content hash (today's "
                                       "comes after midnight)"
                                     : "the log has no decision on this report");
}

static bool prove(const struct mirror *mirror, const struct search *search, struct buffer *text,
                  struct error *error)
{
    const struct merkle_source source = {read_subtree, mirror};
    struct tlog_proof proof = {.index = search->number,
                               .checkpoint = mirror->note.data,
                               .checkpoint_length = mirror->note.length};

    if (!proof_inclusion(&source, search->number, mirror->head.size, &proof.proof, error))
        return false;
    if (!proof_inclusion_verify(&proof.proof, search->number, mirror->head.size, &search->leaf,
                                &mirror->head.root))
        return error_set(error, ERROR_INVALID, "the log's tiles do not prove its own entry");
    tlog_proof_print(&proof, text);
    return true;
}

static bool parse_wanted(const char *text, struct search *search, struct error *error)
{
    uint8_t hash[SECRET_KEY_SIZE];

    search->by_hash = hex_parse(text, strlen(text), hash, sizeof hash);
    if (search->by_hash) {
        snprintf(search->wanted, sizeof search->wanted, "%s", text);
    } else if (uuid_parse(text, strlen(text), search->uuid)) {
        uuid_print(search->uuid, search->wanted);
    } else {
        return error_set(error, ERROR_INVALID,
                         "%.80s is neither a report's id nor a content hash in lower case", text);
    }
    return true;
}

static void print_json(const struct search *search, const struct buffer *proof, struct buffer *text)
{
    buffer_format(text, "{\"index\":%" PRIu64 ",\"entry\":", search->number);
    buffer_json(text, search->line.data, search->line.length);
    buffer_text(text, ",\"proof\":");
    buffer_json(text, proof->data, proof->length);
    buffer_text(text, "}\n");
}

static bool run(struct tool *tool, const char *folder, struct buffer *text, struct error *error)
{
    auto_buffer struct buffer proof = {0};
    struct mirror mirror;
    struct search search = {.mirror = &mirror};
    bool is_done;

    if (!parse_wanted(tool->arguments.words[0], &search, error) ||
        !mirror_open(folder, tool->arguments.options[OPTION_LOG_KEY], &mirror, error))
        return false;
    is_done = find(&search, error) && prove(&mirror, &search, &proof, error);
    if (is_done && tool->json)
        print_json(&search, &proof, text);
    else if (is_done)
        buffer_bytes(text, proof.data, proof.length);
    mirror_finish(&mirror);
    buffer_finish(&search.line);
    return is_done;
}

enum exit_code command_log_prove(struct tool *tool)
{
    auto_buffer struct buffer text = {0};
    struct error error = {0};
    struct found_log found;
    bool is_done =
        found_log_open(tool, 1, false, &found, &error) && run(tool, found.folder, &text, &error);

    found_log_finish(&found);
    if (!is_done)
        return tool_refuse(&error);
    terminal_print(&text);
    return EXIT_DONE;
}
