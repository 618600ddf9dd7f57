/* What a start finds: the key, the last head in the database, and the last head in the file beside
 * it. Only if they belong together is anything signed again (trust §3). */
#include <inttypes.h>
#include <string.h>

#include "collector/intake/record_internal.h"

/* The heads that were found; size 0 where there is none. */
struct heads {
    struct checkpoint held, filed;
    struct record_held database;
    struct buffer file;
    bool next_signed; /* one of them, so the next key is the key */
};

static const char how_to_go_on[] =
    "put back a newer backup of the database, or begin a new log with `zhanji-moderate log rotate`";

static bool has_text(const struct buffer *text)
{
    return text->length > 0;
}

/* A key is made for a log that has no head yet, and never in the place of one that is missing. */
static bool load_key(struct record *record, const struct heads *heads, struct error *error)
{
    struct error reason = {0};
    auto_buffer struct buffer name = {0};
    record->has_key = record_key_read(record, "log.key", &record->key, &reason);
    if (!record->has_key && reason.kind != ERROR_NOT_FOUND) {
        *error = reason;
        return false;
    }
    if (record->has_key)
        return true;
    if (has_text(&heads->database.head) || has_text(&heads->file)) {
        record_refuse(record,
                      "the key of the log, %s/log.key, is missing: nothing is signed; put it back "
                      "from a backup of that folder, or begin a new log with `zhanji-moderate log "
                      "rotate`",
                      record->folder);
        return true;
    }
    buffer_format(&name, "%s/decisions", record->options.survey->id);
    record->has_key = record_key_make(record, "log.key", name.data, &record->key, error);
    return record->has_key;
}

static bool load_next(struct record *record, struct error *error)
{
    struct error reason = {0};
    record->has_next = record_key_read(record, "log.next", &record->next, &reason);
    if (!record->has_next && reason.kind != ERROR_NOT_FOUND)
        *error = reason;
    return record->has_next || reason.kind == ERROR_NOT_FOUND;
}

static bool open_with(const struct record_key *key, const struct buffer *note,
                      struct checkpoint *checkpoint_out)
{
    const struct note_verifiers verifiers = {&key->public, 1};
    struct error ignored = {0};
    return checkpoint_open(note->data, note->length, key->public.name, &verifiers, checkpoint_out,
                           &ignored);
}

static void refuse_head(struct record *record, bool is_file)
{
    if (is_file)
        record_refuse(
            record,
            "the log's head in %s/log.head is not signed by log.key beside it: it was cut "
            "or changed, or the key was; nothing is signed; put that file back from a "
            "copy of the folder, or begin a new log with `zhanji-moderate log rotate`",
            record->folder);
    else
        record_refuse(record,
                      "the log's head in the database is not signed by %s/log.key: nothing is "
                      "signed; put back the key from a copy of that folder, or %s",
                      record->folder, how_to_go_on);
}

/* The last head may be the one with which the next key took over. */
static bool open_head(struct record *record, const struct buffer *note, bool is_file,
                      struct heads *heads, struct checkpoint *checkpoint_out)
{
    if (!has_text(note) || record->refusal[0] != '\0')
        return true;
    if (record->has_next && open_with(&record->next, note, checkpoint_out))
        return heads->next_signed = true;
    if (record->has_key && open_with(&record->key, note, checkpoint_out))
        return true;
    refuse_head(record, is_file);
    return false;
}

static bool find_heads(struct record *record, struct heads *heads, struct error *error)
{
    struct error reason = {0};
    if (!record_held_read(record->options.store, &heads->database, error))
        return false;
    if (record_file_read(record, "log.head", &heads->file, &reason) ||
        reason.kind == ERROR_NOT_FOUND)
        return true;
    *error = reason;
    return false;
}

static void judge_sizes(struct record *record, const struct heads *heads)
{
    if (record->refusal[0] != '\0')
        return;
    if (has_text(&heads->database.head) && !has_text(&heads->file))
        record_refuse(record,
                      "%s/log.head is missing, so that nobody knows what was signed last: nothing "
                      "is signed; put it back from a copy of that folder, or begin a new log with "
                      "`zhanji-moderate log rotate`",
                      record->folder);
    else if (heads->filed.size > heads->database.entries)
        record_refuse(record,
                      "the database has %" PRIu64 " entries of the log, but %" PRIu64
                      " were signed: it is an older backup, and signing it would fork the log; %s",
                      heads->database.entries, heads->filed.size, how_to_go_on);
}

static bool is_root(const struct edge *edge, const struct checkpoint *head)
{
    struct hash root = edge_root(edge);
    return head->size == 0 || memcmp(root.bytes, head->root.bytes, sizeof root.bytes) == 0;
}

/* From the smaller head to the larger, both of which must be heads of this tree. */
static bool walk_heads(struct record *record, const struct heads *heads, struct error *error)
{
    bool is_filed_first = heads->filed.size < heads->held.size;
    const struct checkpoint *low = is_filed_first ? &heads->filed : &heads->held;
    const struct checkpoint *high = is_filed_first ? &heads->held : &heads->filed;
    struct store *store = record->options.store;
    if (!record_edge_read(store, low->size, record->edge, error))
        return false;
    bool is_same = is_root(record->edge, low);
    struct growth growth = {.edge = record->edge};
    bool is_read = growth_read(store, &growth, high->size, error) &&
                   record_head_write(store, &growth, NULL, error);
    growth_finish(&growth);
    if (!is_read)
        return false;
    if (!is_same || !is_root(record->edge, high))
        record_refuse(record,
                      "the database's log is not the one that was signed (%" PRIu64
                      " entries): signing it would fork the log; %s",
                      high->size, how_to_go_on);
    return true;
}

/* A crash may have come between the steps of signing: they are completed. */
static bool complete(struct record *record, const struct heads *heads, struct error *error)
{
    if (heads->next_signed && !record_take_over(record, error))
        return false;
    if (heads->held.size > heads->filed.size &&
        !record_file_write(record, "log.head", &heads->database.head, error))
        return false;
    const struct buffer *note =
        heads->held.size > heads->filed.size ? &heads->database.head : &heads->file;
    if (has_text(note))
        record_publish(record, note->data, record->edge->size);
    return true;
}

static bool settle(struct record *record, struct heads *heads, struct error *error)
{
    if (!load_key(record, heads, error) || !load_next(record, error))
        return false;
    if (!open_head(record, &heads->database.head, false, heads, &heads->held) ||
        !open_head(record, &heads->file, true, heads, &heads->filed))
        return true;
    judge_sizes(record, heads);
    if (record->refusal[0] == '\0' && !walk_heads(record, heads, error))
        return false;
    return record->refusal[0] != '\0' || complete(record, heads, error);
}

bool record_load(struct record *record, struct error *error)
{
    struct heads heads = {0};
    bool loaded = find_heads(record, &heads, error) && settle(record, &heads, error);
    buffer_finish(&heads.database.head);
    buffer_finish(&heads.file);
    return loaded;
}
