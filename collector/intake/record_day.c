/* Once a day, what arrived on the days that are over (trust §2). Arrivals move from staging to the
 * main table only, so reading them in this order misses none. */
#include <string.h>

#include "collector/intake/record_internal.h"

enum {
    PIECE = 4096,       /* reports a job */
    LATE_SECONDS = 600, /* what is under way at midnight is in by then */
};

struct gathering {
    struct store_job job;  /* the first member */
    int32_t after, before; /* days between these, both left out */
    struct arrival *arrivals;
    size_t count, capacity;
    struct arrival_cursor cursor;
    uint32_t last_count;
};

static void take(void *context, const struct arrival *arrival)
{
    struct gathering *gathering = context;
    if (arrival->day <= gathering->after || arrival->day >= gathering->before)
        return;
    if (gathering->count == gathering->capacity) {
        gathering->capacity = gathering->capacity * 2 + 256;
        gathering->arrivals = memory_resize_take(gathering->arrivals, gathering->capacity,
                                                 sizeof *gathering->arrivals);
    }
    gathering->arrivals[gathering->count++] = *arrival;
}

static bool run_waiting(struct session *session, struct store_job *job, struct error *error)
{
    struct gathering *gathering = (struct gathering *)job;
    return session_received_last(session, &gathering->after, error) &&
           session_arrivals_waiting(session, take, gathering, error);
}

static bool run_kept(struct session *session, struct store_job *job, struct error *error)
{
    struct gathering *gathering = (struct gathering *)job;
    return session_arrivals_kept(session, &gathering->cursor, PIECE, take, gathering,
                                 &gathering->last_count, error);
}

static int compare(const void *left, const void *right)
{
    const struct arrival *a = left;
    const struct arrival *b = right;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    return memcmp(a->content_hash, b->content_hash, sizeof a->content_hash);
}

static bool gather(struct store *store, struct gathering *gathering, struct error *error)
{
    gathering->job.run = run_waiting;
    if (!store_call(store, &gathering->job, error))
        return false;
    if (gathering->after != DAY_NONE && gathering->after + 1 >= gathering->before)
        return true;
    gathering->job.run = run_kept;
    do {
        gathering->job.error = (struct error){0};
        if (!store_call(store, &gathering->job, error))
            return false;
    } while (gathering->last_count == PIECE);
    if (gathering->count > 0)
        qsort(gathering->arrivals, gathering->count, sizeof *gathering->arrivals, compare);
    return true;
}

/* The hashes of a day, each once. Returns where the next day's begin. */
static size_t list_day(const struct gathering *gathering, size_t at, int32_t day,
                       uint8_t (*hashes)[SECRET_KEY_SIZE], size_t *count_out)
{
    size_t count = 0;
    for (; at < gathering->count && gathering->arrivals[at].day == day; at++) {
        const uint8_t *hash = gathering->arrivals[at].content_hash;
        if (count == 0 || memcmp(hashes[count - 1], hash, SECRET_KEY_SIZE) != 0)
            memcpy(hashes[count++], hash, SECRET_KEY_SIZE);
    }
    *count_out = count;
    return at;
}

/* Every day from the first on has a list, be it empty: a missing one would be seen. */
static bool run_lists(struct session *session, struct store_job *job, struct error *error)
{
    const struct gathering *gathering = (const struct gathering *)job;
    auto_free uint8_t(*hashes)[SECRET_KEY_SIZE] =
        memory_zeroed(gathering->count + 1, sizeof *hashes);
    size_t at = 0;
    int32_t day = gathering->after == DAY_NONE ? gathering->arrivals[0].day : gathering->after + 1;
    for (; day < gathering->before; day++) {
        size_t count;
        at = list_day(gathering, at, day, hashes, &count);
        if (!session_received_put(session, day, hashes[0], count, error))
            return false;
    }
    return true;
}

static bool write_lists(struct store *store, struct gathering *gathering, struct error *error)
{
    if (gathering->after == DAY_NONE && gathering->count == 0)
        return true;
    gathering->job.run = run_lists;
    return store_call(store, &gathering->job, error);
}

bool record_days(struct record *record, struct error *error)
{
    int64_t now = clock_now(&record->options.clock) - LATE_SECONDS;
    int32_t today = day_of_instant(now, record->options.survey->offset_seconds);
    if (record->refusal[0] != '\0' || today == record->day_looked_at)
        return true;
    struct gathering gathering = {.before = today};
    bool done = gather(record->options.store, &gathering, error) &&
                write_lists(record->options.store, &gathering, error);
    free(gathering.arrivals);
    if (done)
        record->day_looked_at = today;
    return done;
}
