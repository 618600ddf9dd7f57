/* What each key of a review does. */
#include "moderation/commands/review_keys.h"

#include <stdio.h>
#include <string.h>

enum {
    REASONS_MAX = 9 /* as many as there are digits */
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

json_t *review_current(const struct review *review)
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
    review->past[review->past_count++] = (struct past){*item, json_incref(review_current(review))};
}

static struct decided current_item(const struct review *review)
{
    const json_t *report = review_current(review);
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

bool review_press(struct review *review, int key, struct error *error)
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

void review_prompt(const struct review *review)
{
    const struct terminal *terminal = &review->tool->terminal;

    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        printf("%s%s%c%s %s", i == 0 ? "" : " \xC2\xB7 ", terminal_style(terminal, STYLE_BOLD),
               keys[i].key, terminal_style(terminal, STYLE_NONE), keys[i].meaning);
    fputs(" > ", stdout);
    fflush(stdout);
}
