/* POST /api/v1/moderation/log-key: the log gets another key, and {"name"} if it is to have one. */
#include <jansson.h>

#include "collector/intake/record.h"
#include "collector/publish/app.h"
#include "moderation/handlers.h"

enum http_progress handle_log_key(struct http_exchange *exchange, void *context)
{
    const struct http_request *request = &exchange->request;
    const struct app *app = context;
    struct error error = {0};
    json_t *body = json_loadb(request->body, request->body_length, JSON_REJECT_DUPLICATES, NULL);
    const json_t *name = json_object_get(body, "name");
    bool is_read = json_is_object(body) && json_object_size(body) == (name == NULL ? 0 : 1) &&
                   (name == NULL || json_is_string(name));
    enum http_progress progress = HTTP_DONE;

    if (body == NULL)
        return http_problem(exchange, 400, "Not JSON");
    if (!is_read)
        progress = http_problem(exchange, 422, "The body must read {} or {\"name\":\"…\"}");
    else if (!record_rotate(app->record, json_string_value(name), &error))
        progress = http_error(exchange, &error);
    else {
        exchange->reply.status = 202;
        exchange->reply.no_store = true;
        buffer_text(&exchange->reply.body, "{\"asked\":true}");
    }
    json_decref(body);
    return progress;
}
