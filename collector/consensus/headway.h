#ifndef ZHANJI_CONSENSUS_HEADWAY_H
#define ZHANJI_CONSENSUS_HEADWAY_H

#include <stdbool.h>
#include <stddef.h>

/* How far long work is: from 0 to 1, of which a part of the work tells its part. */
struct headway {
    bool (*tell)(void *context, double share); /* false: the work is to be given up; stays so */
    void *context;
    double from, part;
};

/* `share` is of this part. NULL is told nothing, and goes on. */
static inline bool headway_tell(const struct headway *headway, double share)
{
    return !headway || headway->tell(headway->context, headway->from + headway->part * share);
}

/* One of `count` equal parts. */
static inline struct headway headway_part(const struct headway *whole, size_t number, size_t count)
{
    struct headway part = *whole;
    part.part = whole->part / (double)count;
    part.from = whole->from + (double)number * part.part;
    return part;
}

#endif
