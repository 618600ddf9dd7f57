#ifndef ZHANJI_BASE_FILE_H
#define ZHANJI_BASE_FILE_H

#include "collector/base/buffer.h"
#include "collector/base/error.h"

/* Appends the whole file, at most `limit` bytes (else ERROR_TOO_LARGE). "-" is not special. */
NODISCARD bool file_read(const char *path, size_t limit, struct buffer *buffer,
                         struct error *error);
/* Writes to a new file beside it, fsyncs, renames over it, fsyncs the folder. */
NODISCARD bool file_replace(const char *path, const void *bytes, size_t length, unsigned mode,
                            struct error *error);

/* A file that was built into the program. */
struct embedded_file {
    const char *path; /* "stations/lines.csv" */
    const char *data; /* NUL-terminated */
    size_t length;
};

/* Where declarations come from: files built in, or a folder that overrides them all. */
struct source {
    const char *directory; /* NULL: built in */
    const struct embedded_file *files;
    size_t count;
};

NODISCARD bool source_read(const struct source *source, const char *path, struct buffer *buffer,
                           struct error *error);

/* Paths below `folder` ("sql"), sorted; freed with source_list_finish. */
struct source_list {
    char **paths;
    size_t count;
};

NODISCARD bool source_list(const struct source *source, const char *folder,
                           struct source_list *list_out, struct error *error);
void source_list_finish(struct source_list *list);

#endif
