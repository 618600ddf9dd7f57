#ifndef ZHANJI_MODERATION_REPLAY_INTERNAL_H
#define ZHANJI_MODERATION_REPLAY_INTERNAL_H

#include "collector/base/day.h"
#include "collector/log/entry.h"
#include "moderation/replay.h"

enum {
    REPLAY_LIST_MAX = 1 << 30 /* bytes */
};

enum replay_state {
    PENDING,
    APPROVED,
    REJECTED,
    WITHHELD,
    WITHDRAWN
};

const char *replay_state_name(enum replay_state state); /* "waiting", … */
/* Tells a fault of entry `number`. */
void replay_fault(const struct replay *replay, uint64_t number, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* replay_lists.c */
void replay_received(struct replay *replay, uint64_t number, const struct entry *entry);
void replay_purge(struct replay *replay, uint64_t number, const struct entry *entry);

#endif
