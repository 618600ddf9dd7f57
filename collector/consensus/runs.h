#ifndef ZHANJI_CONSENSUS_RUNS_H
#define ZHANJI_CONSENSUS_RUNS_H

#include "collector/consensus/path.h"

/*
 * Runs of stops with one known answer (posterior at least 0.6); an unknown stop between two of one
 * answer is passed over. They are found part by part of an item's stops and then joined, so that
 * what is found of a part can be kept as long as nothing in it changes.
 */
struct run_part {
    double peak;                    /* the largest posterior */
    uint32_t best_first, best_last; /* the first and last stop of the part that has it */
    uint32_t sure_first, sure_last; /* that has at least 0.98, if any has */
    uint32_t end;                   /* its last stop */
    int16_t answer;
    bool has_sure;
};

struct stop_at {
    uint32_t part, stop;
};

/* Between the last sure stop of a run and the first of the next lies the change: sure is a stop with
 * at least 0.98, or with the run's largest posterior. */
struct run {
    struct stop_at first, last, end;
    int answer;
    bool has_sure;
    double peak;
};

/* Of the stops first..end of a path, which are numbered from `first` on; returns how many, at most
 * end − first. */
size_t runs_list(const struct path *path, size_t first, size_t end, struct run_part *parts_out);
/* Joins what was found in the next part to `count` runs; returns how many these are then. */
size_t runs_join(struct run *runs, size_t count, uint32_t part, const struct run_part *found);

/* Where segments are read from. */
struct history_reader {
    void *context;
    /* A path with all stops between two and the last visit before them, borrowed until the next
     * call, and where in it these are. NULL: the item's very first, or very last. */
    struct path *(*open)(void *context, const struct stop_at *from, const struct stop_at *to,
                         size_t *from_out, size_t *to_out);
    struct stop_at last; /* the very last stop */
};

/* smoother_history, once the runs are known. */
void history_read(const struct history_reader *reader, const struct run *runs, size_t count,
                  struct segment *segments_out);

#endif
