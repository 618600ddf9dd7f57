#include "collector/intake/faulty.h"

#include <string.h>

unsigned faulty_status(const struct report_faults *faults)
{
    return faults->not_json ? 400 : 422;
}

static void not_json_error(const struct report_faults *faults, struct buffer *buffer)
{
    buffer_text(buffer, "[{\"pointer\":\"\",\"code\":\"");
    buffer_text(buffer, faults->duplicate_key ? "duplicate_key" : "bad_json");
    buffer_text(buffer, "\",\"detail\":");
    buffer_json(buffer, faults->reason, strlen(faults->reason));
    buffer_text(buffer, "}]");
}

void faulty_errors(const struct survey *survey, const struct report_faults *faults,
                   struct buffer *buffer)
{
    buffer_text(buffer, "\"errors\":");
    if (faults->not_json)
        not_json_error(faults, buffer);
    else
        report_faults_json(survey, faults, buffer);
}

static void detail(const struct report_faults *faults, struct buffer *buffer)
{
    if (faults->not_json)
        buffer_json(buffer, faults->reason, strlen(faults->reason));
    else if (faults->count == 1)
        buffer_text(buffer, "\"One thing in the report needs mending; see errors.\"");
    else
        buffer_format(buffer, "\"%d things in the report need mending; see errors.\"",
                      faults->count);
}

enum http_progress faulty_problem(struct http_exchange *exchange, const struct survey *survey,
                                  const struct report_faults *faults)
{
    struct http_reply *reply = &exchange->reply;
    struct buffer *body = &reply->body;
    reply->status = faulty_status(faults);
    reply->type = "application/problem+json";
    reply->no_store = true;
    buffer_format(body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"detail\":",
                  faults->not_json ? "Bad Request" : "Unprocessable Content", reply->status);
    detail(faults, body);
    buffer_char(body, ',');
    faulty_errors(survey, faults, body);
    buffer_char(body, '}');
    return HTTP_DONE;
}
