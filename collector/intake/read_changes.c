/* Changes of published status: as JSON pages. */
#include <math.h>
#include <string.h>

#include "collector/base/number.h"
#include "collector/intake/reading.h"

static void print_change(const struct survey *survey, const struct status_change *change,
                         struct buffer *json)
{
    buffer_text(json, "{\"at\":\"");
    buffer_instant(json, change->at);
    buffer_format(json,
                  "\",\"station\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"standing\":\"%s\","
                  "\"confidence\":",
                  survey->stations[change->station].id, survey->statuses.terms[change->from].id,
                  survey->statuses.terms[change->to].id, standing_name(change->standing));
    if (isnan(change->confidence))
        buffer_text(json, "null");
    else
        buffer_number(json, change->confidence, 4);
    buffer_char(json, '}');
}

/* `after` is how many changes are older than the last one shown: it stays when newer ones come. */
static bool read_after(struct http_exchange *exchange, size_t count, size_t *first_out)
{
    const char *text = http_parameter(&exchange->request, "after");
    uint64_t older = 0;
    *first_out = 0;
    if (text == NULL || text[0] == '\0')
        return true;
    if (!number_unsigned(text, strlen(text), count, &older)) {
        http_problem(exchange, 400,
                     "The parameter after must be what an earlier page gave as next.");
        return false;
    }
    *first_out = count - (size_t)older;
    return true;
}

static enum http_progress respond_changes(struct http_exchange *exchange, const struct app *app,
                                          const struct view *view)
{
    size_t count = 0;
    size_t first = 0;
    uint32_t limit = READ_LIMIT;
    const struct status_change *changes = view_changes(view, &count);
    if (!read_limit(exchange, &limit) || !read_after(exchange, count, &first))
        return HTTP_DONE;
    size_t end = count - first > limit ? first + limit : count;
    struct buffer json = {0};
    buffer_text(&json, "{\"changes\":[");
    for (size_t i = first; i < end; i++) {
        buffer_text(&json, i == first ? "" : ",");
        print_change(app->survey, &changes[i], &json);
    }
    buffer_text(&json, "],\"next\":");
    if (end < count)
        buffer_format(&json, "\"%zu\"}", count - end);
    else
        buffer_text(&json, "null}");
    return read_json_take(exchange, &json);
}

enum http_progress serve_changes(struct http_exchange *exchange, void *context)
{
    return read_view(exchange, context, respond_changes);
}
