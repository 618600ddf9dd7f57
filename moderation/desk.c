/* The pages of the moderators' desk: static files; what they show comes through the signed API. */
#include <string.h>

#include "collector/base/file.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/worker.h"

extern const struct embedded_file desk_files[];
extern const size_t desk_files_count;

static const struct {
    const char *ending;
    const char *type;
} types[] = {
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
};

static const char *type_of(const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        size_t ending = strlen(types[i].ending);
        if (length > ending && strcmp(name + length - ending, types[i].ending) == 0)
            return types[i].type;
    }
    return "application/octet-stream";
}

static enum http_progress send_file(struct http_exchange *exchange, const char *name)
{
    auto_buffer struct buffer path = {0};

    buffer_format(&path, "desk/%s", name);
    for (size_t i = 0; i < desk_files_count; i++) {
        const struct embedded_file *file = &desk_files[i];
        if (strcmp(file->path, path.data) != 0)
            continue;
        exchange->reply.type = type_of(name);
        exchange->reply.status = 200;
        buffer_bytes(&exchange->reply.body, file->data, file->length);
        return HTTP_DONE;
    }
    return http_problem(exchange, 404, "no such file");
}

enum http_progress handle_desk(struct http_exchange *exchange, void *context)
{
    struct error error = {0};
    struct worker *worker = guard_worker(context, &error);

    if (worker == NULL)
        return http_error(exchange, &error);
    worker_wake(worker);
    return send_file(exchange, "desk.html");
}

enum http_progress handle_desk_file(struct http_exchange *exchange, void *context)
{
    (void)context;
    return send_file(exchange, exchange->request.arguments[0]);
}
