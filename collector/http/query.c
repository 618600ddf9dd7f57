#include <string.h>

#include "collector/http/internal.h"
#include "collector/http/url.h"

/* One "name=value" into the scratch, as two strings; how much was used, or URL_BAD. */
static size_t decode_pair(const char *text, size_t length, char *scratch, struct http_pair *pair)
{
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    size_t value_length = equals != NULL ? length - name_length - 1 : 0;
    const char *value = text + name_length + (equals != NULL ? 1 : 0);
    size_t name_decoded = url_decode(text, name_length, true, scratch);
    if (name_decoded == URL_BAD || !url_is_text(scratch, name_decoded))
        return URL_BAD;
    scratch[name_decoded] = '\0';
    char *out = scratch + name_decoded + 1;
    size_t value_decoded = url_decode(value, value_length, true, out);
    if (value_decoded == URL_BAD || !url_is_text(out, value_decoded))
        return URL_BAD;
    out[value_decoded] = '\0';
    *pair = (struct http_pair){scratch, out};
    return name_decoded + value_decoded + 2;
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
