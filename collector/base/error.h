#ifndef ZHANJI_BASE_ERROR_H
#define ZHANJI_BASE_ERROR_H

#include "collector/base/memory.h"

enum error_kind {
    ERROR_NONE = 0,
    ERROR_INVALID,   /* the input is wrong: what it says is where and how to mend it */
    ERROR_NOT_FOUND, /* no such thing */
    ERROR_CONFLICT,  /* right in itself, but not in the state things are in */
    ERROR_DENIED,    /* known, and not allowed */
    ERROR_TOO_LARGE, /* over a stated limit */
    ERROR_BUSY,      /* not now: full queue, full disk, shutting down; nothing was done */
    ERROR_INTERNAL   /* ours: a fault of the machine or the program */
};

/* An error is a value on the caller's stack; zero is none. The text is one line for a person. */
struct error {
    enum error_kind kind;
    char text[240];
};

/* Sets the error (if there is one to set) and returns false, for `return error_set(…)`. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);
/* Puts "prefix: " before the text that is there; returns false. */
bool error_prefix(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* HTTP status (RFC 9110) and exit code (design §7) of a kind. */
unsigned error_http_status(enum error_kind kind);
int error_exit_code(enum error_kind kind);

#endif
