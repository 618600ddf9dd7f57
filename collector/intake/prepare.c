#include "collector/intake/prepare.h"

#include <string.h>

#include "collector/intake/seal.h"

enum {
    HOUR_SECONDS = 3600
};

void prepared_finish(struct prepared *prepared)
{
    report_finish(&prepared->report);
}

static void foreign_id(struct report_faults *faults)
{
    faults->count = 1;
    faults->faults[0] = (struct report_fault){
        .pointer = memory_text("/id"),
        .pointer_length = sizeof "/id" - 1,
        .code = "bad_id",
        .detail = memory_text("The id differs from the one in the address: leave it out here."),
    };
}

static bool settle_id(struct report *report, const uint8_t *uuid, struct report_faults *faults)
{
    if (uuid != NULL && report->has_id && memcmp(report->uuid, uuid, UUID_SIZE) != 0) {
        foreign_id(faults);
        return false;
    }
    if (uuid != NULL)
        memcpy(report->uuid, uuid, UUID_SIZE);
    else if (!report->has_id)
        uuid_random(report->uuid);
    report->has_id = true; /* a receipt names the id, so the content hash covers it too */
    return true;
}

static void fill_stored(const struct app *app, int64_t now, struct prepared *prepared)
{
    const struct report *report = &prepared->report;
    struct stored_report *stored = &prepared->stored;
    *stored = (struct stored_report){
        .station = report->station,
        .visited_text = report->visited_text,
        .visited = report->visited,
        .basis = report->basis,
        .note = report->note,
        .has_reporter = report->reporter != NULL,
        .arrived = now - now % HOUR_SECONDS,
        .version = 1,
        .state = STATE_PENDING,
    };
    memcpy(stored->uuid, report->uuid, UUID_SIZE);
    memcpy(stored->answers, report->answers, sizeof stored->answers);
    if (report->reporter != NULL)
        keys_reporter(app->keys, app->survey->id, report->reporter, stored->reporter);
}

void prepared_borrow(const struct app *app, const struct report *report,
                     struct prepared *prepared_out)
{
    prepared_out->report = *report;
    fill_stored(app, clock_now(&app->clock), prepared_out);
}

bool prepare_report(const struct app *app, const char *text, size_t length, const uint8_t *uuid,
                    struct prepared *prepared_out, struct report_faults *faults_out)
{
    int64_t now = clock_now(&app->clock);
    struct report *report = &prepared_out->report;
    if (!report_parse(app->survey, text, length, now, report, faults_out))
        return false;
    if (!settle_id(report, uuid, faults_out)) {
        report_finish(report);
        return false;
    }
    fill_stored(app, now, prepared_out);
    return true;
}

bool prepared_complete(struct session *session, const struct app *app, struct prepared *prepared,
                       struct buffer *sealed, struct error *error)
{
    const struct report *report = &prepared->report;
    struct stored_report *stored = &prepared->stored;
    report_nonce(app->keys->commitment, report->uuid, prepared->nonce);
    report_content_hash(app->survey, report, prepared->nonce, stored->content_hash);
    if (report->private_note == NULL)
        return true;
    if (!seal_for_moderators(session, app->keys, report->uuid, report->private_note, sealed, error))
        return false;
    stored->sealed_note = sealed->data;
    stored->sealed_length = sealed->length;
    return true;
}

/* A retry is answered with what is kept, not with what came now. */
static bool recall(struct session *session, const struct prepared *prepared,
                   struct outcome *outcome, struct error *error)
{
    struct stored_report kept;
    bool found;
    if (!session_get(session, prepared->stored.uuid, &kept, &found, error))
        return false;
    if (found) {
        outcome->state = kept.state;
        outcome->arrived = kept.arrived;
        /* An amendment is pending again and knows of no earlier decision; who made it has the
         * tracking secret. */
        outcome->was_decided =
            kept.state != STATE_PENDING || kept.decided != 0 || kept.entry != 0 || kept.version > 1;
    }
    return true;
}

bool prepared_put(struct session *session, const struct app *app, struct prepared *prepared,
                  struct outcome *outcome_out, struct error *error)
{
    auto_buffer struct buffer sealed = {0};
    struct outcome outcome = {.arrived = prepared->stored.arrived};
    if (!prepared_complete(session, app, prepared, &sealed, error) ||
        !session_put(session, &prepared->stored, &outcome.result, &outcome.state, error))
        return false;
    prepared->stored.sealed_note = NULL;
    if (outcome.result == PUT_SAME && !recall(session, prepared, &outcome, error))
        return false;
    *outcome_out = outcome;
    return true;
}

bool receipt_tells_tracking(const struct prepared *prepared, const struct outcome *outcome)
{
    return !outcome->was_decided || prepared->stored.has_reporter;
}

static void quoted_hex(struct buffer *buffer, const uint8_t bytes[SECRET_KEY_SIZE])
{
    buffer_char(buffer, '"');
    buffer_hex(buffer, bytes, SECRET_KEY_SIZE);
    buffer_char(buffer, '"');
}

static void tracking_member(const struct app *app, const struct prepared *prepared,
                            struct buffer *buffer)
{
    char tracking[TRACKING_TEXT_SIZE];
    keys_tracking(app->keys, prepared->stored.uuid, tracking);
    buffer_text(buffer, ",\"tracking\":\"");
    buffer_bytes(buffer, tracking, TRACKING_TEXT_SIZE - 1);
    buffer_char(buffer, '"');
}

void receipt_members(const struct app *app, const struct prepared *prepared,
                     const struct outcome *outcome, const char *state_name, struct buffer *buffer)
{
    const struct stored_report *stored = &prepared->stored;
    const char *station = app->survey->stations[stored->station].id;
    char id[UUID_TEXT_SIZE];
    uuid_print(stored->uuid, id);
    buffer_text(buffer, "\"id\":\"");
    buffer_bytes(buffer, id, UUID_TEXT_SIZE - 1);
    buffer_text(buffer, "\",\"");
    buffer_text(buffer, state_name);
    buffer_text(buffer, "\":\"");
    buffer_text(buffer, report_state_name(outcome->state));
    buffer_text(buffer, "\",\"station\":");
    buffer_json(buffer, station, strlen(station));
    buffer_text(buffer, ",\"received\":\"");
    buffer_instant(buffer, outcome->arrived);
    buffer_text(buffer, "\",\"content_hash\":");
    quoted_hex(buffer, stored->content_hash);
    buffer_text(buffer, ",\"nonce\":");
    quoted_hex(buffer, prepared->nonce);
    if (receipt_tells_tracking(prepared, outcome))
        tracking_member(app, prepared, buffer);
}
