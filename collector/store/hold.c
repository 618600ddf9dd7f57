#include "collector/store/hold.h"

#include <stdatomic.h>
#include <string.h>

#include "collector/store/internal.h"

enum {
    KEPT_MAX = 20000 /* reports; about 20 MB at worst */
};

/* A report as it was, with texts of its own. */
struct kept {
    struct stored_report report;
    char *visited_text, *note;
};

struct hold {
    struct hold *next;
    atomic_int references; /* the session's, and the reader's until hold_release */
    uint64_t entries;      /* of the log at its moment: what a later one decided is not in it */
    char *after;           /* the mark of the next page; NULL: the first */
    uint8_t last[UUID_SIZE];
    bool has_begun; /* `last` is the id up to which all has been read */
    bool has_lost;
    struct kept **kept; /* in id order; those before `first` have been read */
    size_t first, count;
};

static void kept_destroy(struct kept *kept)
{
    if (kept == NULL)
        return;
    free(kept->visited_text);
    free(kept->note);
    free(kept);
}

static void hold_unreference(struct hold *hold)
{
    if (atomic_fetch_sub(&hold->references, 1) > 1)
        return;
    for (size_t i = 0; i < hold->count; i++)
        kept_destroy(hold->kept[i]);
    free(hold->kept);
    free(hold->after);
    free(hold);
}

void hold_release(struct hold *hold)
{
    if (hold != NULL)
        hold_unreference(hold);
}

void holds_finish(struct session *session)
{
    while (session->holds != NULL) {
        struct hold *hold = session->holds;
        session->holds = hold->next;
        hold_unreference(hold);
    }
}

/* Those that nobody reads any more. */
static void drop_released(struct session *session)
{
    struct hold **place = &session->holds;
    while (*place != NULL) {
        struct hold *hold = *place;
        if (atomic_load(&hold->references) > 1) {
            place = &hold->next;
            continue;
        }
        *place = hold->next;
        hold_unreference(hold);
    }
}

struct hold *session_hold(struct session *session)
{
    struct hold *hold = memory_zeroed(1, sizeof *hold);
    drop_released(session);
    atomic_init(&hold->references, 2);
    hold->entries = session->entry_next;
    hold->next = session->holds;
    session->holds = hold;
    return hold;
}

static char *copy_text(const char *text)
{
    return text == NULL ? NULL : memory_text(text);
}

static struct kept *kept_create(const struct stored_report *report)
{
    struct kept *kept = memory_zeroed(1, sizeof *kept);
    kept->report = *report;
    kept->report.visited_text = kept->visited_text = copy_text(report->visited_text);
    kept->report.note = kept->note = copy_text(report->note);
    kept->report.sealed_note = NULL; /* what is published has none */
    kept->report.sealed_length = 0;
    kept->report.reason_note = NULL;
    return kept;
}

/* Where it is, or where it would stand. */
static size_t find(const struct hold *hold, const uint8_t uuid[UUID_SIZE], bool *found_out)
{
    size_t low = hold->first;
    size_t high = hold->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(hold->kept[middle]->report.uuid, uuid, UUID_SIZE) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found_out = low < hold->count && memcmp(hold->kept[low]->report.uuid, uuid, UUID_SIZE) == 0;
    return low;
}

static bool is_read(const struct hold *hold, const uint8_t uuid[UUID_SIZE])
{
    return hold->has_begun && memcmp(uuid, hold->last, UUID_SIZE) <= 0;
}

static bool is_of(const struct hold *hold, const struct stored_report *report)
{
    return report->entry <= hold->entries; /* it counts from 1 */
}

static void keep(struct hold *hold, const struct stored_report *report)
{
    bool found;
    size_t place = find(hold, report->uuid, &found);
    if (found || is_read(hold, report->uuid) || !is_of(hold, report))
        return;
    if (hold->count == KEPT_MAX) {
        hold->has_lost = true;
        return;
    }
    hold->kept = memory_resize_take(hold->kept, hold->count + 1, sizeof(struct kept *));
    memmove(&hold->kept[place + 1], &hold->kept[place],
            (hold->count - place) * sizeof(struct kept *));
    hold->kept[place] = kept_create(report);
    hold->count++;
}

bool holds_keep(struct session *session, const uint8_t uuid[UUID_SIZE], struct error *error)
{
    struct stored_report report;
    bool found;
    drop_released(session);
    if (session->holds == NULL)
        return true;
    if (!session_get_published(session, uuid, &report, &found, error))
        return false;
    for (struct hold *hold = session->holds; found && hold != NULL; hold = hold->next)
        keep(hold, &report);
    return true;
}

/* A page on its way to the reader. */
struct delivery {
    struct hold *hold;
    void (*each)(void *context, const struct stored_report *report);
    void *context;
};

static void give_kept(const struct delivery *delivery, const uint8_t *until, bool *same_out)
{
    struct hold *hold = delivery->hold;
    *same_out = false;
    for (; hold->first < hold->count; hold->first++) {
        struct kept **kept = &hold->kept[hold->first];
        int order = until == NULL ? -1 : memcmp((*kept)->report.uuid, until, UUID_SIZE);
        if (order > 0)
            return;
        *same_out = order == 0;
        delivery->each(delivery->context, &(*kept)->report);
        kept_destroy(TAKE(*kept));
    }
}

/* What was kept comes in its place; what is new is not of this hold. */
static void give(void *context, const struct stored_report *report)
{
    const struct delivery *delivery = context;
    struct hold *hold = delivery->hold;
    bool is_given;
    give_kept(delivery, report->uuid, &is_given);
    if (!is_given && is_of(hold, report))
        delivery->each(delivery->context, report);
    memcpy(hold->last, report->uuid, UUID_SIZE);
    hold->has_begun = true;
}

/* NOLINTNEXTLINE(readability-function-size): one question, asked whole. */
bool session_hold_page(struct session *session, struct hold *hold, uint32_t limit,
                       void (*each)(void *context, const struct stored_report *report),
                       void *context, bool *more_out, bool *lost_out, struct error *error)
{
    struct delivery delivery = {hold, each, context};
    const struct report_filter filter = {
        .station = -1, .published = true, .order = ORDER_ID, .limit = limit, .after = hold->after};
    char *next = NULL;
    bool is_bad_after;
    if (!session_page(session, &filter, give, &delivery, &next, &is_bad_after, error))
        return false;
    free(hold->after);
    hold->after = next;
    if (next == NULL)
        give_kept(&delivery, NULL, &is_bad_after);
    *more_out = next != NULL;
    *lost_out = hold->has_lost;
    return true;
}
