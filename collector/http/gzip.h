#ifndef ZHANJI_HTTP_GZIP_H
#define ZHANJI_HTTP_GZIP_H

#include "collector/base/buffer.h"

/* gzip (RFC 1952), whole or in parts. */
struct gzip;

enum {
    GZIP_LENGTH_MIN = 512 /* below this the headers cost more than is won */
};

NODISCARD struct gzip *gzip_create(int level);
void gzip_destroy(struct gzip *gzip);
/* Appends what comes out of these bytes; `end` closes the stream. */
void gzip_add(struct gzip *gzip, const char *bytes, size_t length, bool end, struct buffer *out);
/* Appends the whole; false, with nothing appended, if it gets no smaller. */
NODISCARD bool gzip_bytes(const char *bytes, size_t length, struct buffer *out);

#endif
