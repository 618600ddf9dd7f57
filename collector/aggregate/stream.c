#include "collector/aggregate/stream.h"

#include <errno.h>
#include <string.h>

enum {
    SINK_SIZE = 1 << 18
};

FILE *stream_read(const char *path, struct error *error)
{
    if (strcmp(path, "-") == 0)
        return stdin;
    FILE *stream = fopen(path, "re");
    if (!stream)
        error_set(error, ERROR_NOT_FOUND, "%s: %s", path, strerrordesc_np(errno));
    return stream;
}

void stream_close_read(FILE *stream)
{
    if (stream && stream != stdin)
        fclose(stream);
}

bool sink_open(const char *path, struct sink *sink_out, struct error *error)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (!stream)
        return error_set(error, ERROR_INVALID, "%s: %s", path, strerrordesc_np(errno));
    *sink_out = (struct sink){.path = path, .stream = stream};
    return true;
}

static void pour(struct sink *sink)
{
    fwrite(sink->buffer.data, 1, sink->buffer.length, sink->stream);
    buffer_clear(&sink->buffer);
}

void sink_flow(struct sink *sink)
{
    if (sink->buffer.length >= SINK_SIZE)
        pour(sink);
}

bool sink_close(struct sink *sink, struct error *error)
{
    if (sink->buffer.length > 0)
        pour(sink);
    bool failed = fflush(sink->stream) != 0 || ferror(sink->stream);
    int reason = errno;
    if (sink->stream != stdout && fclose(sink->stream) != 0) {
        failed = true;
        reason = errno;
    }
    buffer_finish(&sink->buffer);
    return !failed ||
           error_set(error, ERROR_INTERNAL, "%s: %s", sink->path, strerrordesc_np(reason));
}
