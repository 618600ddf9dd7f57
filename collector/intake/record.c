#include "collector/intake/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "collector/intake/record_internal.h"

enum {
    GROUP_MS = 100,  /* heads are at least so far apart: one signature for what came meanwhile */
    RETRY_MS = 2000, /* after a fault */
    LOOK_MS = 60000, /* how often it is asked whether a day is over */
    SECOND_MS = 1000
};

void record_refuse(struct record *record, const char *format, ...)
{
    va_list arguments;
    pthread_mutex_lock(&record->lock);
    va_start(arguments, format);
    vsnprintf(record->refusal, sizeof record->refusal, format, arguments);
    va_end(arguments);
    pthread_mutex_unlock(&record->lock);
    fprintf(stderr, "zhanji-collector: the log: %s\n", record->refusal);
}

/* With the lock. Waits for so long, or until it is to stop, or (unless `whole`) there is work. */
static void wait_ms(struct record *record, int64_t milliseconds, bool whole)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t nanoseconds = until.tv_nsec + milliseconds % SECOND_MS * 1000000;
    until.tv_sec += (time_t)(milliseconds / SECOND_MS + nanoseconds / 1000000000);
    until.tv_nsec = (long)(nanoseconds % 1000000000);
    int code = 0;
    while (code == 0 && !record->stopping && (whole || (!record->urged && !record->wants_key)))
        code = pthread_cond_timedwait(&record->changed, &record->lock, &until);
}

/* One round of all there is to do. */
static bool work(struct record *record, bool wants_key, struct error *error)
{
    if (wants_key && !record_change_key(record, error))
        return false;
    return record_days(record, error) && record_sign(record, error);
}

static void report(const struct error *error)
{
    fprintf(stderr, "zhanji-collector: the log: %s\n", error->text);
}

static void *follow(void *context)
{
    struct record *record = context;
    pthread_mutex_lock(&record->lock);
    while (!record->stopping) {
        struct error error = {0};
        bool wants_key = record->wants_key;
        record->urged = false;
        record->wants_key = false;
        pthread_mutex_unlock(&record->lock);
        bool done = work(record, wants_key, &error);
        if (!done)
            report(&error);
        pthread_mutex_lock(&record->lock);
        wait_ms(record, done ? GROUP_MS : RETRY_MS, true);
        if (done)
            wait_ms(record, LOOK_MS, false);
    }
    pthread_mutex_unlock(&record->lock);
    return NULL;
}

static void urge(void *context)
{
    struct record *record = context;
    pthread_mutex_lock(&record->lock);
    record->urged = true;
    pthread_cond_signal(&record->changed);
    pthread_mutex_unlock(&record->lock);
}

static void record_free(struct record *record)
{
    blob_drop(record->checkpoint);
    secret_wipe(&record->key, sizeof record->key);
    secret_wipe(&record->next, sizeof record->next);
    pthread_cond_destroy(&record->changed);
    pthread_mutex_destroy(&record->lock);
    free(record->edge);
    free(record->folder);
    free(record);
}

static struct record *create(const struct record_options *options)
{
    struct record *record = memory_zeroed(1, sizeof *record);
    pthread_condattr_t attributes;
    record->options = *options;
    record->folder = memory_text(options->folder);
    record->edge = memory_zeroed(1, sizeof *record->edge);
    record->day_looked_at = DAY_NONE;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&record->lock, NULL);
    pthread_cond_init(&record->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    return record;
}

bool record_start(const struct record_options *options, struct record **record_out,
                  struct error *error)
{
    struct record *record = create(options);
    if (!record_load(record, error) || !record_sign(record, error)) {
        record_free(record);
        return false;
    }
    store_on_entries(options->store, urge, record);
    int code = pthread_create(&record->thread, NULL, follow, record);
    if (code != 0) {
        store_on_entries(options->store, NULL, NULL);
        record_free(record);
        return error_set(error, ERROR_INTERNAL, "no thread for the log: errno %d", code);
    }
    *record_out = record;
    return true;
}

void record_stop(struct record *record)
{
    struct error error = {0};
    if (record == NULL)
        return;
    pthread_mutex_lock(&record->lock);
    record->stopping = true;
    pthread_cond_signal(&record->changed);
    pthread_mutex_unlock(&record->lock);
    pthread_join(record->thread, NULL);
    if (!record_sign(record, &error))
        report(&error);
}

void record_destroy(struct record *record)
{
    if (record != NULL)
        record_free(record);
}

struct blob *record_checkpoint(struct record *record)
{
    pthread_mutex_lock(&record->lock);
    struct blob *blob = record->checkpoint == NULL ? NULL : blob_hold(record->checkpoint);
    pthread_mutex_unlock(&record->lock);
    return blob;
}

uint64_t record_size(struct record *record)
{
    pthread_mutex_lock(&record->lock);
    uint64_t size = record->size;
    pthread_mutex_unlock(&record->lock);
    return size;
}

bool record_refuses(struct record *record, struct buffer *text)
{
    pthread_mutex_lock(&record->lock);
    bool refuses = record->refusal[0] != '\0';
    buffer_text(text, record->refusal);
    pthread_mutex_unlock(&record->lock);
    return refuses;
}

void record_verifier(struct record *record, struct buffer *text)
{
    pthread_mutex_lock(&record->lock);
    buffer_text(text, record->verifier);
    pthread_mutex_unlock(&record->lock);
}

bool record_rotate(struct record *record, const char *name, struct error *error)
{
    if (name != NULL && (!note_name_valid(name) || strlen(name) > NOTE_NAME_MAX))
        return error_set(error, ERROR_INVALID,
                         "a log's name has 1 to %d bytes, no spaces, controls or plus",
                         (int)NOTE_NAME_MAX);
    pthread_mutex_lock(&record->lock);
    record->wants_key = true;
    snprintf(record->wanted_name, sizeof record->wanted_name, "%s", name == NULL ? "" : name);
    pthread_cond_signal(&record->changed);
    pthread_mutex_unlock(&record->lock);
    return true;
}
