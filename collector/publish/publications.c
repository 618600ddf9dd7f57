#include "collector/publish/publications.h"

#include "collector/publish/work.h"

struct reading_states {
    const struct survey *survey;
    int station;
    struct publications found;
    size_t capacity;
};

static void keep_state(void *context, const struct version_row *row)
{
    struct reading_states *reading = context;
    struct publications *found = &reading->found;
    struct status_change change = {.at = row->minor, .station = reading->station};
    if (row->length == 0 || !state_decode(reading->survey, row->body, row->length, &change))
        return;
    if (found->count == reading->capacity) {
        reading->capacity = reading->capacity == 0 ? 8 : reading->capacity * 2;
        found->at = memory_resize_take(found->at, reading->capacity, sizeof *found->at);
    }
    found->at[found->count++] = change;
}

static int newest_first(const void *left, const void *right)
{
    const struct status_change *a = left;
    const struct status_change *b = right;
    return (a->at < b->at) - (a->at > b->at);
}

void publications_finish(struct publications *publications)
{
    free(publications->at);
    *publications = (struct publications){0};
}

bool publications_read(const struct publisher *publisher, struct session *session, int station,
                       int64_t known_at, struct publications *publications_out, struct error *error)
{
    struct reading_states reading = {.survey = publisher->options.survey, .station = station};
    if (!session_versions(session, "state", publisher->numbering.stations[station], known_at,
                          keep_state, &reading, error)) {
        publications_finish(&reading.found);
        return false;
    }
    if (reading.found.count > 1)
        qsort(reading.found.at, reading.found.count, sizeof *reading.found.at, newest_first);
    *publications_out = reading.found;
    return true;
}
