#include "collector/http/gzip.h"

#include <stdint.h>
#include <stdio.h>

#define ZLIB_CONST
#include <zlib.h>

enum {
    GZIP_WINDOW = 15 + 16, /* zlib's way to ask for the gzip wrapper */
    GZIP_MEMORY = 8,
    GZIP_PART_MAX = 1 << 20, /* zlib counts in unsigned int */
    GZIP_LARGE = 64 * 1024   /* from here on speed matters more than the last percent */
};

struct gzip {
    z_stream stream;
};

struct gzip *gzip_create(int level)
{
    struct gzip *gzip = memory_zeroed(1, sizeof *gzip);
    if (deflateInit2(&gzip->stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return gzip;
}

void gzip_destroy(struct gzip *gzip)
{
    if (gzip == NULL)
        return;
    deflateEnd(&gzip->stream);
    free(gzip);
}

static void deflate_part(z_stream *stream, const char *bytes, uInt length, int flush,
                         struct buffer *out)
{
    stream->next_in = (const unsigned char *)bytes;
    stream->avail_in = length;
    do {
        uInt room = (uInt)deflateBound(stream, stream->avail_in) + 64;
        stream->next_out = (unsigned char *)buffer_reserve(out, room);
        stream->avail_out = room;
        deflate(stream, flush);
        out->length += room - stream->avail_out;
        out->data[out->length] = '\0';
    } while (stream->avail_out == 0);
}

void gzip_add(struct gzip *gzip, const char *bytes, size_t length, bool end, struct buffer *out)
{
    for (; length > GZIP_PART_MAX; bytes += GZIP_PART_MAX, length -= GZIP_PART_MAX)
        deflate_part(&gzip->stream, bytes, GZIP_PART_MAX, Z_NO_FLUSH, out);
    deflate_part(&gzip->stream, bytes, (uInt)length, end ? Z_FINISH : Z_NO_FLUSH, out);
}

bool gzip_bytes(const char *bytes, size_t length, struct buffer *out)
{
    size_t before = out->length;
    struct gzip *gzip = gzip_create(length < GZIP_LARGE ? 6 : 2);
    gzip_add(gzip, bytes, length, true, out);
    gzip_destroy(gzip);
    if (out->length - before < length)
        return true;
    out->length = before;
    return false;
}
