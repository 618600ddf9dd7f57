/* What came of decisions, and how it is told. */
#include <string.h>

#include "moderation/decisions.h"

void decision_settle(struct decision *decision, unsigned status, const char *text)
{
    size_t length = strnlen(text, sizeof decision->error - 1);

    decision->status = status;
    memcpy(decision->error, text, length);
    decision->error[length] = '\0';
}

void decision_fail(struct decision *decision, const struct error *error)
{
    decision_settle(decision, error_http_status(error->kind), error->text);
}

void decision_take_result(struct decision *decision, enum change_result result,
                          enum report_state state, const struct error *reason)
{
    static const unsigned statuses[] = {
        [CHANGE_DONE] = 200,
        [CHANGE_SAME] = 200,
        [CHANGE_NOT_FOUND] = 404,
        [CHANGE_CONFLICT] = 409,
    };
    bool is_denied = reason->kind == ERROR_DENIED;

    decision->has_state = result != CHANGE_NOT_FOUND && !is_denied;
    decision->state = state;
    decision_settle(decision, is_denied ? 403 : statuses[result], reason->text);
}

static void print_result(const struct decision *decision, struct buffer *buffer)
{
    buffer_text(buffer, "{\"id\":");
    if (decision->id[0] == '\0')
        buffer_text(buffer, "null");
    else
        buffer_format(buffer, "\"%s\"", decision->id);
    buffer_format(buffer,
                  ",\"ok\":%s,\"status\":%u,\"state\":", decision->status == 200 ? "true" : "false",
                  decision->status);
    if (decision->has_state)
        buffer_format(buffer, "\"%s\"", report_state_name(decision->state));
    else
        buffer_text(buffer, "null");
    buffer_text(buffer, ",\"error\":");
    if (decision->status == 200)
        buffer_text(buffer, "null");
    else
        buffer_json(buffer, decision->error, strlen(decision->error));
    if (decision->reports != NULL)
        bulk_print(decision->reports, decision->report_count, decision->entry_end, buffer);
    buffer_char(buffer, '}');
}

/* The status of one decision is that of the reply, then a problem that has the result as well; of
 * several each has its own. */
void decisions_answer(const struct decisions *decisions)
{
    struct http_exchange *exchange = decisions->exchange;
    const struct decision *only = decisions->count == 1 ? &decisions->items[0] : NULL;
    auto_buffer struct buffer results = {0};

    exchange->reply.no_store = true;
    buffer_text(&results, "\"results\":[");
    for (size_t i = 0; i < decisions->count; i++) {
        if (i > 0)
            buffer_char(&results, ',');
        print_result(&decisions->items[i], &results);
    }
    buffer_char(&results, ']');
    if (only != NULL && only->status != 200) {
        http_problem_with(exchange, only->status, &results, "%s", only->error);
        return;
    }
    buffer_format(&exchange->reply.body, "{%s}", results.data);
}

/* Those of the chunk that failed were rolled back with it, and the rest was not tried. */
void decisions_give_up(struct decisions *decisions, const struct error *error)
{
    if (decisions->next == 0) {
        http_error(decisions->exchange, error);
        return;
    }
    for (size_t i = decisions->next; i < decisions->count; i++)
        decision_fail(&decisions->items[i], error);
    decisions_answer(decisions);
}
