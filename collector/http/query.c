#include <string.h>

#include "collector/http/internal.h"
#include "collector/http/url.h"

/* Decodes text and ends it with a NUL; how much that takes, or URL_BAD. */
static size_t decode_text(const char *text, size_t length, char *out)
{
    size_t decoded = url_decode(text, length, true, out);
    if (decoded == URL_BAD || !url_is_text(out, decoded))
        return URL_BAD;
    out[decoded] = '\0';
    return decoded + 1;
}

/* One "name=value" into the scratch, as two strings, or "name" as one, with the value at its end;
 * how much was used, never more than the text and its '&', or URL_BAD. */
static size_t decode_pair(const char *text, size_t length, char *scratch, struct http_pair *pair)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    size_t name_used = decode_text(text, name_length, scratch);
    if (name_used == URL_BAD)
        return URL_BAD;
    *pair = (struct http_pair){scratch, scratch + name_used - 1};
    if (equals == NULL)
        return name_used;
    char *value = scratch + name_used;
    size_t value_used = decode_text(equals + 1, length - name_length - 1, value);
    if (value_used == URL_BAD)
        return URL_BAD;
    pair->value = value;
    return name_used + value_used;
}

const char *query_parse(const char *query, size_t length, char *scratch,
                        struct http_request *request)
{
    const char *end = query + length;
    while (query < end) {
        const char *stop = memchr(query, '&', (size_t)(end - query));
        if (stop == NULL)
            stop = end;
        struct http_pair pair;
        size_t used = decode_pair(query, (size_t)(stop - query), scratch, &pair);
        if (used == URL_BAD)
            return "The query has a bad percent-encoding or is not UTF-8.";
        if (stop != query) {
            if (http_parameter(request, pair.name) != NULL)
                return "A query parameter is given twice.";
            if (request->parameter_count == HTTP_QUERY_MAX)
                return "The query has too many parameters.";
            request->parameters[request->parameter_count++] = pair;
            scratch += used;
        }
        query = stop + 1;
    }
    return NULL;
}

const char *http_parameter(const struct http_request *request, const char *name)
{
    for (int i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return request->parameters[i].value;
    return NULL;
}
