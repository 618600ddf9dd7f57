#ifndef ZHANJI_PAGES_MARKS_H
#define ZHANJI_PAGES_MARKS_H

#include "collector/consensus/consensus.h"
#include "collector/pages/html.h"

/*
 * The shapes that carry a status without colour: a circle, a square, a triangle, a pentagon for
 * the statuses of the survey's map in order, a halved diamond for several, a dotted ring for
 * none, a dash for not open. Inferred is hollow, stale faded, disputed struck through.
 */
/* Their symbols, once a page. */
void marks_define(struct html *html);
/* One of them as markup for a drawing of its own, 16 × 16 units; "" if there is none. */
const char *mark_drawing(const char *class);
void mark_status(struct html *html, const struct survey *survey, int status,
                 enum standing standing);
/* The class that colours a status: "s0" … "s3", "several", "none", "closed". */
const char *status_class(const struct survey *survey, int status);
/* The class that colours an option: that of the status it means, else "o0" … "o5" in turn. */
const char *option_class(const struct survey_question *question, int option);
/* The symbol of an option, to the same rule. */
void mark_option(struct html *html, const struct survey_question *question, int option);

/* A line's chip: its number or short name in its colour; a link to its list unless `plain`. */
void line_chip(struct html *html, const struct survey *survey, int line, bool plain);
/* "1号线（八通线）" to "1", "Changping Line" to "Changping". */
void line_short(struct buffer *out, const struct line *line, enum language language);

/* In few words: a status up to its parenthesis, a question up to its colon or first comma. */
void short_text(struct buffer *out, const char *text);
void short_question(struct buffer *out, const char *text);

#endif
