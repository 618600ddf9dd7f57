#include "collector/intake/shown.h"

#include <string.h>

static void key(struct buffer *buffer, const char *name)
{
    if (buffer->data[buffer->length - 1] != '{')
        buffer_char(buffer, ',');
    buffer_char(buffer, '"');
    buffer_text(buffer, name);
    buffer_text(buffer, "\":");
}

/* A text, or null when there is none. */
static void text_member(struct buffer *buffer, const char *name, const char *text)
{
    key(buffer, name);
    if (text == NULL || text[0] == '\0')
        buffer_text(buffer, "null");
    else
        buffer_json(buffer, text, strlen(text));
}

static void hex_member(struct buffer *buffer, const char *name, const uint8_t *bytes)
{
    key(buffer, name);
    buffer_char(buffer, '"');
    buffer_hex(buffer, bytes, SECRET_KEY_SIZE);
    buffer_char(buffer, '"');
}

static void id_member(struct buffer *buffer, const struct stored_report *report)
{
    char id[UUID_TEXT_SIZE];
    uuid_print(report->uuid, id);
    text_member(buffer, "id", id);
}

static void decided_member(const struct survey *survey, struct buffer *buffer,
                           const struct stored_report *report)
{
    key(buffer, "decided");
    if (report->decided == 0) {
        buffer_text(buffer, "null");
        return;
    }
    buffer_char(buffer, '"');
    buffer_day(buffer, day_of_instant(report->decided, survey->offset_seconds));
    buffer_char(buffer, '"');
}

void shown_visited(const struct stored_report *report, struct buffer *buffer)
{
    if (report->visited.first != report->visited.last) {
        buffer_json(buffer, report->visited_text, strlen(report->visited_text));
        return;
    }
    buffer_char(buffer, '"');
    buffer_day(buffer, report->visited.first);
    buffer_char(buffer, '"');
}

static void content_members(const struct survey *survey, struct buffer *buffer,
                            const struct stored_report *report)
{
    text_member(buffer, "basis", survey->basis[report->basis].term.id);
    key(buffer, "answers");
    report_answers_json(survey, report->answers, buffer);
}

void shown_published(const struct survey *survey, const struct stored_report *report,
                     struct buffer *buffer)
{
    buffer_char(buffer, '{');
    id_member(buffer, report);
    text_member(buffer, "station", survey->stations[report->station].id);
    key(buffer, "visited");
    shown_visited(report, buffer);
    content_members(survey, buffer, report);
    text_member(buffer, "note", report->note_hidden ? NULL : report->note);
    key(buffer, "version");
    buffer_integer(buffer, report->version);
    decided_member(survey, buffer, report);
    buffer_char(buffer, '}');
}

static void erased_members(struct buffer *buffer)
{
    buffer_text(buffer, ",\"station\":null,\"visited\":null,\"basis\":null,\"answers\":{}");
}

static void own_content(const struct survey *survey, const struct stored_report *report,
                        struct buffer *buffer)
{
    text_member(buffer, "station", survey->stations[report->station].id);
    text_member(buffer, "visited", report->visited_text);
    content_members(survey, buffer, report);
}

void shown_own(const struct survey *survey, const struct stored_report *report,
               const uint8_t nonce[SECRET_KEY_SIZE], struct buffer *buffer)
{
    bool erased = report->state == STATE_WITHDRAWN || report->station < 0;
    buffer_char(buffer, '{');
    id_member(buffer, report);
    text_member(buffer, "status", report_state_name(report->state));
    text_member(buffer, "reason", report->reason);
    text_member(buffer, "reason_note", report->reason_note);
    if (erased)
        erased_members(buffer);
    else
        own_content(survey, report, buffer);
    text_member(buffer, "note", erased ? NULL : report->note);
    key(buffer, "private_note_kept");
    buffer_text(buffer, !erased && report->sealed_note != NULL ? "true" : "false");
    key(buffer, "version");
    buffer_integer(buffer, report->version);
    key(buffer, "received");
    buffer_char(buffer, '"');
    buffer_instant(buffer, report->arrived);
    buffer_char(buffer, '"');
    decided_member(survey, buffer, report);
    hex_member(buffer, "content_hash", report->content_hash);
    hex_member(buffer, "nonce", nonce);
    buffer_char(buffer, '}');
}
