
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "moderation/keyline.h"
#include "moderation/replay_internal.h"

enum {
    MODERATOR_ACTIVE = 1,
    MODERATOR_RETIRED = 2
};

static const char *const state_names[] = {"waiting", "approved", "rejected", "withheld",
                                          "withdrawn"};

const char *replay_state_name(enum replay_state state)
{
    return state_names[state];
}

void replay_init(struct replay *replay, const struct mirror *mirror)
{
    *replay = (struct replay){.mirror = mirror, .last_day = DAY_NONE};
    replay->moderators = map_create();
    replay->reports = map_create();
    replay->lines = map_create();
}

void replay_finish(struct replay *replay)
{
    map_destroy(replay->moderators);
    map_destroy(replay->reports);
    map_destroy(replay->lines);
    free(replay->items);
}

void replay_fault(const struct replay *replay, uint64_t number, const char *format, ...)
{
    char text[400];
    char what[300];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "entry %" PRIu64 ": %s", number, what);
    replay->fault(replay->context, text);
}

struct replayed_report *replay_find(const struct replay *replay, const uint8_t uuid[UUID_SIZE])
{
    uint64_t index;

    return map_get(replay->reports, uuid, UUID_SIZE, &index) ? &replay->items[index] : NULL;
}

/* A report that the log has not spoken of waits, at version 1. */
static struct replayed_report *report_of(struct replay *replay, const uint8_t uuid[UUID_SIZE])
{
    struct replayed_report *report = replay_find(replay, uuid);

    if (report != NULL)
        return report;
    if (replay->count == replay->capacity) {
        replay->capacity = replay->capacity * 2 + 256;
        replay->items = memory_resize_take(replay->items, replay->capacity, sizeof *replay->items);
    }
    report = &replay->items[replay->count];
    *report = (struct replayed_report){.version = 1};
    memcpy(report->uuid, uuid, UUID_SIZE);
    map_put(replay->reports, uuid, UUID_SIZE, replay->count++);
    return report;
}

static enum replay_state state_after(enum entry_act act)
{
    static const enum replay_state states[] = {
        [ACT_APPROVE] = APPROVED,
        [ACT_REJECT] = REJECTED,
        [ACT_WITHHOLD] = WITHHELD,
        [ACT_REVERT] = PENDING,
    };

    return states[act];
}

static bool fits(const struct replayed_report *report, enum entry_act act)
{
    bool is_decided =
        report->state == APPROVED || report->state == REJECTED || report->state == WITHHELD;

    return act == ACT_REVERT ? is_decided : report->state == PENDING;
}

static void decide(struct replay *replay, uint64_t number, const struct entry *entry,
                   const uint8_t uuid[UUID_SIZE], uint32_t version)
{
    struct replayed_report *report = report_of(replay, uuid);
    char id[UUID_TEXT_SIZE];

    uuid_print(uuid, id);
    if (version != 0 && version != report->version)
        replay_fault(replay, number, "it is about version %" PRIu32 " of %s, which is at %" PRIu32,
                     version, id, report->version);
    if (!fits(report, entry->act))
        replay_fault(replay, number, "it cannot %s %s, which is %s", entry_act_name(entry->act), id,
                     state_names[report->state]);
    report->state = (uint8_t)state_after(entry->act);
    report->is_published = entry->act == ACT_APPROVE;
    report->note_hidden = entry->hide_note;
    report->published_version = report->version;
    report->published_entry = number;
    report->decided = entry->at;
    replay->covered++;
}

static bool is_list_of(const struct buffer *list, const struct entry *entry)
{
    struct merkle_frontier frontier = {0};
    struct hash root;
    const char *before = "";

    for (const char *at = list->data; *at != '\0'; at += UUID_TEXT_SIZE) {
        struct hash leaf;
        if (strnlen(at, UUID_TEXT_SIZE) != UUID_TEXT_SIZE || at[UUID_TEXT_SIZE - 1] != '\n' ||
            strncmp(before, at, UUID_TEXT_SIZE) >= 0)
            return false;
        before = at;
        leaf = merkle_leaf(at, UUID_TEXT_SIZE - 1);
        merkle_append(&frontier, &leaf);
    }
    root = merkle_frontier_root(&frontier);
    return frontier.size == entry->reports &&
           memcmp(root.bytes, entry->root, sizeof entry->root) == 0;
}

static void decide_many(struct replay *replay, uint64_t number, const struct entry *entry)
{
    auto_buffer struct buffer list = {0};
    struct error error = {0};
    char path[60];

    snprintf(path, sizeof path, "reports/%" PRIu64, number);
    if (!mirror_read(replay->mirror->folder, path, REPLAY_LIST_MAX, &list, &error)) {
        replay_fault(replay, number, "the list of its reports is missing (%s)", path);
        return;
    }
    if (strlen(list.data) != list.length || !is_list_of(&list, entry)) {
        replay_fault(replay, number, "%s is not the list it was signed over", path);
        return;
    }
    for (const char *at = list.data; *at != '\0'; at += UUID_TEXT_SIZE) {
        uint8_t uuid[UUID_SIZE];
        if (uuid_parse(at, UUID_TEXT_SIZE - 1, uuid))
            decide(replay, number, entry, uuid, 0);
        else
            replay_fault(replay, number, "%s holds what is no id", path);
    }
}

static void take_decision(struct replay *replay, uint64_t number, const struct entry *entry)
{
    uint64_t standing = 0;

    replay->decisions++;
    if (!map_get(replay->moderators, entry->key, sizeof entry->key, &standing))
        replay_fault(replay, number, "nobody with this key was a moderator then");
    else if (standing != MODERATOR_ACTIVE)
        replay_fault(replay, number, "its moderator was retired before");
    if (!entry_verify(entry))
        replay_fault(replay, number, "its signature is wrong");
    if (entry->reports == 0)
        decide(replay, number, entry, entry->report, entry->version);
    else
        decide_many(replay, number, entry);
}

static void take_amendment(struct replay *replay, uint64_t number, const struct entry *entry)
{
    struct replayed_report *report = report_of(replay, entry->report);

    if (entry->version != report->version + 1 || report->state == WITHDRAWN)
        replay_fault(replay, number,
                     "an amendment to version %" PRIu32 " does not follow version %" PRIu32,
                     entry->version, report->version);
    report->version = entry->version;
    report->state = PENDING;
}

static void take_withdrawal(struct replay *replay, uint64_t number, const struct entry *entry)
{
    struct replayed_report *report = report_of(replay, entry->report);

    if (report->state == WITHDRAWN || entry->version != report->version)
        replay_fault(replay, number, "it withdraws what is not there");
    report->state = WITHDRAWN;
    report->is_published = false;
}

static void take_moderator(struct replay *replay, uint64_t number, const struct entry *entry)
{
    uint8_t key[SIGN_PUBLIC_SIZE];
    char name[KEYLINE_NAME_MAX + 1];
    struct error error = {0};
    uint64_t standing = 0;
    bool is_known;

    if (!keyline_parse(entry->subject, key, name, &error)) {
        replay_fault(replay, number, "%s", error.text);
        return;
    }
    is_known = map_get(replay->moderators, key, sizeof key, &standing);
    if (entry->act == ACT_MODERATOR_ADD && is_known)
        replay_fault(replay, number, "this moderator was added before");
    if (entry->act == ACT_MODERATOR_RETIRE && standing != MODERATOR_ACTIVE)
        replay_fault(replay, number, "it retires who is no moderator");
    replay->moderators_added += entry->act == ACT_MODERATOR_ADD ? 1 : 0;
    map_put(replay->moderators, key, sizeof key,
            entry->act == ACT_MODERATOR_ADD ? MODERATOR_ACTIVE : MODERATOR_RETIRED);
}

static void take_log_key(struct replay *replay, uint64_t number, const struct entry *entry)
{
    (void)number;
    snprintf(replay->log_key, sizeof replay->log_key, "%s", entry->subject);
}

static void take_other(struct replay *replay, uint64_t number, const struct entry *entry)
{
    (void)replay;
    (void)number;
    (void)entry;
}

static void (*const takers[])(struct replay *replay, uint64_t number, const struct entry *entry) = {
    [ACT_APPROVE] = take_decision,        [ACT_REJECT] = take_decision,
    [ACT_WITHHOLD] = take_decision,       [ACT_REVERT] = take_decision,
    [ACT_WITHDRAW] = take_withdrawal,     [ACT_AMEND] = take_amendment,
    [ACT_RECEIVED] = replay_received,     [ACT_NOTICE] = take_other,
    [ACT_MODERATOR_ADD] = take_moderator, [ACT_MODERATOR_RETIRE] = take_moderator,
    [ACT_PURGE] = replay_purge,           [ACT_LOG_KEY] = take_log_key,
};

static void check_line(struct replay *replay, uint64_t number, const char *line, size_t length,
                       const struct entry *entry)
{
    uint8_t digest[SECRET_KEY_SIZE];

    if (number == 0)
        snprintf(replay->survey, sizeof replay->survey, "%s", entry->survey);
    if (strcmp(replay->survey, entry->survey) != 0)
        replay_fault(replay, number, "it is of another survey, %s", entry->survey);
    if (entry->by != BY_MODERATOR)
        return;
    sha256_bytes(line, length, digest);
    if (!map_put(replay->lines, digest, sizeof digest, number))
        replay_fault(replay, number, "the same line stood before");
}

void replay_entry(struct replay *replay, uint64_t number, const char *line, size_t length)
{
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    struct error error = {0};

    replay->entries++;
    if (!entry_parse(line, length, entry, &error)) {
        replay_fault(replay, number, "%s", error.text);
        return;
    }
    replay->at = entry->at;
    check_line(replay, number, line, length, entry);
    takers[entry->act](replay, number, entry);
}
