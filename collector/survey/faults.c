#include "collector/survey/faults.h"

#include <string.h>

enum {
    QUOTE_MAX = 60
};

void faults_start(struct report_faults *faults)
{
    faults->count = 0;
    faults->not_json = false;
    faults->duplicate_key = false;
    faults->reason[0] = '\0';
}

void report_faults_finish(struct report_faults *faults)
{
    for (int i = 0; i < faults->count; i++) {
        free(faults->faults[i].pointer);
        free(faults->faults[i].detail);
        free(faults->faults[i].candidates);
    }
    faults_start(faults);
}

static void write_pointer(struct buffer *pointer, const char *parent, struct slice key)
{
    buffer_text(pointer, parent);
    buffer_char(pointer, '/');
    for (size_t i = 0; i < key.length; i++)
        if (key.bytes[i] == '~')
            buffer_text(pointer, "~0");
        else if (key.bytes[i] == '/')
            buffer_text(pointer, "~1");
        else
            buffer_char(pointer, key.bytes[i]);
}

struct report_fault *faults_add_take(struct report_faults *faults, const char *parent,
                                     struct slice key, const char *code, struct buffer *detail)
{
    if (faults->count == REPORT_FAULTS_MAX) {
        buffer_finish(detail);
        return NULL;
    }
    auto_buffer struct buffer pointer = {0};
    if (key.bytes != NULL)
        write_pointer(&pointer, parent, key);
    size_t pointer_length = pointer.length;
    struct report_fault *fault = &faults->faults[faults->count++];
    *fault = (struct report_fault){.pointer = buffer_take(&pointer),
                                   .pointer_length = pointer_length,
                                   .code = code,
                                   .detail = buffer_take(detail)};
    return fault;
}

void faults_add(struct report_faults *faults, const char *parent, struct slice key,
                const char *code, const char *detail)
{
    struct buffer sentence = {0};
    buffer_text(&sentence, detail);
    faults_add_take(faults, parent, key, code, &sentence);
}

void faults_quote(struct buffer *detail, struct slice text)
{
    size_t shown = text.length < QUOTE_MAX ? text.length : QUOTE_MAX;
    while (shown > 0 && shown < text.length && ((unsigned char)text.bytes[shown] & 0xC0) == 0x80)
        shown--;
    buffer_char(detail, '"');
    for (size_t i = 0; i < shown; i++)
        if (text.bytes[i] != '\0')
            buffer_char(detail, text.bytes[i]);
    buffer_text(detail, shown < text.length ? "…\"" : "\"");
}

static void write_candidate(const struct station *station, const struct survey *survey,
                            struct buffer *buffer)
{
    buffer_text(buffer, "{\"id\":");
    buffer_json(buffer, station->id, strlen(station->id));
    buffer_text(buffer, ",\"name\":{\"zh\":");
    buffer_json(buffer, station->name.in[LANGUAGE_ZH], strlen(station->name.in[LANGUAGE_ZH]));
    buffer_text(buffer, ",\"en\":");
    buffer_json(buffer, station->name.in[LANGUAGE_EN], strlen(station->name.in[LANGUAGE_EN]));
    buffer_text(buffer, "},\"lines\":[");
    for (int i = 0; i < station->line_count; i++) {
        const char *line = survey->lines[station->lines[i]].id;
        buffer_text(buffer, i == 0 ? "" : ",");
        buffer_json(buffer, line, strlen(line));
    }
    buffer_text(buffer, "]}");
}

static void write_fault(const struct survey *survey, const struct report_fault *fault,
                        struct buffer *buffer)
{
    buffer_text(buffer, "{\"pointer\":");
    buffer_json(buffer, fault->pointer, fault->pointer_length);
    buffer_text(buffer, ",\"code\":");
    buffer_json(buffer, fault->code, strlen(fault->code));
    buffer_text(buffer, ",\"detail\":");
    buffer_json(buffer, fault->detail, strlen(fault->detail));
    if (fault->candidate_count > 0)
        buffer_text(buffer, ",\"candidates\":[");
    for (int i = 0; i < fault->candidate_count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        write_candidate(&survey->stations[fault->candidates[i]], survey, buffer);
    }
    buffer_text(buffer, fault->candidate_count > 0 ? "]}" : "}");
}

void report_faults_json(const struct survey *survey, const struct report_faults *faults,
                        struct buffer *buffer)
{
    buffer_char(buffer, '[');
    for (int i = 0; i < faults->count; i++) {
        buffer_text(buffer, i == 0 ? "" : ",");
        write_fault(survey, &faults->faults[i], buffer);
    }
    buffer_char(buffer, ']');
}
