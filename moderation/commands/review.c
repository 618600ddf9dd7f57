/* One report at a time, decided with single keys. */
#include <stdio.h>
#include <string.h>

#include "moderation/commands/review_show.h"
#include "moderation/deciding.h"
#include "moderation/keyboard.h"
#include "moderation/selecting.h"
#include "moderation/wording.h"

enum {
    PAGE = 50,
    REASONS_MAX = 9 /* as many as there are digits */
};

/* A decision that `u` takes back, and the report it was about. */
struct past {
    struct decided item;
    json_t *report; /* owned */
};

struct review {
    struct tool *tool;
    struct wording wording;
    struct keyboard keyboard;
    struct deciding deciding;
    json_t *page;
    size_t at;     /* in the page */
    json_t *again; /* array: taken back, so they come before that, the last one first */
    struct past *past;
    size_t past_count, past_capacity;
    size_t skipped;
    bool has_moved, has_ended;
};

static void say(const struct review *review, enum style style, const char *text)
{
    const struct terminal *terminal = &review->tool->terminal;

    printf("%s%s%s\n", terminal_style(terminal, style), text, terminal_style(terminal, STYLE_NONE));
    fflush(stdout);
}

/* False when the server is gone or says no to the whole: the review ends. */
static bool send_verdict(struct review *review, const struct verdict *verdict, struct decided *item,
                         struct error *error)
{
    static const char *const done[] = {
        [ACT_APPROVE] = "approved",
        [ACT_REJECT] = "rejected",
        [ACT_WITHHOLD] = "withheld",
        [ACT_REVERT] = "taken back: it waits again",
    };

    item->status = 0;
    item->ahead = 0;
    if (!deciding_send(&review->deciding, verdict, item, 1, error))
        return false;
    say(review, item->ok ? STYLE_GOOD : STYLE_BAD, item->ok ? done[verdict->act] : item->error);
    return true;
}

static json_t *current(const struct review *review)
{
    size_t again = json_array_size(review->again);

    return again > 0 ? json_array_get(review->again, again - 1)
                     : json_array_get(json_object_get(review->page, "reports"), review->at);
}

static void move_on(struct review *review)
{
    size_t again = json_array_size(review->again);

    if (again > 0)
        json_array_remove(review->again, again - 1);
    else
        review->at++;
    review->has_moved = true;
}

static void remember(struct review *review, const struct decided *item)
{
    if (review->past_count == review->past_capacity) {
        review->past_capacity = review->past_capacity * 2 + 16;
        review->past =
            memory_resize_take(review->past, review->past_capacity, sizeof *review->past);
    }
    review->past[review->past_count++] = (struct past){*item, json_incref(current(review))};
}

static struct decided current_item(const struct review *review)
{
    const json_t *report = current(review);
    struct decided item = {.version =
                               (uint32_t)json_integer_value(json_object_get(report, "version"))};
    const char *id = wording_member(report, "id");

    if (strlen(id) < sizeof item.id)
        memcpy(item.id, id, strlen(id) + 1);
    return item;
}

static bool decide(struct review *review, const struct verdict *verdict, struct error *error)
{
    struct decided item = current_item(review);

    if (!send_verdict(review, verdict, &item, error))
        return false;
    if (item.ok)
        remember(review, &item);
    move_on(review);
    return true;
}

/* The survey's reasons but `ok`, numbered. */
static size_t list_reasons(const struct review *review, const char *reasons[REASONS_MAX])
{
    json_t *table = json_object_get(review->wording.survey, "reasons");
    size_t count = 0;

    for (void *at = json_object_iter(table); at != NULL && count < REASONS_MAX;
         at = json_object_iter_next(table, at)) {
        const char *id = json_object_iter_key(at);
        if (strcmp(id, "ok") == 0)
            continue;
        reasons[count++] = id;
        printf("  %zu  %-14s%s\n", count, id, wording_of(&review->wording, "reasons", id));
    }
    return count;
}

/* NULL: thought better of it. */
static const char *ask_reason(struct review *review)
{
    const char *reasons[REASONS_MAX];
    size_t count = list_reasons(review, reasons);
    int key;

    printf("why? 1-%zu, anything else goes back ", count);
    fflush(stdout);
    key = keyboard_key(&review->keyboard);
    putchar('\n');
    if (key < '1' || key > '0' + (int)count)
        return NULL;
    return reasons[key - '1'];
}

static bool decide_against(struct review *review, enum entry_act act, struct error *error)
{
    auto_buffer struct buffer note = {0};
    struct verdict verdict = {.act = act, .note = ""};

    verdict.reason = ask_reason(review);
    if (verdict.reason == NULL)
        return true;
    if (strcmp(verdict.reason, "other") == 0) {
        printf("note (public): ");
        fflush(stdout);
        if (!keyboard_line(&review->keyboard, &note) || note.length == 0)
            return true;
        verdict.note = note.data;
    }
    return decide(review, &verdict, error);
}

static bool undo(struct review *review, struct error *error)
{
    static const struct verdict revert = {.act = ACT_REVERT, .reason = "", .note = ""};

    struct past *last;

    if (review->past_count == 0) {
        say(review, STYLE_DIM, "nothing to take back");
        return true;
    }
    last = &review->past[review->past_count - 1];
    if (!send_verdict(review, &revert, &last->item, error))
        return false;
    review->past_count--;
    if (!last->item.ok) {
        json_decref(last->report);
        return true;
    }
    json_array_append_new(review->again, last->report);
    review->has_moved = true;
    return true;
}

static bool press_approve(struct review *review, struct error *error)
{
    static const struct verdict verdict = {.act = ACT_APPROVE, .reason = "ok", .note = ""};

    return decide(review, &verdict, error);
}

static bool press_hide(struct review *review, struct error *error)
{
    static const struct verdict verdict = {
        .act = ACT_APPROVE, .reason = "ok", .note = "", .hide_note = true};

    return decide(review, &verdict, error);
}

static bool press_reject(struct review *review, struct error *error)
{
    return decide_against(review, ACT_REJECT, error);
}

static bool press_withhold(struct review *review, struct error *error)
{
    return decide_against(review, ACT_WITHHOLD, error);
}

static bool press_skip(struct review *review, struct error *error)
{
    (void)error;
    move_on(review);
    review->skipped++;
    return true;
}

static bool press_quit(struct review *review, struct error *error)
{
    (void)error;
    review->has_ended = true;
    return true;
}

static bool press_help(struct review *review, struct error *error);

static const struct {
    char key;
    const char *meaning;
    bool (*press)(struct review *review, struct error *error);
} keys[] = {
    {'a', "approve", press_approve}, {'h', "hide note", press_hide},
    {'r', "reject", press_reject},   {'w', "withhold", press_withhold},
    {'s', "skip", press_skip},       {'u', "undo", undo},
    {'q', "quit", press_quit},       {'?', "help", press_help},
};

static bool press_help(struct review *review, struct error *error)
{
    (void)error;
    fputs("h approves too, but the note is not shown: the answers count. u takes back the last "
          "decision,\nagain and again.\n"
          "Reject what cannot be used; withhold what the published policy keeps back. implausible\n"
          "means impossible as written, never \"disagrees with others\".\n",
          stdout);
    (void)review;
    return true;
}

static bool press(struct review *review, int key, struct error *error)
{
    if (key == KEY_END) {
        review->has_ended = true;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        if (keys[i].key == key || (key == ' ' && keys[i].key == 's'))
            return keys[i].press(review, error);
    return key == '\n' || press_help(review, error);
}

static void print_prompt(const struct review *review)
{
    const struct terminal *terminal = &review->tool->terminal;

    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        printf("%s%s%c%s %s", i == 0 ? "" : " \xC2\xB7 ", terminal_style(terminal, STYLE_BOLD),
               keys[i].key, terminal_style(terminal, STYLE_NONE), keys[i].meaning);
    fputs(" > ", stdout);
    fflush(stdout);
}

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
    const json_t *report = current(review);

    if (report == NULL)
        return turn_page(review, error);
    review_show(review->tool, &review->wording, report);
    review->has_moved = false;
    while (!review->has_ended && !review->has_moved) {
        int key;
        print_prompt(review);
        key = keyboard_key(&review->keyboard);
        putchar('\n');
        if (!press(review, key, error))
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
