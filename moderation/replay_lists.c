/* Entries of the server about lists: what arrived on a day, what was purged. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "moderation/replay_internal.h"

/* Lines of hex in order of value, each once. */
static bool count_hashes(const struct buffer *list, uint64_t *count_out)
{
    enum {
        LINE = 2 * SECRET_KEY_SIZE + 1
    };

    const char *before = "";

    *count_out = list->length / LINE;
    for (const char *at = list->data; *at != '\0'; at += LINE) {
        uint8_t hash[SECRET_KEY_SIZE];
        if (strnlen(at, LINE) != LINE || at[LINE - 1] != '\n' ||
            !hex_parse(at, LINE - 1, hash, sizeof hash) || strncmp(before, at, LINE - 1) >= 0)
            return false;
        before = at;
    }
    return strlen(list->data) == list->length;
}

static void check_day(struct replay *replay, uint64_t number, const struct entry *entry)
{
    int32_t day;

    if (!day_parse(entry->subject, strlen(entry->subject), &day)) {
        replay_fault(replay, number, "it is of no day");
        return;
    }
    if (replay->last_day != DAY_NONE && day != replay->last_day + 1)
        replay_fault(replay, number, "the list of %s does not follow the day before",
                     entry->subject);
    replay->last_day = day;
}

void replay_received(struct replay *replay, uint64_t number, const struct entry *entry)
{
    auto_buffer struct buffer list = {0};
    struct error error = {0};
    uint8_t digest[SECRET_KEY_SIZE];
    char path[300];
    uint64_t count;

    check_day(replay, number, entry);
    snprintf(path, sizeof path, "received/%s", entry->subject);
    if (strchr(entry->subject, '/') != NULL ||
        !mirror_read(replay->mirror->folder, path, REPLAY_LIST_MAX, &list, &error)) {
        replay_fault(replay, number, "%s is missing", path);
        return;
    }
    sha256_bytes(list.data, list.length, digest);
    if (memcmp(digest, entry->digest, sizeof digest) != 0)
        replay_fault(replay, number, "%s is not the list that was digested", path);
    if (!count_hashes(&list, &count) || count != entry->reports)
        replay_fault(replay, number, "%s is not %" PRIu32 " hashes in order", path, entry->reports);
    replay->lists++;
    replay->hashes += entry->reports;
}

/* The texts of what waits or is published must stay; so must those of what was refused lately. */
static void purge(struct replay *replay, uint64_t number, const uint8_t uuid[UUID_SIZE],
                  int64_t before)
{
    const struct replayed_report *report = replay_find(replay, uuid);
    enum replay_state state = report == NULL ? PENDING : (enum replay_state)report->state;
    char id[UUID_TEXT_SIZE];

    uuid_print(uuid, id);
    replay->purged++;
    if (state != REJECTED && state != WITHHELD)
        replay_fault(replay, number, "it purges %s, which is %s", id, replay_state_name(state));
    else if (report->decided >= before)
        replay_fault(replay, number, "it purges %s, which was decided later", id);
}

static bool read_purged(struct replay *replay, uint64_t number, const struct entry *entry,
                        struct buffer *list)
{
    struct error error = {0};
    uint8_t digest[SECRET_KEY_SIZE];
    char path[60];

    snprintf(path, sizeof path, "reports/%" PRIu64, number);
    if (!mirror_read(replay->mirror->folder, path, REPLAY_LIST_MAX, list, &error)) {
        replay_fault(replay, number, "the list of its reports is missing (%s)", path);
        return false;
    }
    sha256_bytes(list->data, list->length, digest);
    if (memcmp(digest, entry->digest, sizeof digest) == 0 && strlen(list->data) == list->length &&
        list->length == (size_t)entry->reports * UUID_TEXT_SIZE)
        return true;
    replay_fault(replay, number, "%s is not the list that was digested", path);
    return false;
}

void replay_purge(struct replay *replay, uint64_t number, const struct entry *entry)
{
    auto_buffer struct buffer list = {0};
    int32_t day;

    if (!day_parse(entry->subject, strlen(entry->subject), &day)) {
        replay_fault(replay, number, "it is of no day");
        return;
    }
    if (!read_purged(replay, number, entry, &list))
        return;
    for (const char *at = list.data; *at != '\0'; at += UUID_TEXT_SIZE) {
        uint8_t uuid[UUID_SIZE];
        if (uuid_parse(at, UUID_TEXT_SIZE - 1, uuid))
            purge(replay, number, uuid, day_begin(day, 0));
        else
            replay_fault(replay, number, "its list holds what is no id");
    }
}
