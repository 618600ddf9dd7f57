#ifndef ZHANJI_HTTP_NEGOTIATE_H
#define ZHANJI_HTTP_NEGOTIATE_H

#include "collector/base/memory.h"

/* What the client's headers ask for (RFC 9110 §12.5, §13.1). A NULL header is an absent one. */

/* May the body be gzip? By "gzip", "x-gzip" or "*" with a weight above 0. */
NODISCARD bool negotiate_gzip(const char *accept_encoding);
/* Is one of these in If-None-Match, compared weakly; "*" is all. */
NODISCARD bool negotiate_unchanged(const char *if_none_match, const char *etag, size_t length);
/* The index of the preferred language: the highest weight, the first of equals, 0 for none. */
size_t negotiate_language(const char *accept_language, const char *const *tags, size_t count);
/* Does the client name text/html in Accept, and not with a lower weight than JSON? */
NODISCARD bool negotiate_html(const char *accept);
/* Is a Content-Type this media type, whatever its parameters? */
NODISCARD bool negotiate_is_type(const char *content_type, const char *type);
/* Is a media type text, so that gzip makes it smaller? */
NODISCARD bool negotiate_compressible(const char *type);

#endif
