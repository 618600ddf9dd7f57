/* One report at a time, decided with single keys. */
#include <stdio.h>
#include <string.h>

#include "moderation/commands/review_keys.h"
#include "moderation/commands/review_show.h"
#include "moderation/selecting.h"

enum {
    PAGE = 50
};

/* The first page, or the one after this. What was skipped on the way does not come again. */
static bool turn_page(struct review *review, struct error *error)
{
    auto_buffer struct buffer path = {0};
    const char *next = json_string_value(json_object_get(review->page, "next"));
    json_t *page;

    buffer_format(&path, "/api/v1/moderation/reports?state=pending&order=use&limit=%d", PAGE);
    selecting_query(&review->tool->arguments, &path);
    if (next != NULL) {
        buffer_text(&path, "&after=");
        buffer_url(&path, next, strlen(next));
    } else if (review->page != NULL) {
        review->has_ended = true;
        return true;
    }
    if (!client_get(&review->tool->client, path.data, &page, error)) {
        selecting_explain(error);
        return false;
    }
    json_decref(review->page);
    review->page = page;
    review->at = 0;
    if (json_array_size(json_object_get(page, "reports")) == 0)
        review->has_ended = true;
    return true;
}

static bool step(struct review *review, struct error *error)
{
    const json_t *report = review_current(review);

    if (report == NULL)
        return turn_page(review, error);
    review_show(review->tool, &review->wording, report);
    review->has_moved = false;
    while (!review->has_ended && !review->has_moved) {
        int key;
        review_prompt(review);
        key = keyboard_key(&review->keyboard);
        putchar('\n');
        if (!review_press(review, key, error))
            return false;
    }
    return true;
}

static void print_end(const struct review *review)
{
    const json_t *reports = json_object_get(review->page, "reports");
    bool all_seen = review->at >= json_array_size(reports);

    printf("%zu decided, %zu skipped%s\n", review->past_count, review->skipped,
           all_seen && review->skipped == 0 ? "; nothing waits any more" : "");
}

enum exit_code command_review(struct tool *tool)
{
    struct review review = {.tool = tool, .again = json_array()};
    struct error error = {0};
    bool is_good = true;

    if (!wording_load(&tool->client, tool->terminal.language, &review.wording, &error)) {
        json_decref(review.again);
        return tool_refuse(&error);
    }
    review.deciding = (struct deciding){
        .client = &tool->client,
        .key = &tool->key,
        .survey = wording_survey_id(&review.wording),
    };
    keyboard_open(&review.keyboard);
    while (is_good && !review.has_ended)
        is_good = step(&review, &error);
    keyboard_close(&review.keyboard);
    print_end(&review);
    for (size_t i = 0; i < review.past_count; i++)
        json_decref(review.past[i].report);
    free(review.past);
    json_decref(review.again);
    json_decref(review.page);
    wording_finish(&review.wording);
    return is_good ? EXIT_DONE : tool_refuse(&error);
}
