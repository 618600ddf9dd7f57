#include "collector/aggregate/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/memory.h"

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

static const char *path_shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard output" : path;
}

/* "-", or another name of the same file: /dev/stdout, or what it was redirected to. */
static bool is_standard_output(const char *path)
{
    struct stat there;
    struct stat standard;
    return strcmp(path, "-") == 0 ||
           (stat(path, &there) == 0 && fstat(STDOUT_FILENO, &standard) == 0 &&
            there.st_dev == standard.st_dev && there.st_ino == standard.st_ino);
}

/* A file without a name in the folder where it will be; false if the path is a device or a pipe,
 * or if the folder can't hold one. */
static bool draft_open(const char *path, struct sink *sink)
{
    struct stat there;
    bool exists = stat(path, &there) == 0;
    if (exists && !S_ISREG(there.st_mode))
        return false;
    auto_free char *target = exists ? realpath(path, NULL) : memory_text(path);
    if (!target || (exists && access(target, W_OK) != 0))
        return false;
    const char *slash = strrchr(target, '/');
    auto_free char *folder = slash ? memory_slice(target, (size_t)(slash - target) + 1) : NULL;
    int descriptor = open(folder ? folder : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (descriptor < 0)
        return false;
    if (exists)
        (void)fchmod(descriptor, there.st_mode & 0777);
    sink->stream = fdopen(descriptor, "w");
    sink->target = TAKE(target);
    return sink->stream;
}

/* Names the draft, beside the file first: only renaming replaces what is there at once. */
static bool draft_place(const struct sink *sink)
{
    auto_buffer struct buffer draft = {0};
    auto_buffer struct buffer named = {0};
    buffer_format(&draft, "/proc/self/fd/%d", fileno(sink->stream));
    buffer_format(&named, "%s.%d", sink->target, (int)getpid());
    (void)unlink(named.data);
    if (linkat(AT_FDCWD, draft.data, AT_FDCWD, named.data, AT_SYMLINK_FOLLOW) != 0)
        return false;
    if (rename(named.data, sink->target) == 0)
        return true;
    int reason = errno;
    (void)unlink(named.data);
    errno = reason;
    return false;
}

bool sink_open(const char *path, struct sink *sink_out, struct error *error)
{
    struct sink sink = {.path = path_shown(path)};
    if (is_standard_output(path))
        sink.stream = stdout;
    else if (!draft_open(path, &sink))
        sink.stream = fopen(path, "we");
    if (!sink.stream)
        return error_set(error, ERROR_INVALID, "%s: %s", path, strerrordesc_np(errno));
    *sink_out = sink;
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

static void sink_finish(struct sink *sink)
{
    free(TAKE(sink->target));
    buffer_finish(&sink->buffer);
}

bool sink_close(struct sink *sink, struct error *error)
{
    if (sink->buffer.length > 0)
        pour(sink);
    bool failed =
        fflush(sink->stream) != 0 || ferror(sink->stream) || (sink->target && !draft_place(sink));
    int reason = errno;
    if (sink->stream != stdout && fclose(sink->stream) != 0) {
        failed = true;
        reason = errno;
    }
    sink_finish(sink);
    return !failed ||
           error_set(error, ERROR_INTERNAL, "%s: %s", sink->path, strerrordesc_np(reason));
}

void sink_drop(struct sink *sink)
{
    if (sink->stream != stdout)
        fclose(sink->stream);
    sink_finish(sink);
}
