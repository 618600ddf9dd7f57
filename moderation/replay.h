#ifndef ZHANJI_MODERATION_REPLAY_H
#define ZHANJI_MODERATION_REPLAY_H

#include "collector/base/map.h"
#include "moderation/mirror.h"

/*
 * The log read from its beginning as a story: who moderated when, and what became of each report.
 * What could not have happened so is a fault: an entry that is no canonical line, a decision
 * whose signature is wrong or whose key was not (or no longer) a moderator's, one about a version
 * or in a state it does not fit, a line that stands twice, a list that is not the one that was
 * digested.
 */
struct replayed_report {
    uint8_t uuid[UUID_SIZE];
    uint32_t version; /* the current one */
    uint8_t state;    /* 0 pending, 1 approved, 2 rejected, 3 withheld, 4 withdrawn */
    bool is_published;
    bool note_hidden;
    uint32_t published_version;
    uint64_t published_entry; /* number of the entry that published it */
    int64_t decided;          /* Unix seconds of the last decision */
    bool was_exported;        /* seen in an export */
};

struct replay {
    const struct mirror *mirror;
    void (*fault)(void *context, const char *text);
    void *context;
    char survey[64];        /* of the first entry; every other has the same */
    struct map *moderators; /* key → 1 active, 2 retired */
    struct map *reports;    /* id → index */
    struct map *lines;      /* SHA-256 of each moderator's line */
    struct replayed_report *items;
    size_t count, capacity;
    uint64_t entries, decisions, covered, moderators_added, lists, hashes, purged;
    int64_t at;        /* of the last entry */
    int32_t last_day;  /* of the `received` entries */
    char log_key[256]; /* of the last log-key entry; "" for none */
};

void replay_init(struct replay *replay, const struct mirror *mirror);
void replay_finish(struct replay *replay);
/* The next entry. Faults are told; it always goes on. */
void replay_entry(struct replay *replay, uint64_t number, const char *line, size_t length);
/* NULL if the log never speaks of it. */
struct replayed_report *replay_find(const struct replay *replay, const uint8_t uuid[UUID_SIZE]);

#endif
