/* A new key for the log, announced in it by the server's entry. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/intake/record_internal.h"

struct announcing {
    struct store_job job; /* the first member */
    const char *verifier;
    bool has_digest;
    uint8_t digest[SECRET_KEY_SIZE];
};

static bool announce_run(struct session *session, struct store_job *job, struct error *error)
{
    const struct announcing *announcing = (const struct announcing *)job;
    return session_log_key(session, announcing->verifier,
                           announcing->has_digest ? announcing->digest : NULL, error);
}

/* The digest of the head that was signed last ties the new key to the old one's log. */
static bool announce(struct record *record, const struct buffer *head, struct error *error)
{
    auto_buffer struct buffer verifier = {0};
    struct announcing announcing = {.job.run = announce_run, .has_digest = head->length > 0};
    note_key_print(&record->next.public, &verifier);
    announcing.verifier = verifier.data;
    if (announcing.has_digest)
        sha256_bytes(head->data, head->length, announcing.digest);
    return store_call(record->options.store, &announcing.job, error);
}

/* A log that cannot go on is followed by another under another name: at the day it begins. */
static void choose_name(const struct record *record, bool begins_anew, struct buffer *name)
{
    if (record->wanted_name[0] != '\0') {
        buffer_text(name, record->wanted_name);
    } else if (!begins_anew) {
        buffer_text(name, record->key.public.name);
    } else {
        buffer_format(name, "%s/decisions/%" PRId64, record->options.survey->id,
                      clock_now(&record->options.clock));
    }
}

static bool set_aside(struct record *record, const struct buffer *head, struct error *error)
{
    auto_buffer struct buffer file = {0};
    if (head->length == 0)
        return true;
    buffer_format(&file, "log.head.%" PRId64, clock_now(&record->options.clock));
    return record_file_write(record, file.data, head, error);
}

/* The whole log of the database, to be signed under the new name. */
static bool begin_anew(struct record *record, const struct buffer *head, struct error *error)
{
    struct record_held held = {0};
    bool done = set_aside(record, head, error) &&
                record_held_read(record->options.store, &held, error) &&
                record_edge_read(record->options.store, 0, record->edge, error);
    buffer_finish(&held.head);
    if (!done)
        return false;
    pthread_mutex_lock(&record->lock);
    record->refusal[0] = '\0';
    blob_drop(record->checkpoint);
    record->checkpoint = NULL;
    pthread_mutex_unlock(&record->lock);
    return true;
}

bool record_change_key(struct record *record, struct error *error)
{
    auto_buffer struct buffer name = {0};
    auto_buffer struct buffer head = {0};
    struct error reason = {0};
    bool begins_anew = record->refusal[0] != '\0';
    choose_name(record, begins_anew, &name);
    if (!record_file_read(record, "log.head", &head, &reason) && reason.kind != ERROR_NOT_FOUND) {
        *error = reason;
        return false;
    }
    if (begins_anew && record->has_key && strcmp(name.data, record->key.public.name) == 0)
        return error_set(error, ERROR_INVALID, "a new log needs a new name");
    if (!record_key_make(record, "log.next", name.data, &record->next, error))
        return false;
    record->has_next = true;
    return announce(record, &head, error) && (!begins_anew || begin_anew(record, &head, error)) &&
           record_sign(record, error);
}
