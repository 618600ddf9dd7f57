#ifndef ZHANJI_MODERATION_BACKLOG_H
#define ZHANJI_MODERATION_BACKLOG_H

#include "collector/base/map.h"
#include "collector/publish/app.h"
#include "moderation/flags.h"

/*
 * What waits, in memory, in the order of its use: first what would change a station's published
 * status, then what looks wrong, the rest by age. Belongs to the desk's thread (moderation/
 * worker.h); read again only when something was received or decided since.
 */
enum {
    BACKLOG_MAX = 50000 /* reports kept; those that came later follow when these are decided */
};

enum backlog_rank {
    RANK_CHANGES, /* approving it would change the station's status */
    RANK_WRONG,   /* something looks wrong */
    RANK_REST,
    RANK_COUNT
};

struct backlog {
    struct waiting *items;
    size_t count;
    bool has_more; /* more wait than are kept */
    struct waiting **ordered;
    struct map *by_id;         /* uuid → index in items */
    uint64_t entries, waiting; /* what it was read at */
    bool is_read;
    struct view *view; /* what flags and effects were computed with */
    void **tokens;     /* by station: its published figures then */
    size_t looked_at;  /* items before this one are, with their stations */
};

/* What `order` sorts by, and what goes on after a mark. */
enum backlog_rank backlog_rank(const struct waiting *waiting);
int backlog_compare(const struct waiting *left, const struct waiting *right);

void backlog_finish(struct backlog *backlog);
/* Reads what has changed, and looks at stations for at most `budget_ms`. */
NODISCARD bool backlog_refresh(struct backlog *backlog, const struct app *app, int64_t budget_ms,
                               struct error *error);
/* Takes the view that is published now, when the backlog was read before. */
void backlog_follow(struct backlog *backlog, const struct app *app);
/* Looks at more stations; *done_out when there is nothing left to look at. */
NODISCARD bool backlog_look(struct backlog *backlog, const struct app *app, int64_t budget_ms,
                            bool *done_out, struct error *error);
/* NULL if it does not wait. */
const struct waiting *backlog_find(const struct backlog *backlog, const uint8_t uuid[UUID_SIZE]);
/* As it would be published. */
struct published_answer waiting_answer(const struct waiting *waiting);

#endif
