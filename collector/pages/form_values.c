#include <string.h>

#include "collector/pages/form.h"

static char *start_id(void)
{
    uint8_t uuid[UUID_SIZE];
    char text[UUID_TEXT_SIZE];
    uuid_random(uuid);
    uuid_print(uuid, text);
    return memory_text(text);
}

void form_values_start(const struct survey *survey, const struct http_request *request,
                       struct form_values *values_out)
{
    const char *station = http_parameter(request, "station");
    *values_out = (struct form_values){
        .id = start_id(),
        .station = memory_text(station == NULL ? "" : station),
        .when = memory_text(""),
        .day = memory_text(""),
        .about = memory_text(""),
        .basis = memory_text(""),
        .note = memory_text(""),
        .private_note = memory_text(""),
    };
    for (int i = 0; i < survey->question_count; i++)
        values_out->answers[i] = memory_text("");
}

/* A NUL would end the text unseen: another character that is refused stands for it. */
static void keep_nuls(struct buffer *value)
{
    for (size_t i = 0; i < value->length; i++)
        if (value->data[i] == '\0')
            value->data[i] = '\1';
}

static char *read_field(const char *body, size_t length, const char *name)
{
    struct buffer value = {0};
    /* At once all the room it can need: growing would leave copies of a private note behind. */
    buffer_reserve(&value, length + 1);
    if (!http_form_field(body, length, name, 0, &value))
        buffer_clear(&value);
    keep_nuls(&value);
    buffer_char(&value, '\0');
    return buffer_take(&value);
}

/* Forms send line ends as CRLF whatever was typed. */
static void mend_lines(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] == '\r' && from[1] == '\n')
            continue;
        *to++ = *from;
    }
    *to = '\0';
}

static void read_texts(const char *body, size_t length, struct form_values *values)
{
    values->id = read_field(body, length, "id");
    values->station = read_field(body, length, "pick");
    values->when = read_field(body, length, "when");
    values->day = read_field(body, length, "day");
    values->about = read_field(body, length, "about");
    values->basis = read_field(body, length, "basis");
    values->note = read_field(body, length, "note");
    values->private_note = read_field(body, length, "private_note");
    mend_lines(values->note);
    mend_lines(values->private_note);
}

void form_values_read(const struct survey *survey, const char *body, size_t length,
                      struct form_values *values_out)
{
    struct form_values values = {0};
    read_texts(body, length, &values);
    if (values.id[0] == '\0') {
        free(values.id);
        values.id = start_id();
    }
    /* A candidate's button says more than the name that had several. */
    if (values.station[0] == '\0') {
        free(values.station);
        values.station = read_field(body, length, "station");
    }
    for (int i = 0; i < survey->question_count; i++) {
        auto_buffer struct buffer name = {0};
        buffer_format(&name, "q.%s", survey->questions[i].term.id);
        values.answers[i] = read_field(body, length, name.data);
    }
    auto_free char *draft = read_field(body, length, "draft");
    values.draft = draft[0] != '\0';
    *values_out = values;
}

void form_values_finish(struct form_values *values)
{
    if (values->private_note != NULL)
        secret_wipe(values->private_note, strlen(values->private_note));
    free(values->id);
    free(values->station);
    free(values->when);
    free(values->day);
    free(values->about);
    free(values->basis);
    free(values->note);
    free(values->private_note);
    for (size_t i = 0; i < ARRAY_LENGTH(values->answers); i++)
        free(values->answers[i]);
    *values = (struct form_values){0};
}

const char *form_visited(const struct form_values *values)
{
    if (strcmp(values->when, "day") == 0)
        return values->day;
    return strcmp(values->when, "about") == 0 ? values->about : values->when;
}

static void put_member(struct buffer *buffer, const char *name, const char *value)
{
    if (value[0] == '\0')
        return;
    if (buffer->data[buffer->length - 1] != '{')
        buffer_char(buffer, ',');
    buffer_json(buffer, name, strlen(name));
    buffer_char(buffer, ':');
    buffer_json(buffer, value, strlen(value));
}

void form_values_json(const struct survey *survey, const struct form_values *values,
                      struct buffer *buffer)
{
    buffer_char(buffer, '{');
    put_member(buffer, "id", values->id);
    put_member(buffer, "station", values->station);
    put_member(buffer, "visited", form_visited(values));
    put_member(buffer, "basis", values->basis);
    put_member(buffer, "note", values->note);
    put_member(buffer, "private_note", values->private_note);
    buffer_text(buffer, ",\"answers\":{");
    for (int i = 0; i < survey->question_count; i++)
        put_member(buffer, survey->questions[i].term.id, values->answers[i]);
    buffer_text(buffer, "}}");
}
