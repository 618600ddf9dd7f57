#ifndef ZHANJI_BASE_UTF8_H
#define ZHANJI_BASE_UTF8_H

#include <stdint.h>

#include "collector/base/memory.h"

/* The code point at *position, which moves on; UINT32_MAX on bad UTF-8 (RFC 3629), moving one. */
uint32_t utf8_next(const char *text, size_t length, size_t *position);
NODISCARD bool utf8_valid(const char *text, size_t length);
/* Code points of valid UTF-8. */
size_t utf8_length(const char *text, size_t length);
/* Writes one code point; returns its bytes (1–4). */
size_t utf8_write(uint32_t code_point, char bytes_out[4]);
/* Columns a terminal uses (UAX #11: wide and full-width 2, combining and zero-width 0). */
size_t utf8_columns(const char *text, size_t length);

#endif
