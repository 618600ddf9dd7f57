/* Writing the versions of a large publication after it is shown. */
#include <string.h>

#include "collector/publish/work.h"

enum {
    RETRY_MS = 1000
};

void owing_init(struct owing *owing, const struct survey *survey)
{
    owing->stations = memory_zeroed((size_t)survey->station_count + 1, sizeof(bool));
}

void owing_add(struct owing *owing, const bool *stations, const struct survey *survey, int64_t at)
{
    for (int s = 0; s < survey->station_count; s++) {
        if (!stations[s])
            continue;
        owing->left += !owing->stations[s];
        owing->stations[s] = true;
        owing->at = at;
    }
}

/* As many stations as make a small job; what is there already is not written again. */
static int gather(struct publisher *publisher, struct batch *batch, bool *taken)
{
    int count = 0;
    const struct view *view = publisher->view; /* swapped by this thread alone */
    for (int s = 0; s < publisher->options.survey->station_count; s++) {
        if (!publisher->owing.stations[s] || batch->bodies.length > BATCH_BYTES)
            continue;
        batch_add_place(batch, &publisher->numbering, NULL, view->parts.leaves[s].sheet->place);
        taken[s] = true;
        count++;
    }
    return count;
}

void owing_pay_some(struct publisher *publisher)
{
    struct owing *owing = &publisher->owing;
    size_t stations = (size_t)publisher->options.survey->station_count;
    if (owing->left == 0 || monotonic_ms() < owing->not_before)
        return;
    struct batch batch = {0};
    struct error error = {0};
    auto_free bool *taken = memory_zeroed(stations + 1, sizeof *taken);
    int count = gather(publisher, &batch, taken);
    const struct publication made = {.batch = &batch,
                                     .at = owing->at,
                                     .entries = publisher->entries,
                                     .owes = owing->left > count};
    if (save_batch(publisher, &made, &error)) {
        owing->left -= count;
        for (size_t s = 0; s < stations; s++)
            owing->stations[s] = owing->stations[s] && !taken[s];
    } else {
        owing->not_before = monotonic_ms() + RETRY_MS;
        atomic_fetch_add(&publisher->counters.failures, 1);
    }
    batch_finish(&batch);
}

void owing_pay(struct publisher *publisher)
{
    int left = 0;
    do {
        left = publisher->owing.left;
        owing_pay_some(publisher);
    } while (publisher->owing.left > 0 && publisher->owing.left < left);
}

static int32_t day_at(const struct publisher *publisher, int64_t at)
{
    return day_of_instant(at, publisher->options.survey->offset_seconds);
}

bool owing_pay_other_day(struct publisher *publisher, int64_t at, struct error *error)
{
    const struct owing *owing = &publisher->owing;
    if (owing->left == 0 || day_at(publisher, owing->at) == day_at(publisher, at))
        return true;
    owing_pay(publisher);
    return owing->left == 0 ||
           error_set(error, ERROR_BUSY, "what was published on another day is not yet written");
}
