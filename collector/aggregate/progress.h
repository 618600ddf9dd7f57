#ifndef ZHANJI_AGGREGATE_PROGRESS_H
#define ZHANJI_AGGREGATE_PROGRESS_H

#include "collector/base/memory.h"

/* A bar on standard error, if that is a terminal; else nothing. */
struct progress {
    const char *stage;
    int shown; /* per cent, -1 before the first */
    bool terminal;
};

void progress_start(struct progress *progress, const char *stage);
/* `done` of `all`; all 0: not known. */
void progress_show(struct progress *progress, size_t done, size_t all);
void progress_end(struct progress *progress);

#endif
