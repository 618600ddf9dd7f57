/* The pages of the moderators' desk: static files; what they show comes through the signed API. */
#include <string.h>

#include "collector/pages/assets.h"
#include "moderation/guard.h"
#include "moderation/handlers.h"
#include "moderation/worker.h"

extern const struct embedded_file desk_files[];
extern const size_t desk_files_count;

static enum http_progress send_file(struct http_exchange *exchange, const char *name)
{
    auto_buffer struct buffer path = {0};

    buffer_format(&path, "desk/%s", name);
    for (size_t i = 0; i < desk_files_count; i++) {
        const struct embedded_file *file = &desk_files[i];
        if (strcmp(file->path, path.data) != 0)
            continue;
        exchange->reply.type = asset_type(name);
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
