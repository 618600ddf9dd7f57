#include "collector/pages/reference.h"

#include <string.h>

#include "collector/pages/handlers.h"
#include "collector/pages/task.h"

json_t *reference_load(const struct app *app)
{
    auto_buffer struct buffer text = {0};
    struct error error = {0};
    if (!source_read(app->schema, "openapi.json", &text, &error))
        return NULL;
    return json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, NULL);
}

const json_t *reference_resolve(const json_t *api, const json_t *value)
{
    const char *place = json_string_value(json_object_get(value, "$ref"));
    if (place == NULL || strncmp(place, "#/", 2) != 0)
        return value;
    const json_t *at = api;
    for (const char *key = place + 2; key != NULL && at != NULL;) {
        const char *end = strchr(key, '/');
        auto_free char *name =
            end == NULL ? memory_text(key) : memory_slice(key, (size_t)(end - key));
        at = json_object_get(at, name);
        key = end == NULL ? NULL : end + 1;
    }
    return at;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

static void put_columns(struct page *page, const json_t *columns)
{
    size_t i = 0;
    const json_t *column = NULL;
    html_put(&page->html, "<table class=\"numbers terms\"><thead><tr><th class=\"text\" "
                          "scope=\"col\">{@api_column}</th><th class=\"text\" scope=\"col\">"
                          "{@api_meaning}</th></tr></thead><tbody lang=\"en\">\n");
    json_array_foreach (columns, i, column)
        FILL(&page->html, "<tr><th scope=\"row\"><code>{name}</code></th><td>{meaning}</td></tr>\n",
             TEXT("name", text_of(column, "name")),
             TEXT("meaning", text_of(column, "description")));
    html_put(&page->html, "</tbody></table>\n");
}

void reference_columns(struct page *page, const json_t *api, const json_t *operation)
{
    const json_t *reply = json_object_get(json_object_get(operation, "responses"), "200");
    const json_t *content = json_object_get(reference_resolve(api, reply), "content");
    const json_t *schema = json_object_get(json_object_get(content, "text/csv"), "schema");
    const json_t *columns = json_object_get(schema, "x-columns");
    if (json_is_array(columns))
        put_columns(page, columns);
}

static void put_parameters(struct page *page, const json_t *api, const json_t *parameters)
{
    size_t i = 0;
    const json_t *value = NULL;
    if (json_array_size(parameters) == 0)
        return;
    html_put(&page->html, "<table class=\"numbers terms\"><thead><tr><th class=\"text\" "
                          "scope=\"col\">{@api_parameter}</th><th class=\"text\" scope=\"col\">"
                          "{@api_meaning}</th></tr></thead><tbody lang=\"en\">\n");
    json_array_foreach (parameters, i, value) {
        const json_t *parameter = reference_resolve(api, value);
        FILL(&page->html, "<tr><th scope=\"row\"><code>{name}</code> <small>{in}</small></th><td>",
             TEXT("name", text_of(parameter, "name")), TEXT("in", text_of(parameter, "in")));
        reference_prose(page, text_of(parameter, "description"));
        html_put(&page->html, "</td></tr>\n");
    }
    html_put(&page->html, "</tbody></table>\n");
}

static void put_media(struct page *page, const json_t *content, bool whole)
{
    const char *type = NULL;
    json_t *media = NULL;
    /* Iterating does not change it, but jansson's macro knows no constant objects. */
    json_object_foreach ((json_t *)(uintptr_t)content, type, media) {
        const json_t *schema = json_object_get(media, "schema");
        html_put(&page->html, " <span class=\"type\">");
        reference_type(page, schema);
        FILL(&page->html, "</span> <small>{type}</small>", TEXT("type", type));
        if (whole && reference_has_fields(schema))
            reference_fields(page, schema);
    }
}

static void put_request(struct page *page, const json_t *api, const json_t *body)
{
    const json_t *request = reference_resolve(api, body);
    if (request == NULL)
        return;
    html_put(&page->html, "<p lang=\"en\"><b class=\"part\">{@api_request}</b> ");
    reference_prose(page, text_of(request, "description"));
    html_put(&page->html, "</p><div lang=\"en\">");
    put_media(page, json_object_get(request, "content"), true);
    html_put(&page->html, "</div>\n");
}

static void put_answers(struct page *page, const json_t *api, json_t *answers)
{
    const char *status = NULL;
    json_t *value = NULL;
    html_put(&page->html, "<table class=\"numbers terms answers-of\"><thead><tr><th class=\"text\" "
                          "scope=\"col\">{@api_answer}</th><th class=\"text\" scope=\"col\">"
                          "{@api_meaning}</th></tr></thead><tbody lang=\"en\">\n");
    json_object_foreach (answers, status, value) {
        const json_t *answer = reference_resolve(api, value);
        FILL(&page->html, "<tr><th scope=\"row\">{status}</th><td>", TEXT("status", status));
        reference_prose(page, text_of(answer, "description"));
        put_media(page, json_object_get(answer, "content"), status[0] == '2');
        html_put(&page->html, "</td></tr>\n");
    }
    html_put(&page->html, "</tbody></table>\n");
}

static void put_operation(struct page *page, const json_t *api, const char *path,
                          const char *method, const json_t *operation, const json_t *shared)
{
    FILL(&page->html,
         "<details class=\"operation\" id=\"{id}\"><summary><b class=\"method\">{method}</b> "
         "<code>{path}</code> <span lang=\"en\">{summary}</span></summary>\n"
         "<p lang=\"en\">",
         TEXT("id", text_of(operation, "operationId")), TEXT("method", method), TEXT("path", path),
         TEXT("summary", text_of(operation, "summary")));
    reference_prose(page, text_of(operation, "description"));
    html_put(&page->html, "</p>\n");
    put_parameters(page, api, shared);
    put_parameters(page, api, json_object_get(operation, "parameters"));
    put_request(page, api, json_object_get(operation, "requestBody"));
    put_answers(page, api, json_object_get(operation, "responses"));
    reference_columns(page, api, operation);
    html_put(&page->html, "</details>\n");
}

static bool has_tag(const json_t *operation, const char *tag)
{
    const json_t *tags = json_object_get(operation, "tags");
    const char *first = json_string_value(json_array_get(tags, 0));
    return first != NULL && strcmp(first, tag) == 0;
}

static void put_path(struct page *page, const json_t *api, const char *tag, const char *path,
                     json_t *item)
{
    static const char *const methods[][2] = {
        {"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"delete", "DELETE"}};
    for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
        const json_t *operation = json_object_get(item, methods[i][0]);
        if (has_tag(operation, tag))
            put_operation(page, api, path, methods[i][1], operation,
                          json_object_get(item, "parameters"));
    }
}

static void put_tag(struct page *page, const json_t *api, const json_t *tag)
{
    const char *path = NULL;
    json_t *item = NULL;
    FILL(&page->html, "<h2 id=\"{name}\" lang=\"en\">{name}</h2><p lang=\"en\">{text}</p>\n",
         TEXT("name", text_of(tag, "name")), TEXT("text", text_of(tag, "description")));
    json_object_foreach (json_object_get(api, "paths"), path, item)
        put_path(page, api, text_of(tag, "name"), path, item);
}

static enum http_progress reference_ready(struct task *task)
{
    struct page *page = &task->page;
    struct html *html = &page->html;
    json_t *api = reference_load(page->app);
    size_t i = 0;
    const json_t *tag = NULL;
    auto_buffer struct buffer title = {0};
    buffer_format(&title, "%s · 站记 Zhanji", word("api_title", html->language));
    page_open(page, title.data, "/api");
    html_put(html,
             "<div class=\"wrap narrow prose reference\"><h1>{@api_title}</h1><p>{@api_intro}</p>"
             "<p lang=\"en\">");
    reference_prose(page, text_of(json_object_get(api, "info"), "description"));
    html_put(html, "</p>\n");
    json_array_foreach (json_object_get(api, "tags"), i, tag)
        put_tag(page, api, tag);
    reference_types(page, api);
    html_put(html, "</div>\n");
    json_decref(api);
    return page_send(page, 200);
}

enum http_progress handle_reference(struct http_exchange *exchange, void *context)
{
    return task_start(context, exchange, -1, reference_ready);
}
