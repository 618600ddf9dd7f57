/* Approving what was imported. */
#include "moderation/commands/import_approve.h"

#include <string.h>

enum {
    ROOM_FIRST = 2000
};

void waiting_reports_finish(struct waiting_reports *waiting)
{
    free(waiting->items);
    *waiting = (struct waiting_reports){0};
}

/* What is new has version 1, and so has nearly everything else. */
void waiting_reports_add(struct waiting_reports *waiting, const char *id)
{
    struct decided item = {.version = 1};

    if (strlen(id) >= sizeof item.id)
        return;
    memcpy(item.id, id, strlen(id) + 1);
    if (waiting->count == waiting->room) {
        waiting->room = 2 * waiting->room + ROOM_FIRST;
        waiting->items = memory_resize_take(waiting->items, waiting->room, sizeof *waiting->items);
    }
    waiting->items[waiting->count++] = item;
}

static void show_progress(void *context, size_t done, size_t total)
{
    terminal_progress(context, "approving", done, total, done);
}

/* The reporter may have amended what was there before: the server says which version it is. */
static bool find_amended(struct waiting_reports *waiting, struct tool *tool, struct error *error)
{
    for (size_t i = 0; i < waiting->count; i++) {
        struct decided *item = &waiting->items[i];
        struct decided found;
        if (item->status != 409)
            continue;
        if (!deciding_find(&tool->client, item->id, &found, error))
            return false;
        if (found.status == 0 && found.version != item->version)
            *item = found;
    }
    return true;
}

static uint64_t count_approved(const struct waiting_reports *waiting)
{
    uint64_t approved = 0;

    for (size_t i = 0; i < waiting->count; i++) {
        const struct decided *item = &waiting->items[i];
        if (item->ok)
            approved++;
        else
            terminal_complain("%s: %s (%u)", item->id, item->error, item->status);
    }
    return approved;
}

bool waiting_reports_approve(struct waiting_reports *waiting, struct tool *tool,
                             const struct wording *wording, uint64_t *approved_out,
                             struct error *error)
{
    static const struct verdict verdict = {.act = ACT_APPROVE, .reason = "ok", .note = ""};
    struct deciding deciding = {
        .client = &tool->client,
        .key = &tool->key,
        .survey = wording_survey_id(wording),
        .progress = show_progress,
        .context = &tool->terminal,
    };

    if (!deciding_send(&deciding, &verdict, waiting->items, waiting->count, error) ||
        !find_amended(waiting, tool, error))
        return false;
    deciding.progress = NULL;
    if (!deciding_send(&deciding, &verdict, waiting->items, waiting->count, error))
        return false;
    *approved_out = count_approved(waiting);
    return true;
}
