#ifndef ZHANJI_PAGES_PAGE_H
#define ZHANJI_PAGES_PAGE_H

#include "collector/http/http.h"
#include "collector/pages/html.h"
#include "collector/publish/app.h"

/* One page while it is being written. Zero-initialise, page_start, page_open … page_send. */
struct page {
    struct html html;
    const struct app *app;
    const struct survey *survey;
    struct http_exchange *exchange;
    struct view *view; /* held; NULL on pages that count nothing */
    int32_t today;     /* in the survey's offset */
    int32_t as_of;     /* the day the page tells of */
    int32_t known_at;  /* what was published by the end of this day; DAY_NONE: today */
    const char *head;  /* markup for <head> of this page alone; NULL: none */
    char *key;         /* under which page_send keeps it for the view; NULL: not at all */
    bool posted;       /* the answer to a form: its address alone does not bring it back */
};

void page_start(struct page *page, const struct app *app, struct http_exchange *exchange);
void page_finish(struct page *page);

/* Everything up to <main>. `title` is plain text; `nav` is the path of the entry of the menu that
 * this page is, or "". */
void page_open(struct page *page, const char *title, const char *nav);
/* The rest, and the page as the reply. Finishes the page. Returns HTTP_DONE. */
enum http_progress page_send(struct page *page, unsigned status);

/* Sends the page as it was written before for the same address, language and view; false if it is
 * yet to be written, and then page_send keeps it. With a view of the present. */
NODISCARD bool page_send_kept(struct page *page);

/* Reads ?as_of and ?known_at; a day that is none counts as not given, later than today is today.
 */
void page_read_days(struct page *page);
/* Whether the page tells of another day than today. */
bool page_of_past(const struct page *page);

/* A path with the parameters that keep language and days, and one more ("&" escaped): for links.
 * `name` may be NULL. */
void page_link(struct page *page, const char *path, const char *name, const char *value);

/* The text of survey.texts in the page's language, with slots; "" if the survey has none. */
const char *page_survey_text(const struct page *page, const char *id);

#endif
