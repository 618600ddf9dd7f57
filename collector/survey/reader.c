#include "collector/survey/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/survey/place.h"

bool reader_load(struct reader *reader, const struct source *source, const char *path,
                 struct buffer *bytes_out, json_t **json_out, struct error *error)
{
    if (!source_read(source, path, bytes_out, error))
        return false;
    const char *bytes = bytes_out->length > 0 ? bytes_out->data : "";
    json_error_t syntax;
    json_t *json = json_loadb(bytes, bytes_out->length, JSON_REJECT_DUPLICATES, &syntax);
    if (json == NULL)
        return error_set(error, ERROR_INVALID, "%s:%d: %s", path, syntax.line, syntax.text);
    *reader =
        (struct reader){.name = path, .text = bytes, .length = bytes_out->length, .error = error};
    *json_out = json;
    return true;
}

static void path_char(struct reader *reader, char byte)
{
    if (reader->path_length + 1 >= sizeof reader->path)
        return;
    reader->path[reader->path_length++] = byte;
    reader->path[reader->path_length] = '\0';
}

static void path_text(struct reader *reader, const char *text)
{
    for (; *text != '\0'; text++)
        path_char(reader, *text);
}

size_t reader_enter(struct reader *reader, const char *key)
{
    size_t mark = reader->path_length;
    path_char(reader, '/');
    for (; *key != '\0'; key++)
        if (*key == '~')
            path_text(reader, "~0");
        else if (*key == '/')
            path_text(reader, "~1");
        else
            path_char(reader, *key);
    return mark;
}

size_t reader_enter_item(struct reader *reader, size_t index)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", index);
    return reader_enter(reader, digits);
}

void reader_leave(struct reader *reader, size_t mark)
{
    reader->path_length = mark;
    reader->path[mark] = '\0';
}

static void PRINTF_LIKE(2, 0)
    fault_reason(struct reader *reader, const char *format, va_list arguments)
{
    char reason[160];
    vsnprintf(reason, sizeof reason, format, arguments);
    const char *path = reader->path_length > 0 ? reader->path : "the whole";
    size_t line = reader->text == NULL ? 0 : place_line(reader->text, reader->length, reader->path);
    if (line == 0)
        error_set(reader->error, ERROR_INVALID, "%s: %s: %s", reader->name, path, reason);
    else
        error_set(reader->error, ERROR_INVALID, "%s:%zu: %s: %s", reader->name, line, path, reason);
}

bool reader_fault(struct reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fault_reason(reader, format, arguments);
    va_end(arguments);
    return false;
}

bool reader_fault_at(struct reader *reader, const char *key, const char *format, ...)
{
    size_t mark = reader_enter(reader, key);
    va_list arguments;
    va_start(arguments, format);
    fault_reason(reader, format, arguments);
    va_end(arguments);
    reader_leave(reader, mark);
    return false;
}

static bool named(const char *const *names, const char *name)
{
    for (; *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

bool reader_members(struct reader *reader, json_t *object, const char *const *names)
{
    if (!json_is_object(object))
        return reader_fault(reader, "must be an object");
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value) {
        if (named(names, key))
            continue;
        return reader_fault_at(reader, key, "no such member is known");
    }
    return true;
}

static json_t *member(struct reader *reader, json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL)
        reader_fault(reader, "lacks \"%s\"", key);
    return value;
}

static json_t *container(struct reader *reader, json_t *object, const char *key, json_type type,
                         const char *expected)
{
    json_t *value = member(reader, object, key);
    if (value == NULL || json_typeof(value) == type)
        return value;
    reader_fault_at(reader, key, "must be %s", expected);
    return NULL;
}

json_t *reader_object(struct reader *reader, json_t *object, const char *key)
{
    return container(reader, object, key, JSON_OBJECT, "an object");
}

json_t *reader_array(struct reader *reader, json_t *object, const char *key)
{
    return container(reader, object, key, JSON_ARRAY, "an array");
}

const char *reader_string(struct reader *reader, json_t *object, const char *key)
{
    json_t *value = container(reader, object, key, JSON_STRING, "a string");
    if (value == NULL || json_string_length(value) > 0)
        return json_string_value(value);
    reader_fault_at(reader, key, "must not be empty");
    return NULL;
}

bool reader_id_valid(const char *id)
{
    size_t length = strlen(id);
    return length > 0 && length < 64 &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") == length;
}

const char *reader_id(struct reader *reader, json_t *object, const char *key)
{
    const char *id = reader_string(reader, object, key);
    if (id == NULL || reader_id_valid(id))
        return id;
    reader_fault_at(reader, key, "must be lower-case letters, digits, - and _, at most 63");
    return NULL;
}

bool reader_real(struct reader *reader, json_t *object, const char *key, double *value_out)
{
    json_t *value = member(reader, object, key);
    if (value == NULL)
        return false;
    if (!json_is_number(value))
        return reader_fault_at(reader, key, "must be a number");
    *value_out = json_number_value(value);
    return true;
}

bool reader_text_value(struct reader *reader, json_t *value, bool may_be_empty,
                       struct text *text_out)
{
    static const char *const languages[] = {"zh", "en", NULL};
    if (!reader_members(reader, value, languages))
        return false;
    struct text text;
    for (int i = 0; i < SURVEY_LANGUAGES; i++) {
        json_t *words = container(reader, value, languages[i], JSON_STRING, "a string");
        if (words == NULL)
            return false;
        if (json_string_length(words) == 0 && !may_be_empty)
            return reader_fault(reader, "\"%s\" must not be empty", languages[i]);
        text.in[i] = json_string_value(words);
    }
    *text_out = text;
    return true;
}

bool reader_text(struct reader *reader, json_t *object, const char *key, struct text *text_out)
{
    json_t *value = member(reader, object, key);
    if (value == NULL)
        return false;
    size_t mark = reader_enter(reader, key);
    bool read = reader_text_value(reader, value, false, text_out);
    reader_leave(reader, mark);
    return read;
}
