#ifndef ZHANJI_AGGREGATE_STREAM_H
#define ZHANJI_AGGREGATE_STREAM_H

#include <stdio.h>

#include "collector/base/buffer.h"
#include "collector/base/error.h"

/* Files by name; "-" is standard input or output. */
NODISCARD FILE *stream_read(const char *path, struct error *error);
void stream_close_read(FILE *stream);

/* What is being written: a buffer that goes to the file now and then. */
struct sink {
    const char *path;
    FILE *stream;
    struct buffer buffer;
};

NODISCARD bool sink_open(const char *path, struct sink *sink_out, struct error *error);
/* Writes the buffer out when it is large. */
void sink_flow(struct sink *sink);
/* Writes the rest; false when any of it could not be written. */
NODISCARD bool sink_close(struct sink *sink, struct error *error);

#endif
