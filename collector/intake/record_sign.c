#include <stdio.h>
#include <string.h>

#include "collector/intake/record_internal.h"

static bool is_announced(const struct record *record, const struct growth *growth)
{
    auto_buffer struct buffer verifier = {0};
    if (!record->has_next || growth->announced == NULL)
        return false;
    note_key_print(&record->next.public, &verifier);
    return strcmp(verifier.data, growth->announced) == 0;
}

/* The head in which a new key is announced is signed by both, if the log keeps its name. */
static void print_note(const struct record *record, const struct growth *growth, bool changes,
                       struct buffer *note)
{
    const struct record_key *key = changes ? &record->next : &record->key;
    struct checkpoint head = {.size = growth->edge->size, .root = edge_root(growth->edge)};
    snprintf(head.origin, sizeof head.origin, "%s", key->public.name);
    checkpoint_sign(&head, &key->public, &key->secret, note);
    if (!changes || !record->has_key || strcmp(record->key.public.name, head.origin) != 0)
        return;
    auto_buffer struct buffer text = {0};
    checkpoint_text(&head, &text);
    note_sign(text.data, text.length, &record->key.public, &record->key.secret, note);
}

bool record_take_over(struct record *record, struct error *error)
{
    if (!record_file_rename(record, "log.next", "log.key", error))
        return false;
    record->key = record->next;
    record->has_key = true;
    record->has_next = false;
    secret_wipe_key(&record->next.secret);
    return true;
}

static bool store_head(struct record *record, const struct growth *growth,
                       const struct buffer *note, struct error *error)
{
    return record_head_write(record->options.store, growth, note->data, error) &&
           record_file_write(record, "log.head", note, error);
}

void record_publish(struct record *record, const char *note, uint64_t size)
{
    struct buffer text = {0};
    buffer_text(&text, note);
    struct blob *blob = blob_create_take(&text, "text/plain; charset=utf-8");
    auto_buffer struct buffer verifier = {0};
    note_key_print(&record->key.public, &verifier);
    pthread_mutex_lock(&record->lock);
    struct blob *before = record->checkpoint;
    record->checkpoint = blob;
    record->size = size;
    snprintf(record->verifier, sizeof record->verifier, "%s", verifier.data);
    pthread_mutex_unlock(&record->lock);
    blob_drop(before);
}

static bool sign_growth(struct record *record, const struct growth *growth, struct error *error)
{
    auto_buffer struct buffer note = {0};
    bool changes = is_announced(record, growth);
    print_note(record, growth, changes, &note);
    if (!store_head(record, growth, &note, error) || (changes && !record_take_over(record, error)))
        return false;
    record_publish(record, note.data, growth->edge->size);
    return true;
}

/* The tree that was signed is copied and extended, never built anew: so the new one extends it. */
static bool extend(struct record *record, struct growth *growth, struct error *error)
{
    bool is_first = record->checkpoint == NULL;
    if (!growth_read(record->options.store, growth, UINT64_MAX, error))
        return false;
    return (growth->edge->size == record->edge->size && !is_first) ||
           sign_growth(record, growth, error);
}

bool record_sign(struct record *record, struct error *error)
{
    if (record->refusal[0] != '\0')
        return true;
    auto_free struct edge *edge = memory_zeroed(1, sizeof *edge);
    *edge = *record->edge;
    struct growth growth = {.edge = edge};
    bool signed_all = extend(record, &growth, error);
    if (signed_all)
        *record->edge = *edge;
    growth_finish(&growth);
    return signed_all;
}
