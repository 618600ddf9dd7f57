#include <stdint.h>
#include <string.h>

#include "collector/http/http.h"
#include "collector/http/url.h"

struct field {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

/* The field that begins at `text`; returns where the next one begins, or NULL after the last. */
static const char *field_next(const char *text, const char *end, struct field *field)
{
    const char *stop = memchr(text, '&', (size_t)(end - text));
    const char *limit = stop != NULL ? stop : end;
    const char *equals = memchr(text, '=', (size_t)(limit - text));
    const char *name_end = equals != NULL ? equals : limit;
    field->name = text;
    field->name_length = (size_t)(name_end - text);
    field->value = equals != NULL ? equals + 1 : limit;
    field->value_length = (size_t)(limit - field->value);
    return stop != NULL ? stop + 1 : NULL;
}

static bool field_is(const struct field *field, const char *name)
{
    auto_buffer struct buffer decoded = {0};
    char *out = buffer_reserve(&decoded, field->name_length + 1);
    size_t length = url_decode(field->name, field->name_length, true, out);
    return length == strlen(name) && memcmp(out, name, length) == 0;
}

static bool field_append(const struct field *field, struct buffer *value)
{
    char *out = buffer_reserve(value, field->value_length + 1);
    size_t length = url_decode(field->value, field->value_length, true, out);
    if (length != URL_BAD)
        value->length += length;
    value->data[value->length] = '\0';
    return length != URL_BAD;
}

bool http_form_field(const char *body, size_t length, const char *name, int nth,
                     struct buffer *value)
{
    const char *end = body + length;
    const char *next = body;
    int seen = 0;
    while (next != NULL && next < end) {
        struct field field;
        next = field_next(next, end, &field);
        bool empty = field.value + field.value_length == field.name;
        if (!empty && field_is(&field, name) && seen++ == nth)
            return field_append(&field, value);
    }
    return false;
}
