#ifndef ZHANJI_MODERATION_WORDING_H
#define ZHANJI_MODERATION_WORDING_H

#include <jansson.h>

#include "moderation/client.h"
#include "moderation/terminal.h"

/* The survey's own words, as the server tells them (GET /api/v1/survey). */
struct wording {
    json_t *survey;
    enum language language;
};

void wording_finish(struct wording *wording);
NODISCARD bool wording_load(struct client *client, enum language language,
                            struct wording *wording_out, struct error *error);

const char *wording_survey_id(const struct wording *wording);
/* Texts; the id itself where the survey has none. */
const char *wording_question(const struct wording *wording, const char *question);
const char *wording_option(const struct wording *wording, const char *question, const char *option);
const char *wording_basis(const struct wording *wording, const char *basis);
/* Of an object of the survey, {id: {zh, en}}: "states", "reasons". */
const char *wording_of(const struct wording *wording, const char *table, const char *id);
bool wording_has(const struct wording *wording, const char *table, const char *id);
/* {"zh","en"} in the language of the terminal, else the other; "" for null. */
const char *wording_pick(const struct wording *wording, const json_t *text);

/* A report in a few lines for a person: what `show` and `review` print. Appends. */
void wording_report(const struct wording *wording, const struct terminal *terminal,
                    const json_t *report, struct buffer *buffer);
/* "ticket_machine payment, card_type t_union" (ids: short, and what a CSV has). Appends. */
void wording_answers(const json_t *answers, struct buffer *buffer);
/* The time of a visit as people write it: "2026-11-20 08:30"; the offset is left out when it is the
 * survey's own. Appends. */
void wording_visited(const struct wording *wording, const json_t *report, struct buffer *buffer);
/* A member's text, "" if it is null or missing. */
const char *wording_member(const json_t *object, const char *name);

#endif
