#ifndef ZHANJI_MODERATION_REVIEW_KEYS_H
#define ZHANJI_MODERATION_REVIEW_KEYS_H

#include "moderation/deciding.h"
#include "moderation/keyboard.h"
#include "moderation/tool.h"
#include "moderation/wording.h"

/* A decision that `u` takes back, and the report it was about. */
struct past {
    struct decided item;
    json_t *report; /* owned */
};

/* A review under way: review.c shows one report after the other, review_keys.c does what a key
 * says. */
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

/* The report that is shown; NULL at the end of the page. */
json_t *review_current(const struct review *review);
/* The keys and what they mean. */
void review_prompt(const struct review *review);
/* Does what the key says. False when the server is gone or says no to the whole. */
NODISCARD bool review_press(struct review *review, int key, struct error *error);

#endif
