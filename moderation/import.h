#ifndef ZHANJI_MODERATION_IMPORT_H
#define ZHANJI_MODERATION_IMPORT_H

#include "collector/base/csv.h"
#include "collector/base/map.h"
#include "moderation/wording.h"

/*
 * A file of reports as lines for POST /api/v1/reports/batch. A report without an id gets one made
 * of its content and of how many like it came before in the file (RFC 9562 version 8), so that
 * importing a file again finds the same reports. An export of a server (export/reports.ndjson, as
 * a mirror of the log holds it) is taken as the reports that it publishes.
 */
struct import {
    char *bytes; /* the whole file */
    size_t length;
    size_t at;          /* NDJSON: what was read */
    size_t line_number; /* NDJSON: lines read */
    bool is_export;     /* NDJSON with the header of an export */
    struct csv *csv;    /* NULL for NDJSON */
    const struct wording *wording;
    struct map *seen; /* content → how many */
};

/* By the ending of the name: .ndjson or .csv. The columns of a CSV are checked at once. */
NODISCARD bool import_open(const char *path, const struct wording *wording,
                           struct import *import_out, struct error *error);
void import_close(struct import *import);
/* Appends one report as one line of JSON without its newline; *line_out is its line in the file.
 * 1, or 0 at the end, or -1 with error. A line that is no JSON is passed on as it is: the server
 * says what is wrong with it. */
int import_next(struct import *import, struct buffer *json, size_t *line_out, struct error *error);
/* Bytes read so far. */
size_t import_position(const struct import *import);

#endif
