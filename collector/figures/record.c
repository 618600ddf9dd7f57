/* A station's published reports for several readers. */
#include <string.h>

#include "collector/figures/observe.h"

struct record *record_create_take(struct observed *observed)
{
    struct record *record = memory_zeroed(1, sizeof *record);
    atomic_init(&record->references, 1);
    record->observed = *observed;
    *observed = (struct observed){0};
    return record;
}

struct record *record_hold(struct record *record)
{
    atomic_fetch_add_explicit(&record->references, 1, memory_order_relaxed);
    return record;
}

void record_drop(struct record *record)
{
    if (record == NULL ||
        atomic_fetch_sub_explicit(&record->references, 1, memory_order_acq_rel) > 1)
        return;
    observed_finish(&record->observed);
    free(record);
}

static struct record *record_copy(const struct record *record)
{
    const struct observed *from = &record->observed;
    struct observed copy = *from;
    copy.first = memory_copy(from->first, from->count, sizeof *from->first);
    copy.span = memory_copy(from->span, from->count, sizeof *from->span);
    copy.basis = memory_copy(from->basis, from->count, sizeof *from->basis);
    copy.reporter = memory_copy(from->reporter, from->count, sizeof *from->reporter);
    copy.answers = memory_copy(from->answers, from->count, from->packing.size);
    copy.reporters = memory_copy(from->reporters, from->reporter_count, sizeof *from->reporters);
    copy.capacity = from->count + 1;
    struct record *made = record_create_take(&copy);
    made->since = record->since;
    made->until = record->until;
    return made;
}

struct record *record_own_take(struct record *record)
{
    if (atomic_load_explicit(&record->references, memory_order_acquire) == 1)
        return record;
    struct record *copy = record_copy(record);
    record_drop(record);
    return copy;
}
