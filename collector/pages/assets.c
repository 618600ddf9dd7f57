#include <math.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/pages/assets.h"
#include "collector/pages/diagram.h"
#include "collector/pages/handlers.h"
#include "collector/publish/app.h"

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".html", "text/html; charset=utf-8"},
};

const char *asset_type(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        size_t ending = strlen(types[i].ending);
        if (length > ending && strcmp(name + length - ending, types[i].ending) == 0)
            return types[i].type;
    }
    return NULL;
}

const struct embedded_file *asset_find(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    for (size_t i = 0; i < pages_files_count; i++) {
        const char *path = pages_files[i].path;
        if (strncmp(path, folder, length) == 0 && path[length] == '/' &&
            strcmp(path + length + 1, name) == 0)
            return &pages_files[i];
    }
    return NULL;
}

static double channel(const char *digits)
{
    uint8_t byte = 0;
    if (!hex_parse(digits, 2, &byte, 1))
        return 0;
    double value = byte / 255.0;
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* Relative luminance (WCAG 2.2): white reads better than black on what is below 0.179. */
static bool is_dark(const char *colour)
{
    return 0.2126 * channel(colour + 1) + 0.7152 * channel(colour + 3) +
               0.0722 * channel(colour + 5) <
           0.179;
}

void assets_line_colours(const struct survey *survey, struct buffer *css)
{
    for (int i = 0; i < survey->line_count; i++) {
        const char *colour = survey->lines[i].colour;
        if (colour[0] != '#' || strlen(colour) != 7)
            continue;
        buffer_format(css, ".l%d{--line:%s;--on-line:%s}\n", i, colour,
                      is_dark(colour) ? "#fff" : "#000");
    }
}

bool asset_draws(const char *id)
{
    const struct embedded_file *drawings = asset_find("assets", "drawings.svg");
    auto_buffer struct buffer attribute = {0};
    buffer_format(&attribute, "<symbol id=\"%s\"", id);
    return drawings != NULL &&
           memmem(drawings->data, drawings->length, attribute.data, attribute.length) != NULL;
}

static const struct {
    const char *name;
    void (*put)(const struct survey *survey, struct buffer *out);
} made[] = {
    {"catalogue.json", assets_catalogue},
    {"network.json", diagram_network},
};

/* What is made of the survey, or false. */
static bool make(const struct survey *survey, const char *name, struct buffer *out)
{
    for (size_t i = 0; i < ARRAY_LENGTH(made); i++) {
        if (strcmp(made[i].name, name) != 0)
            continue;
        made[i].put(survey, out);
        return true;
    }
    return assets_sheet(survey, name, out);
}

static enum http_progress send_asset(struct http_exchange *exchange, const struct app *app,
                                     const char *name)
{
    const char *type = asset_type(name);
    const struct embedded_file *file = asset_find("assets", name);
    exchange->reply.type = type;
    if (file != NULL && type != NULL)
        buffer_bytes(&exchange->reply.body, file->data, file->length);
    else if (!make(app->survey, name, &exchange->reply.body))
        return http_problem(exchange, 404, "no such file");
    exchange->reply.status = 200;
    return HTTP_DONE;
}

enum http_progress handle_asset(struct http_exchange *exchange, void *context)
{
    return send_asset(exchange, context, exchange->request.arguments[0]);
}

enum http_progress handle_root_asset(struct http_exchange *exchange, void *context)
{
    return send_asset(exchange, context, exchange->request.path + 1);
}
