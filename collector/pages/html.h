#ifndef ZHANJI_PAGES_HTML_H
#define ZHANJI_PAGES_HTML_H

#include "collector/base/buffer.h"
#include "collector/survey/survey.h"

/*
 * Markup from templates. In a template stand
 *   {name}          a slot, escaped for text and quoted attributes
 *   {%name}         a slot, percent-encoded for a path or a query
 *   {#name|a|b}     "a" where the slot's number is 1, else "b" (a report, four reports)
 *   {@word}         a text of the site in the page's language, itself a template
 *   {?}  {&}        what keeps a chosen language in a link: "?lang=en" or "&amp;lang=en", or nothing
 * Everything else is markup and goes out as it stands. What users or the survey wrote comes in
 * through slots only.
 */
struct html {
    struct buffer out;
    enum language language;
    bool language_chosen; /* by ?lang=: links carry it on */
};

enum slot_kind {
    SLOT_KIND_TEXT,
    SLOT_KIND_NUMBER,
    SLOT_KIND_MARKUP /* made here, not escaped */
};

struct slot {
    const char *name;
    enum slot_kind kind;
    const char *text; /* NULL is "" */
    int64_t number;
};

/* clang-format off */
#define TEXT(slot, value) {(slot), SLOT_KIND_TEXT, (value), 0}
#define NUMBER(slot, value) {(slot), SLOT_KIND_NUMBER, NULL, (int64_t)(value)}
#define MARKUP(slot, value) {(slot), SLOT_KIND_MARKUP, (value), 0}
/* clang-format on */

void html_fill(struct html *html, const char *template, const struct slot *slots, size_t count);
/* The same for a text that is not ours ("…; {n} citywide this month."): escaped outside slots. */
void html_fill_text(struct html *html, const char *template, const struct slot *slots,
                    size_t count);
/* html_fill with its slots written in place. */
#define FILL(html, template, ...)                                     \
    html_fill((html), (template), (const struct slot[]){__VA_ARGS__}, \
              sizeof((const struct slot[]){__VA_ARGS__}) / sizeof(struct slot))
/* A template without slots. */
void html_put(struct html *html, const char *template);
/* One text, escaped. */
void html_text(struct html *html, const char *text);

/* The site's own texts: what the survey says of itself is in its own file. Sorted by id. */
struct word {
    const char *id;
    const char *in[SURVEY_LANGUAGES];
};

extern const struct word words[];
extern const size_t words_count;
/* One of them in one language; NULL if there is none of this id. */
const char *word(const char *id, enum language language);
/* The text of a term or the id: never NULL. */
const char *html_in(const struct html *html, const struct text *text);

#endif
