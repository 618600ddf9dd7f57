#include "moderation/backlog.h"

#include <string.h>
#include <time.h>

#include "collector/figures/preview.h"
#include "moderation/looking.h"

enum {
    PAGE = 2500 /* reports a store job: few jobs, and nobody waits long for the store */
};

static void clear_items(struct waiting *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(items[i].note);
    free(items);
}

static void drop_tokens(struct backlog *backlog)
{
    if (backlog->view == NULL)
        return;
    for (int s = 0; s < view_survey(backlog->view)->station_count; s++)
        preview_token_drop(backlog->tokens[s]);
    free(TAKE(backlog->tokens));
    view_drop(TAKE(backlog->view));
}

void backlog_finish(struct backlog *backlog)
{
    clear_items(backlog->items, backlog->count);
    free(backlog->ordered);
    map_destroy(backlog->by_id);
    drop_tokens(backlog);
    *backlog = (struct backlog){0};
}

enum backlog_rank backlog_rank(const struct waiting *waiting)
{
    if (waiting->has_effect && waiting->before != waiting->after)
        return RANK_CHANGES;
    return waiting->flags.set != 0 ? RANK_WRONG : RANK_REST;
}

int backlog_compare(const struct waiting *left, const struct waiting *right)
{
    int ranks = (int)backlog_rank(left) - (int)backlog_rank(right);

    if (ranks != 0)
        return ranks;
    if (left->arrived != right->arrived)
        return left->arrived < right->arrived ? -1 : 1;
    return memcmp(left->uuid, right->uuid, UUID_SIZE);
}

static int compare_pointers(const void *left, const void *right)
{
    const struct waiting *const *a = left;
    const struct waiting *const *b = right;

    return backlog_compare(*a, *b);
}

static void sort(struct backlog *backlog)
{
    qsort(backlog->ordered, backlog->count, sizeof *backlog->ordered, compare_pointers);
}

const struct waiting *backlog_find(const struct backlog *backlog, const uint8_t uuid[UUID_SIZE])
{
    uint64_t index;

    if (backlog->by_id == NULL || !map_get(backlog->by_id, uuid, UUID_SIZE, &index))
        return NULL;
    return &backlog->items[index];
}

struct published_answer waiting_answer(const struct waiting *waiting)
{
    struct published_answer answer = {
        .station = waiting->station,
        .visited = waiting->visited,
        .basis = waiting->basis,
        .reporter_number = waiting->reporter_number,
    };

    memcpy(answer.uuid, waiting->uuid, UUID_SIZE);
    memcpy(answer.answers, waiting->answers, sizeof answer.answers);
    return answer;
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

static bool read_again(struct backlog *backlog, const struct app *app, struct error *error)
{
    struct waiting *items = backlog->items;
    size_t count = backlog->count;
    bool is_current = false;

    if (!read_all(backlog, app, &is_current, error)) {
        if (backlog->items != items)
            clear_items(backlog->items, backlog->count);
        backlog->items = items;
        backlog->count = count;
        backlog->is_read = false;
        return false;
    }
    if (is_current)
        return true;
    index_items(backlog, app);
    carry_over(backlog, items, count);
    clear_items(items, count);
    backlog->is_read = true;
    backlog->looked_at = 0;
    return true;
}

/* A new view: what was found about the stations that it changed is found anew. */
void backlog_follow(struct backlog *backlog, const struct app *app)
{
    struct view *view = publisher_view(app->publisher);
    bool is_new_day = backlog->view == NULL || view_today(backlog->view) != view_today(view);
    auto_free bool *is_stale = memory_zeroed((size_t)app->survey->station_count + 1, sizeof(bool));

    if (backlog->tokens == NULL)
        backlog->tokens =
            memory_zeroed((size_t)app->survey->station_count + 1, sizeof *backlog->tokens);
    for (int s = 0; s < app->survey->station_count; s++) {
        void *token = preview_token_hold(view, s);
        is_stale[s] = is_new_day || token != backlog->tokens[s];
        preview_token_drop(backlog->tokens[s]);
        backlog->tokens[s] = token;
    }
    view_drop(backlog->view);
    backlog->view = view;
    for (size_t i = 0; i < backlog->count; i++)
        if (is_stale[backlog->items[i].station])
            looking_forget(&backlog->items[i]);
    backlog->looked_at = 0;
}

static int64_t milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

bool backlog_look(struct backlog *backlog, const struct app *app, int64_t budget_ms, bool *done_out,
                  struct error *error)
{
    int64_t until = milliseconds() + budget_ms;
    bool has_looked = false;

    while (backlog->looked_at < backlog->count && milliseconds() < until) {
        const struct waiting *next = &backlog->items[backlog->looked_at];
        if (!next->is_looked_at) {
            has_looked = true;
            if (!looking_station(backlog, app, next->station, error))
                return false;
        }
        backlog->looked_at++;
    }
    *done_out = backlog->looked_at == backlog->count;
    if (has_looked)
        sort(backlog);
    return true;
}

bool backlog_refresh(struct backlog *backlog, const struct app *app, int64_t budget_ms,
                     struct error *error)
{
    bool is_done;

    if (!read_again(backlog, app, error))
        return false;
    backlog_follow(backlog, app);
    if (!backlog_look(backlog, app, budget_ms, &is_done, error))
        return false;
    sort(backlog);
    return true;
}
