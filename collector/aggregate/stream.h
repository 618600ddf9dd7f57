#ifndef ZHANJI_AGGREGATE_STREAM_H
#define ZHANJI_AGGREGATE_STREAM_H

#include <stdio.h>

#include "collector/base/buffer.h"
#include "collector/base/error.h"

/* Files by name; "-" is standard input or output. */
NODISCARD FILE *stream_read(const char *path, struct error *error);
void stream_close_read(FILE *stream);

/* What is being written: a buffer that goes to the file now and then. A file gets its name only
 * when it is whole, so that a run that is refused or killed leaves what was there before; devices
 * and pipes are written as they are. */
struct sink {
    const char *path;
    FILE *stream;
    char *target; /* the name that the file will get, links followed; NULL: it has it */
    struct buffer buffer;
};

NODISCARD bool sink_open(const char *path, struct sink *sink_out, struct error *error);
/* Writes the buffer out when it is large. */
void sink_flow(struct sink *sink);
/* Writes the rest, and puts the file in its place; false when any of it could not be written. */
NODISCARD bool sink_close(struct sink *sink, struct error *error);
/* Gives up what was written. */
void sink_drop(struct sink *sink);

#endif
