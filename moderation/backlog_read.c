/* Reading what waits, when anything has changed. */
#include "moderation/backlog_read.h"

#include <string.h>

#include "moderation/looking.h"

enum {
    PAGE = 2500 /* reports a store job: few jobs, and nobody waits long for the store */
};

void backlog_clear(struct waiting *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(items[i].note);
    free(items);
}

struct read_job {
    struct store_job job; /* the first member */
    struct backlog *backlog;
    size_t capacity;
    char *after;
    bool is_first;
    bool is_current; /* nothing has changed since */
    uint32_t *pending;
};

/* A reporter who was never decided on is nobody yet to the figures, but one and the same. */
static uint32_t number_of(const struct stored_report *report)
{
    if (!report->has_reporter || report->reporter_number != UINT32_MAX)
        return report->reporter_number;
    uint32_t number;
    memcpy(&number, report->reporter, sizeof number);
    return number | UINT32_C(0x80000000);
}

static void add_waiting(void *context, const struct stored_report *report)
{
    struct read_job *read = context;
    struct backlog *backlog = read->backlog;
    struct waiting *waiting;

    if (report->station < 0 || backlog->count >= BACKLOG_MAX)
        return;
    if (backlog->count == read->capacity) {
        read->capacity = read->capacity < PAGE ? PAGE : read->capacity * 2;
        backlog->items = memory_resize_take(backlog->items, read->capacity, sizeof *backlog->items);
    }
    waiting = &backlog->items[backlog->count++];
    *waiting = (struct waiting){
        .version = report->version,
        .station = report->station,
        .visited = report->visited,
        .basis = report->basis,
        .has_reporter = report->has_reporter,
        .reporter_number = number_of(report),
        .note = memory_text(report->note),
        .arrived = report->arrived,
    };
    memcpy(waiting->uuid, report->uuid, UUID_SIZE);
    memcpy(waiting->answers, report->answers, sizeof waiting->answers);
    memcpy(waiting->reporter, report->reporter, sizeof waiting->reporter);
}

/* Every change of what waits is a report more, or an entry more: the two numbers are the same only
 * if nothing has changed. */
static bool check_current(struct session *session, struct read_job *read, struct error *error)
{
    struct report_counts counts = {.pending = read->pending};
    struct backlog *backlog = read->backlog;
    uint64_t entries;

    if (!session_counts(session, INT64_MAX, &counts, error) ||
        !session_entry_count(session, &entries, error))
        return false;
    read->is_current =
        backlog->is_read && entries == backlog->entries && counts.pending_all == backlog->waiting;
    backlog->entries = entries;
    backlog->waiting = counts.pending_all;
    return true;
}

static bool run_read(struct session *session, struct store_job *job, struct error *error)
{
    struct read_job *read = (struct read_job *)job;
    struct report_filter filter = {
        .station = -1, .order = ORDER_OLDEST_ARRIVAL, .limit = PAGE, .after = read->after};
    char *next = NULL;
    bool is_bad;

    if (read->is_first) {
        if (!check_current(session, read, error) || read->is_current)
            return read->is_current;
        read->is_first = false;
        read->backlog->items = NULL;
        read->backlog->count = 0;
    }
    if (!session_page(session, &filter, add_waiting, read, &next, &is_bad, error))
        return false;
    free(read->after);
    read->after = next;
    return true;
}

static bool read_all(struct backlog *backlog, const struct app *app, bool *is_current_out,
                     struct error *error)
{
    struct read_job read = {.job.run = run_read, .backlog = backlog, .is_first = true};
    bool is_read;

    read.pending = memory_zeroed((size_t)app->survey->station_count + 1, sizeof *read.pending);
    do {
        is_read = store_call(app->store, &read.job, error);
    } while (is_read && !read.is_current && read.after != NULL && backlog->count < BACKLOG_MAX);
    backlog->has_more = read.after != NULL;
    *is_current_out = read.is_current;
    free(read.after);
    free(read.pending);
    return is_read;
}

static void index_items(struct backlog *backlog, const struct app *app)
{
    map_destroy(backlog->by_id);
    free(backlog->ordered);
    backlog->by_id = map_create();
    backlog->ordered = memory_zeroed(backlog->count + 1, sizeof(struct waiting *));
    for (size_t i = 0; i < backlog->count; i++) {
        struct waiting *waiting = &backlog->items[i];
        backlog->ordered[i] = waiting;
        map_put(backlog->by_id, waiting->uuid, UUID_SIZE, i);
        flags_of_note(waiting->note, &waiting->flags);
        flags_of_date(app->survey, waiting, &waiting->flags);
    }
    flags_compare(backlog->ordered, backlog->count);
}

/* What was found about a report holds on while its station's figures do. */
static void carry_over(struct backlog *backlog, const struct waiting *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t index;
        if (!items[i].is_looked_at || !map_get(backlog->by_id, items[i].uuid, UUID_SIZE, &index) ||
            backlog->items[index].version != items[i].version)
            continue;
        looking_carry(&items[i], &backlog->items[index]);
    }
}

bool backlog_read(struct backlog *backlog, const struct app *app, struct error *error)
{
    struct waiting *items = backlog->items;
    size_t count = backlog->count;
    bool is_current = false;

    if (!read_all(backlog, app, &is_current, error)) {
        if (backlog->items != items)
            backlog_clear(backlog->items, backlog->count);
        backlog->items = items;
        backlog->count = count;
        backlog->is_read = false;
        return false;
    }
    if (is_current)
        return true;
    index_items(backlog, app);
    carry_over(backlog, items, count);
    backlog_clear(items, count);
    backlog->is_read = true;
    backlog->looked_at = 0;
    return true;
}
