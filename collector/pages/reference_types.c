/* What bodies are made of: the schemas of openapi.json as tables of fields. */
#include <string.h>

#include "collector/pages/reference.h"

enum {
    DEPTH_MAX = 6 /* of objects inside objects that have no name of their own */
};

static const char named[] = "#/components/schemas/";

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

void reference_prose(struct page *page, const char *text)
{
    bool inside = false;
    for (const char *at = text; *at != '\0';) {
        size_t length = strcspn(at, "`");
        buffer_html(&page->html.out, at, length);
        at += length;
        if (*at == '\0')
            break;
        inside = !inside;
        html_put(&page->html, inside ? "<code>" : "</code>");
        at++;
    }
    if (inside)
        html_put(&page->html, "</code>");
}

static void put_alternatives(struct page *page, const json_t *list)
{
    size_t i = 0;
    const json_t *each = NULL;
    json_array_foreach (list, i, each) {
        html_put(&page->html, i == 0 ? "" : " | ");
        reference_type(page, each);
    }
}

static void put_values(struct page *page, const json_t *values)
{
    size_t i = 0;
    const json_t *value = NULL;
    json_array_foreach (values, i, value)
        FILL(&page->html, "{joint}<code>{value}</code>", MARKUP("joint", i == 0 ? "" : " | "),
             TEXT("value", json_string_value(value)));
}

static void put_plain(struct page *page, const json_t *schema)
{
    const json_t *type = json_object_get(schema, "type");
    size_t i = 0;
    const json_t *each = NULL;
    json_array_foreach (type, i, each)
        FILL(&page->html, "{joint}{type}", MARKUP("joint", i == 0 ? "" : " | "),
             TEXT("type", json_string_value(each)));
    if (json_is_string(type))
        FILL(&page->html, "{type}", TEXT("type", json_string_value(type)));
}

static void put_reference(struct page *page, const char *place)
{
    size_t length = strlen(named);
    if (strncmp(place, named, length) != 0)
        return;
    auto_free char *name = memory_slice(place + length, strcspn(place + length, "/"));
    FILL(&page->html, "<a href=\"#type-{name}\">{name}</a>", TEXT("name", name));
}

void reference_type(struct page *page, const json_t *schema)
{
    const json_t *alternatives = json_object_get(schema, "oneOf");
    const json_t *items = json_object_get(schema, "items");
    const json_t *line = json_object_get(schema, "x-line");
    const json_t *all = json_object_get(schema, "allOf");
    if (json_object_get(schema, "$ref") != NULL)
        put_reference(page, text_of(schema, "$ref"));
    else if (all != NULL)
        reference_type(page, json_array_get(all, 0));
    else if (alternatives != NULL)
        put_alternatives(page, alternatives);
    else if (json_object_get(schema, "enum") != NULL)
        put_values(page, json_object_get(schema, "enum"));
    else if (json_is_string(json_object_get(schema, "const")))
        FILL(&page->html, "<code>{value}</code>", TEXT("value", text_of(schema, "const")));
    else if (line != NULL)
        reference_type(page, line);
    else if (items != NULL)
        reference_type(page, items);
    else
        put_plain(page, schema);
    if (items != NULL || line != NULL)
        html_put(&page->html, line != NULL ? " {@api_a_line}" : "[]");
}

static bool is_required(const json_t *schema, const char *name)
{
    size_t i = 0;
    const json_t *each = NULL;
    json_array_foreach (json_object_get(schema, "required"), i, each)
        if (strcmp(json_string_value(each), name) == 0)
            return true;
    return false;
}

static void put_fields(struct page *page, const json_t *schema, const char *before, int depth);

static void put_field(struct page *page, const char *path, const json_t *value, bool required,
                      int depth)
{
    struct html *html = &page->html;
    FILL(html, "<tr><th scope=\"row\"><code>{path}</code>{optional}</th><td class=\"type\">",
         TEXT("path", path), MARKUP("optional", required ? "" : " <small>?</small>"));
    reference_type(page, value);
    html_put(html, "</td><td>");
    reference_prose(page, text_of(value, "description"));
    const char *pattern = text_of(value, "pattern");
    if (pattern[0] != '\0')
        FILL(html, " <code>{pattern}</code>", TEXT("pattern", pattern));
    html_put(html, "</td></tr>\n");
    auto_buffer struct buffer inner = {0};
    const json_t *items = json_object_get(value, "items");
    buffer_format(&inner, "%s%s.", path, items == NULL ? "" : "[]");
    put_fields(page, items == NULL ? value : items, inner.data, depth + 1);
}

/* The members of an object, and those of objects in it that have no name of their own. */
static void put_fields(struct page *page, const json_t *schema, const char *before, int depth)
{
    const char *name = NULL;
    json_t *value = NULL;
    const json_t *others = json_object_get(schema, "additionalProperties");
    if (depth > DEPTH_MAX)
        return;
    json_object_foreach (json_object_get(schema, "properties"), name, value) {
        auto_buffer struct buffer path = {0};
        buffer_format(&path, "%s%s", before, name);
        put_field(page, path.data, value, is_required(schema, name), depth);
    }
    if (json_is_object(others)) {
        auto_buffer struct buffer path = {0};
        buffer_format(&path, "%s*", before);
        put_field(page, path.data, others, true, depth);
    }
}

bool reference_has_fields(const json_t *schema)
{
    return json_object_size(json_object_get(schema, "properties")) > 0 ||
           json_is_object(json_object_get(schema, "additionalProperties"));
}

void reference_fields(struct page *page, const json_t *schema)
{
    html_put(&page->html, "<table class=\"numbers terms fields-of\"><thead><tr>"
                          "<th class=\"text\" scope=\"col\">{@api_field}</th>"
                          "<th class=\"text\" scope=\"col\">{@api_type}</th>"
                          "<th class=\"text\" scope=\"col\">{@api_meaning}</th></tr></thead>"
                          "<tbody lang=\"en\">\n");
    put_fields(page, schema, "", 0);
    html_put(&page->html, "</tbody></table>\n");
}

void reference_types(struct page *page, const json_t *api)
{
    const char *name = NULL;
    json_t *schema = NULL;
    html_put(&page->html, "<h2 id=\"types\">{@api_types}</h2><p>{@api_types_help}</p>\n");
    json_object_foreach (json_object_get(json_object_get(api, "components"), "schemas"), name,
                         schema) {
        FILL(&page->html, "<h3 id=\"type-{name}\" lang=\"en\">{name}</h3>\n<p lang=\"en\">",
             TEXT("name", name));
        reference_prose(page, text_of(schema, "description"));
        if (reference_has_fields(schema)) {
            if (json_object_get(schema, "allOf") != NULL) {
                html_put(&page->html, " <span class=\"type\">");
                reference_type(page, schema);
                html_put(&page->html, " +</span>");
            }
            html_put(&page->html, "</p>\n");
            reference_fields(page, schema);
            continue;
        }
        html_put(&page->html, " <span class=\"type\">");
        reference_type(page, schema);
        FILL(&page->html, "</span> <code>{pattern}</code></p>\n",
             TEXT("pattern", text_of(schema, "pattern")));
    }
}
