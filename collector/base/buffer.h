#ifndef ZHANJI_BASE_BUFFER_H
#define ZHANJI_BASE_BUFFER_H

#include <stdint.h>

#include "collector/base/memory.h"

/* Bytes that grow. `data` is NUL-terminated whenever it is not NULL; zero-initialise to begin. */
struct buffer {
    char *data;
    size_t length;
    size_t capacity;
};

#define auto_buffer __attribute__((cleanup(buffer_finish)))

void buffer_finish(struct buffer *buffer);
/* Forgets the contents, keeps the memory. */
void buffer_clear(struct buffer *buffer);
/* Makes room for `extra` more bytes; returns where they go (length is not changed). */
char *buffer_reserve(struct buffer *buffer, size_t extra);
void buffer_bytes(struct buffer *buffer, const void *bytes, size_t length);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_char(struct buffer *buffer, char byte);
void buffer_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
void buffer_integer(struct buffer *buffer, int64_t value);
/* A number with at most `decimals` decimals (0–9), no trailing zeros, "-0" as "0" (design §6). */
void buffer_number(struct buffer *buffer, double value, int decimals);
/* A JSON string with its quotes, escaped as RFC 8785 §3.2.2.2 says; bytes must be UTF-8. */
void buffer_json(struct buffer *buffer, const char *text, size_t length);
/* The same as pure ASCII: everything from U+0080 as \uxxxx, lower case, surrogates in pairs. */
void buffer_json_ascii(struct buffer *buffer, const char *text, size_t length);
/* Text for HTML: & < > " ' escaped. */
void buffer_html(struct buffer *buffer, const char *text, size_t length);
/* A CSV field (RFC 4180), quoted where needed. A field that begins with = + - @ or a tab gets a
 * leading apostrophe when `safe`, so that no spreadsheet runs it. */
void buffer_csv(struct buffer *buffer, const char *text, size_t length, bool safe);
/* Percent-encoded (RFC 3986 unreserved kept). */
void buffer_url(struct buffer *buffer, const char *text, size_t length);
/* The contents as a NUL-terminated string that the caller frees; the buffer is empty after. */
NODISCARD char *buffer_take(struct buffer *buffer);

#endif
