#include "moderation/backlog_read.h"

#include <string.h>
#include <time.h>

#include "collector/figures/preview.h"
#include "moderation/looking.h"

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
    backlog_clear(backlog->items, backlog->count);
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

    if (!backlog_read(backlog, app, error))
        return false;
    backlog_follow(backlog, app);
    if (!backlog_look(backlog, app, budget_ms, &is_done, error))
        return false;
    sort(backlog);
    return true;
}
