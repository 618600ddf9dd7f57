#include "moderation/wording.h"

#include <string.h>

#include "collector/base/utf8.h"

enum {
    LABEL_COLUMNS = 10
};

void wording_finish(struct wording *wording)
{
    json_decref(wording->survey);
    wording->survey = NULL;
}

bool wording_load(struct client *client, enum language language, struct wording *wording_out,
                  struct error *error)
{
    json_t *survey;

    if (!client_get(client, "/api/v1/survey", &survey, error))
        return false;
    if (!json_is_string(json_object_get(survey, "id"))) {
        json_decref(survey);
        return error_set(error, ERROR_INTERNAL, "the server did not answer with a survey");
    }
    *wording_out = (struct wording){survey, language};
    return true;
}

const char *wording_survey_id(const struct wording *wording)
{
    return wording_member(wording->survey, "id");
}

const char *wording_member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

const char *wording_pick(const struct wording *wording, const json_t *text)
{
    bool is_chinese = wording->language == LANGUAGE_ZH;
    const char *wanted = wording_member(text, is_chinese ? "zh" : "en");

    return wanted[0] != '\0' ? wanted : wording_member(text, is_chinese ? "en" : "zh");
}

/* The element of an array of {"id", …} with this id. */
static const json_t *find(const json_t *array, const char *id)
{
    size_t index;
    json_t *element;

    json_array_foreach (array, index, element) {
        if (strcmp(wording_member(element, "id"), id) == 0)
            return element;
    }
    return NULL;
}

static const char *text_or_id(const struct wording *wording, const json_t *text, const char *id)
{
    const char *found = wording_pick(wording, text);

    return found[0] == '\0' ? id : found;
}

const char *wording_question(const struct wording *wording, const char *question)
{
    const json_t *found = find(json_object_get(wording->survey, "questions"), question);

    return text_or_id(wording, json_object_get(found, "text"), question);
}

const char *wording_option(const struct wording *wording, const char *question, const char *option)
{
    const json_t *asked = find(json_object_get(wording->survey, "questions"), question);
    const json_t *found = find(json_object_get(asked, "options"), option);

    return text_or_id(wording, json_object_get(found, "text"), option);
}

const char *wording_basis(const struct wording *wording, const char *basis)
{
    const json_t *found = find(json_object_get(wording->survey, "basis"), basis);

    return text_or_id(wording, json_object_get(found, "text"), basis);
}

const char *wording_of(const struct wording *wording, const char *table, const char *id)
{
    const json_t *terms = json_object_get(wording->survey, table);

    return text_or_id(wording, json_object_get(terms, id), id);
}

bool wording_has(const struct wording *wording, const char *table, const char *id)
{
    return json_object_get(json_object_get(wording->survey, table), id) != NULL;
}

void wording_answers(const json_t *answers, struct buffer *buffer)
{
    const char *question;
    const json_t *option;
    bool is_first = true;

    for (void *at = json_object_iter((json_t *)(uintptr_t)answers); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)answers, at)) {
        question = json_object_iter_key(at);
        option = json_object_iter_value(at);
        buffer_format(buffer, "%s%s %s", is_first ? "" : ", ", question, json_string_value(option));
        is_first = false;
    }
}

void wording_visited(const struct wording *wording, const json_t *report, struct buffer *buffer)
{
    const char *visited = wording_member(report, "visited");
    const char *offset = wording_member(wording->survey, "utc_offset");
    auto_buffer struct buffer safe = {0};
    size_t length;

    terminal_text(&safe, visited);
    length = safe.length;
    if (length > 16 && strlen(offset) < length &&
        strcmp(safe.data + length - strlen(offset), offset) == 0)
        length -= strlen(offset);
    if (length > 10)
        safe.data[10] = ' ';
    buffer_bytes(buffer, safe.data, length);
}

static void print_head(const struct wording *wording, const struct terminal *terminal,
                       const json_t *report, struct buffer *buffer)
{
    const char *chinese = wording_member(json_object_get(report, "name"), "zh");
    const char *english = wording_member(json_object_get(report, "name"), "en");
    const char *basis = wording_member(report, "basis");

    buffer_text(buffer, terminal_style(terminal, STYLE_BOLD));
    terminal_text(buffer, chinese[0] == '\0' ? "(erased)" : chinese);
    buffer_text(buffer, terminal_style(terminal, STYLE_NONE));
    buffer_char(buffer, ' ');
    terminal_text(buffer, english);
    buffer_text(buffer, "  ");
    wording_visited(wording, report, buffer);
    if (basis[0] != '\0')
        buffer_format(buffer, "  (%s)", wording_basis(wording, basis));
    buffer_char(buffer, '\n');
}

static void print_line(const struct terminal *terminal, const char *label, const char *text,
                       struct buffer *buffer)
{
    buffer_format(buffer, "  %s", terminal_style(terminal, STYLE_DIM));
    terminal_cell(buffer, label, LABEL_COLUMNS);
    buffer_text(buffer, terminal_style(terminal, STYLE_NONE));
    terminal_text(buffer, text);
    buffer_char(buffer, '\n');
}

static void print_state(const struct wording *wording, const struct terminal *terminal,
                        const json_t *report, struct buffer *buffer)
{
    auto_buffer struct buffer text = {0};
    const char *state = wording_member(report, "state");
    const char *reason = wording_member(report, "reason");

    buffer_format(&text, "%s: %s", state, wording_of(wording, "states", state));
    if (reason[0] != '\0' && strcmp(reason, "ok") != 0)
        buffer_format(&text, " (%s: %s)", reason, wording_of(wording, "reasons", reason));
    print_line(terminal, "state", text.data, buffer);
    if (wording_member(report, "reason_note")[0] != '\0')
        print_line(terminal, "because", wording_member(report, "reason_note"), buffer);
}

static void print_answers(const struct wording *wording, const struct terminal *terminal,
                          const json_t *answers, struct buffer *buffer)
{
    for (void *at = json_object_iter((json_t *)(uintptr_t)answers); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)answers, at)) {
        const char *question = json_object_iter_key(at);
        const char *option = json_string_value(json_object_iter_value(at));
        if (option == NULL)
            continue;
        terminal_paragraph(terminal, buffer, wording_question(wording, question), 2);
        buffer_format(buffer, "    %s%s%s\n", terminal_style(terminal, STYLE_BOLD),
                      wording_option(wording, question, option),
                      terminal_style(terminal, STYLE_NONE));
    }
}

static void print_note(const struct terminal *terminal, const json_t *report, const char *label,
                       const char *member, struct buffer *buffer)
{
    const char *note = wording_member(report, member);

    if (note[0] == '\0')
        return;
    buffer_format(buffer, "  %s%s%s\n", terminal_style(terminal, STYLE_NOTE), label,
                  terminal_style(terminal, STYLE_NONE));
    terminal_paragraph(terminal, buffer, note, 4);
}

void wording_report(const struct wording *wording, const struct terminal *terminal,
                    const json_t *report, struct buffer *buffer)
{
    auto_buffer struct buffer id = {0};
    bool hides = json_is_true(json_object_get(report, "note_hidden"));

    print_head(wording, terminal, report, buffer);
    print_answers(wording, terminal, json_object_get(report, "answers"), buffer);
    print_note(terminal, report, hides ? "note (hidden from the public)" : "note", "note", buffer);
    print_note(terminal, report, "private note (for moderators)", "private_text", buffer);
    if (json_is_true(json_object_get(report, "has_private_note")) &&
        wording_member(report, "private_text")[0] == '\0')
        print_line(terminal, "private", "there is a private note: show opens it with its key",
                   buffer);
    print_state(wording, terminal, report, buffer);
    print_line(terminal, "received", wording_member(report, "received"), buffer);
    if (wording_member(report, "reporter")[0] != '\0')
        print_line(terminal, "reporter", wording_member(report, "reporter"), buffer);
    buffer_format(&id, "%s  version %lld", wording_member(report, "id"),
                  (long long)json_integer_value(json_object_get(report, "version")));
    print_line(terminal, "id", id.data, buffer);
}
