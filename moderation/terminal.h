#ifndef ZHANJI_MODERATION_TERMINAL_H
#define ZHANJI_MODERATION_TERMINAL_H

#include "collector/base/buffer.h"
#include "collector/survey/survey.h"

/* What standard output can show. Colour only on a terminal, and not when NO_COLOR is set. */
struct terminal {
    bool is_terminal;
    bool colour;
    bool shows_progress; /* standard error is a terminal */
    size_t columns;      /* SIZE_MAX when it is no terminal: nothing is cut */
    enum language language;
};

enum style {
    STYLE_NONE, /* ends a style */
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_NOTE,
    STYLE_COUNT
};

/* From the environment: LC_ALL, LC_MESSAGES, LANG (zh… is Chinese), NO_COLOR, TERM. */
struct terminal terminal_open(void);
/* An escape sequence, or "". */
const char *terminal_style(const struct terminal *terminal, enum style style);
void terminal_print(const struct buffer *text);                    /* to standard output */
void terminal_complain(const char *format, ...) PRINTF_LIKE(1, 2); /* one line to stderr */

/* "s", or "" for one. */
static inline const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* Text that came from elsewhere: control and direction characters as U+FFFD, line ends as they
 * are. Appends. */
void terminal_text(struct buffer *buffer, const char *text);
/* One column of a table: cut with … or filled with spaces to `columns` of the terminal; line ends
 * as spaces. Appends. */
void terminal_cell(struct buffer *buffer, const char *text, size_t columns);
/* Wrapped at the terminal's width, each line after `indent` spaces (the first too), with a final
 * newline. Appends. */
void terminal_paragraph(const struct terminal *terminal, struct buffer *buffer, const char *text,
                        size_t indent);

/* What is being done now, on one line of stderr that the next one takes the place of, when that is
 * a terminal; NULL clears it. */
void terminal_status(const struct terminal *terminal, const char *what);
/* "importing  [#####-----]  43 %  4300 reports" on one line of stderr, when that is a terminal;
 * `done` == `total` ends it. */
void terminal_progress(const struct terminal *terminal, const char *what, uint64_t done,
                       uint64_t total, uint64_t count);

#endif
