#ifndef ZHANJI_LOG_ENTRY_SCAN_H
#define ZHANJI_LOG_ENTRY_SCAN_H

#include "collector/base/error.h"

#include <stdint.h>

/* The few forms of JSON that an entry is made of, read from ASCII bytes; private to the log. */
struct reader {
    const char *start;
    const char *at;
    const char *end;
    struct error *error;
};

/* Sets the error with the place that was reached; returns false. */
bool scan_refuse(const struct reader *reader, const char *reason);
/* Passes over this byte if it stands here. */
NODISCARD bool scan_char(struct reader *reader, char expected);
/* A JSON string as UTF-8 with a NUL, which `capacity` counts; U+0000 is refused. */
NODISCARD bool scan_text(struct reader *reader, char *text, size_t capacity);
/* Decimal digits within a range. */
NODISCARD bool scan_integer(struct reader *reader, uint64_t minimum, uint64_t maximum,
                            uint64_t *value_out);

#endif
