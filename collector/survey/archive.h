#ifndef ZHANJI_SURVEY_ARCHIVE_H
#define ZHANJI_SURVEY_ARCHIVE_H

#include "collector/survey/report.h"

/* The reports that a survey begins with (schema/archive/ *.ndjson): every line a report that
 * passes every check, has an id of its own and no private note, for the files are public. */
struct archive {
    struct report *reports; /* in the order of files and lines */
    int count;
};

/* Reads and checks them all. `now` is Unix seconds. A fault is told with its place:
 * "archive/reports.ndjson:3: /visited: bad_date: …". On false nothing is written. */
NODISCARD bool archive_load(const struct survey *survey, const struct source *source, int64_t now,
                            struct archive *archive_out, struct error *error);
void archive_finish(struct archive *archive);

#endif
