#include "moderation/canonical.h"

#include <string.h>

enum {
    KEYS_MAX = 24 /* an entry has at most 15 */
};

static int compare_keys(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool print_value(const json_t *value, struct buffer *buffer)
{
    if (json_is_string(value)) {
        buffer_json_ascii(buffer, json_string_value(value), json_string_length(value));
        return true;
    }
    if (!json_is_integer(value))
        return false;
    buffer_integer(buffer, json_integer_value(value));
    return true;
}

bool canonical_line(json_t *object, struct buffer *buffer, struct error *error)
{
    const char *keys[KEYS_MAX];
    size_t count = 0;
    void *at;

    if (!json_is_object(object) || json_object_size(object) > KEYS_MAX)
        return error_set(error, ERROR_INVALID, "an entry is its line as a text, or an object");
    for (at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at))
        keys[count++] = json_object_iter_key(at);
    qsort(keys, count, sizeof keys[0], compare_keys);
    for (size_t i = 0; i < count; i++) {
        buffer_char(buffer, i == 0 ? '{' : ',');
        buffer_json_ascii(buffer, keys[i], strlen(keys[i]));
        buffer_char(buffer, ':');
        if (!print_value(json_object_get(object, keys[i]), buffer))
            return error_set(error, ERROR_INVALID,
                             "\"%.40s\" of an entry is neither a text nor an integer", keys[i]);
    }
    buffer_char(buffer, '}');
    return true;
}
