#include <string.h>

#include "collector/survey/names.h"

/* How well a name answers what was typed; lower is better. */
enum rank {
    RANK_EXACT,
    RANK_PREFIX,
    RANK_PART,
    RANK_NONE
};

static enum rank rank_of(const struct search_name *name, const char *typed, size_t length)
{
    if (length > name->length)
        return RANK_NONE;
    if (memcmp(name->text, typed, length) == 0)
        return length == name->length ? RANK_EXACT : RANK_PREFIX;
    if (name->initials || memmem(name->text, name->length, typed, length) == NULL)
        return RANK_NONE;
    return RANK_PART;
}

static int in_order(const struct survey *survey, const uint8_t *ranks, int *order_out)
{
    int count = 0;
    for (int rank = RANK_EXACT; rank < RANK_NONE; rank++)
        for (int i = 0; i < survey->station_count; i++)
            if (ranks[i] == rank)
                order_out[count++] = i;
    return count;
}

static int search(const struct survey *survey, const char *typed, size_t length, int *order_out)
{
    size_t stations = (size_t)survey->station_count;
    auto_free uint8_t *ranks = memory_alloc(stations);
    memset(ranks, RANK_NONE, stations);
    for (size_t i = 0; i < survey->index->search_count; i++) {
        const struct search_name *name = &survey->index->search[i];
        enum rank rank = rank_of(name, typed, length);
        if (rank < ranks[name->station])
            ranks[name->station] = (uint8_t)rank;
    }
    return in_order(survey, ranks, order_out);
}

int survey_search(const struct survey *survey, const char *text, size_t length, int *order_out)
{
    char typed[NAME_BYTES_MAX];
    size_t typed_length = name_fold(text, length, typed);
    if (typed_length == SIZE_MAX)
        return 0;
    if (typed_length > 0) {
        int count = search(survey, typed, typed_length, order_out);
        size_t stripped = name_strip(typed, typed_length);
        return count > 0 || stripped == typed_length ? count
                                                     : search(survey, typed, stripped, order_out);
    }
    for (int i = 0; i < survey->station_count; i++)
        order_out[i] = i;
    return survey->station_count;
}
