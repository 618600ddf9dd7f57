/* The publisher's reads and writes, each a job of the store. */
#include <string.h>

#include "collector/base/number.h"
#include "collector/publish/work.h"

int64_t day_last_second(const struct survey *survey, int32_t day)
{
    return day_begin(day + 1, survey->offset_seconds) - 1;
}

struct counts_job {
    struct store_job job;
    const struct publisher *publisher;
    struct loaded_counts *counts;
};

static void add_notice(void *context, const char *json, int64_t added)
{
    struct buffer *notices = context;
    (void)added;
    buffer_text(notices, notices->length > 1 ? "," : "");
    buffer_text(notices, json);
}

static void survey_notices(const struct survey *survey, struct buffer *notices)
{
    buffer_char(notices, '[');
    for (int i = 0; i < survey->notice_count; i++) {
        auto_free char *text = json_dumps(survey->notices[i].json, JSON_COMPACT);
        add_notice(notices, text == NULL ? "{}" : text, 0);
    }
}

static int64_t month_begin(const struct survey *survey, int64_t now)
{
    struct date date = day_to_date(day_of_instant(now, survey->offset_seconds));
    date.day = 1;
    return day_begin(day_from_date(date), survey->offset_seconds);
}

static bool counts_run(struct session *session, struct store_job *job, struct error *error)
{
    struct counts_job *own = (struct counts_job *)(void *)job;
    const struct survey *survey = own->publisher->options.survey;
    struct loaded_counts *counts = own->counts;
    struct report_counts read = {.pending = counts->pending};
    int64_t now = clock_now(&own->publisher->options.clock);
    buffer_clear(&counts->notices);
    survey_notices(survey, &counts->notices);
    if (!session_notices(session, INT64_MAX, add_notice, &counts->notices, error) ||
        !session_counts(session, month_begin(survey, now), &read, error) ||
        !session_entry_count(session, &counts->entries, error))
        return false;
    buffer_char(&counts->notices, ']');
    counts->pending_all = read.pending_all;
    counts->withheld = read.withheld;
    return true;
}

bool load_counts(struct publisher *publisher, struct loaded_counts *counts, struct error *error)
{
    size_t stations = (size_t)publisher->options.survey->station_count;
    *counts = (struct loaded_counts){.pending = memory_zeroed(stations + 1, sizeof(uint32_t))};
    struct counts_job job = {{.run = counts_run}, publisher, counts};
    if (store_call(publisher->options.store, &job.job, error))
        return true;
    loaded_counts_finish(counts);
    return false;
}

void loaded_counts_finish(struct loaded_counts *counts)
{
    free(counts->pending);
    buffer_finish(&counts->notices);
    *counts = (struct loaded_counts){0};
}

struct stored_job {
    struct store_job job;
    int64_t known_at;
    struct stored stored;
};

static bool stored_run(struct session *session, struct store_job *job, struct error *error)
{
    struct stored_job *own = (struct stored_job *)(void *)job;
    stored_finish(&own->stored);
    return stored_read(session, own->known_at, &own->stored, error);
}

bool load_stored(struct publisher *publisher, int64_t known_at, struct stored *stored_out,
                 struct error *error)
{
    struct stored_job job = {.job = {.run = stored_run}, .known_at = known_at};
    if (!store_call(publisher->options.store, &job.job, error)) {
        stored_finish(&job.stored);
        return false;
    }
    *stored_out = job.stored;
    return true;
}

struct setting_job {
    struct store_job job;
    const char *name;
    char *value;
};

static bool setting_run(struct session *session, struct store_job *job, struct error *error)
{
    struct setting_job *own = (struct setting_job *)(void *)job;
    free(TAKE(own->value));
    return session_setting(session, own->name, &own->value, error);
}

bool load_setting(struct publisher *publisher, const char *name, char **value_out,
                  struct error *error)
{
    struct setting_job job = {.job = {.run = setting_run}, .name = name};
    if (!store_call(publisher->options.store, &job.job, error)) {
        free(job.value);
        return false;
    }
    *value_out = job.value;
    return true;
}

struct save_job {
    struct store_job job;
    const struct publisher *publisher;
    const struct publication *made;
};

static bool save_settings(struct session *session, const struct save_job *own, struct error *error)
{
    char entries[24] = "";
    auto_buffer struct buffer digits = {0};
    buffer_integer(&digits, (int64_t)own->made->entries);
    memcpy(entries, digits.data, digits.length);
    if (!session_set_setting(session, SETTING_ENTRIES, entries, error) ||
        !session_set_setting(session, SETTING_OWING, own->made->owes ? "1" : "0", error))
        return false;
    if (own->made->learned != NULL &&
        !session_set_setting(session, SETTING_LEARNED, own->made->learned, error))
        return false;
    if (!own->publisher->numbering.grown)
        return true;
    auto_free char *text = json_dumps(own->publisher->numbering.json, JSON_COMPACT);
    return session_set_setting(session, SETTING_NUMBERING, text, error);
}

static bool save_run(struct session *session, struct store_job *job, struct error *error)
{
    const struct save_job *own = (const struct save_job *)(const void *)job;
    const struct survey *survey = own->publisher->options.survey;
    int64_t day =
        day_begin(day_of_instant(own->made->at, survey->offset_seconds), survey->offset_seconds);
    for (size_t i = 0; i < own->made->batch->count; i++) {
        const struct batch_row *row = &own->made->batch->rows[i];
        bool adds_up = strcmp(row->kind, "state") == 0;
        const struct version_row version = {.kind = row->kind,
                                            .major = row->major,
                                            .minor = row->minor,
                                            .at = adds_up ? own->made->at : day,
                                            .body = own->made->batch->bodies.data + row->offset,
                                            .length = row->length};
        if (!session_version_put(session, &version, error))
            return false;
    }
    return save_settings(session, own, error);
}

bool save_batch(struct publisher *publisher, const struct publication *publication,
                struct error *error)
{
    struct save_job job = {{.run = save_run}, publisher, publication};
    if (!store_call(publisher->options.store, &job.job, error))
        return false;
    publisher->numbering.grown = false;
    return true;
}
