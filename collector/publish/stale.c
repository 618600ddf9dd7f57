/* What has to be looked at again. */
#include <string.h>

#include "collector/publish/work.h"

enum {
    FRESH_MAX = 100000 /* then whole stations are read again */
};

void stale_init(struct stale *stale, const struct survey *survey)
{
    *stale =
        (struct stale){.stations = memory_zeroed((size_t)survey->station_count + 1, sizeof(bool))};
}

void stale_finish(struct stale *stale)
{
    free(stale->stations);
    free(stale->fresh);
    *stale = (struct stale){0};
}

void stale_add(struct stale *stale, const struct published_change *changes, size_t count)
{
    stale->any = true;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].station < 0)
            continue;
        if (!changes[i].is_new || stale->fresh_count == FRESH_MAX) {
            stale->stations[changes[i].station] = true;
            continue;
        }
        if (stale->fresh_count == stale->fresh_capacity) {
            stale->fresh_capacity = stale->fresh_capacity * 2 + 16;
            stale->fresh =
                memory_resize_take(stale->fresh, stale->fresh_capacity, sizeof *stale->fresh);
        }
        stale->fresh[stale->fresh_count++] = changes[i];
    }
}

void stale_move(struct stale *from, struct stale *to, const struct survey *survey)
{
    size_t stations = (size_t)survey->station_count;
    for (size_t s = 0; s < stations; s++)
        to->stations[s] = to->stations[s] || from->stations[s];
    memset(from->stations, 0, stations * sizeof(bool));
    stale_add(to, from->fresh, from->fresh_count);
    from->fresh_count = 0;
}
