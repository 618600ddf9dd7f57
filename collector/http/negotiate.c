#include "collector/http/negotiate.h"

#include <string.h>
#include <strings.h>

/* One element of a list such as "gzip;q=0.5, *": its name and weight in thousandths. */
struct element {
    const char *name;
    size_t length;
    int weight;
};

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t");
}

/* qvalue of RFC 9110 §12.4.2; anything else is 0. */
static int parse_weight(const char *text)
{
    if (text[0] != '0' && text[0] != '1')
        return 0;
    int weight = (text[0] - '0') * 1000;
    if (text[1] != '.')
        return weight;
    int unit = 100;
    for (text += 2; *text >= '0' && *text <= '9' && unit > 0; text++, unit /= 10)
        weight += (*text - '0') * unit;
    return weight <= 1000 ? weight : 0;
}

static int find_weight(const char *text)
{
    while (*text == ';') {
        text = skip_space(text + 1);
        if ((text[0] == 'q' || text[0] == 'Q') && text[1] == '=')
            return parse_weight(text + 2);
        text += strcspn(text, ";,");
    }
    return 1000;
}

/* Reads the element at *text, which moves behind it; false at the end. */
static bool element_next(const char **text, struct element *element)
{
    *text += strspn(*text, " \t,");
    if (**text == '\0')
        return false;
    element->name = *text;
    element->length = strcspn(*text, " \t;,");
    element->weight = find_weight(skip_space(*text + element->length));
    *text += strcspn(*text, ",");
    return true;
}

static bool element_is(const struct element *element, const char *name)
{
    return strlen(name) == element->length &&
           strncasecmp(element->name, name, element->length) == 0;
}

bool negotiate_gzip(const char *accept_encoding)
{
    int named = -1;
    int any = 0;
    struct element element;
    while (accept_encoding != NULL && element_next(&accept_encoding, &element))
        if (element_is(&element, "gzip") || element_is(&element, "x-gzip"))
            named = element.weight;
        else if (element_is(&element, "*"))
            any = element.weight;
    return named >= 0 ? named > 0 : any > 0;
}

bool negotiate_unchanged(const char *if_none_match, const char *etag, size_t length)
{
    const char *text = if_none_match;
    while (text != NULL && *text != '\0') {
        text += strspn(text, " \t,");
        if (*text == '*')
            return true;
        if (strncmp(text, "W/", 2) == 0)
            text += 2;
        const char *close = *text == '"' ? strchr(text + 1, '"') : NULL;
        if (close == NULL)
            return false;
        if ((size_t)(close + 1 - text) == length && memcmp(text, etag, length) == 0)
            return true;
        text = close + 1;
    }
    return false;
}

/* "en-GB" asks for "en" as well. */
static bool language_is(const struct element *element, const char *tag)
{
    size_t length = strlen(tag);
    return element->length >= length && strncasecmp(element->name, tag, length) == 0 &&
           (element->length == length || element->name[length] == '-');
}

size_t negotiate_language(const char *accept_language, const char *const *tags, size_t count)
{
    size_t best = 0;
    int weight = 0;
    struct element element;
    while (accept_language != NULL && element_next(&accept_language, &element))
        for (size_t i = 0; i < count; i++)
            if (element.weight > weight && language_is(&element, tags[i])) {
                best = i;
                weight = element.weight;
            }
    return best;
}

bool negotiate_html(const char *accept)
{
    int html = 0;
    int json = 0;
    struct element element;
    while (accept != NULL && element_next(&accept, &element))
        if (element_is(&element, "text/html"))
            html = element.weight;
        else if (element_is(&element, "application/json") ||
                 element_is(&element, "application/problem+json"))
            json = element.weight;
    return html > 0 && html >= json;
}

bool negotiate_is_type(const char *content_type, const char *type)
{
    size_t length = strlen(type);
    if (content_type == NULL || strncasecmp(content_type, type, length) != 0)
        return false;
    const char *rest = skip_space(content_type + length);
    return *rest == '\0' || *rest == ';';
}

bool negotiate_compressible(const char *type)
{
    static const char *const kinds[] = {"text/", "application/json", "application/x-ndjson",
                                        "application/javascript", "application/octet-stream"};
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        if (strncmp(type, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return strstr(type, "+json") != NULL || strstr(type, "+xml") != NULL;
}
