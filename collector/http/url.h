#ifndef ZHANJI_HTTP_URL_H
#define ZHANJI_HTTP_URL_H

#include "collector/base/memory.h"

#define URL_BAD SIZE_MAX

/* Undoes percent-encoding (RFC 3986 §2.1), and with `plus` that of forms, where a plus is a space.
 * `out` has room for `length` bytes and may be `text` itself. The decoded length, or URL_BAD for a
 * percent sign without two hex digits. */
size_t url_decode(const char *text, size_t length, bool plus, char *out);
/* Well-formed UTF-8 without NUL: what may be handed on as a string. */
bool url_is_text(const char *bytes, size_t length);

#endif
