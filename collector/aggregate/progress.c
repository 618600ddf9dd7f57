#include "collector/aggregate/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    BAR = 40
};

void progress_start(struct progress *progress, const char *stage)
{
    *progress = (struct progress){stage, -1, isatty(STDERR_FILENO) == 1};
}

void progress_show(struct progress *progress, size_t done, size_t all)
{
    static const char full[] = "########################################";
    if (!progress->terminal || all == 0)
        return;
    double share = done < all ? (double)done / (double)all : 1;
    int percent = (int)(share * 100);
    if (percent == progress->shown)
        return;
    progress->shown = percent;
    fprintf(stderr, "\r%-12s [%-*.*s] %3d %%", progress->stage, BAR, (int)(share * BAR), full,
            percent);
}

void progress_end(struct progress *progress)
{
    if (progress->terminal && progress->shown >= 0)
        fputs("\r\033[K", stderr);
}
