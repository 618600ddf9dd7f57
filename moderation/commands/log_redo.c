/* `log redo`: what a mirror has of the log and a server that came back from a backup has not. The
 * decisions are sent as they stand: they are signed by people, so that they count again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/map.h"
#include "collector/log/entry.h"
#include "moderation/commands/commands.h"
#include "moderation/commands/log_find.h"
#include "moderation/deciding.h"
#include "moderation/keyline.h"
#include "moderation/mirror.h"
#include "moderation/wording.h"

enum {
    LIST_MAX = ENTRY_REPORTS_MAX * UUID_TEXT_SIZE
};

struct redo {
    struct tool *tool;
    struct mirror mirror;
    struct map *held;      /* digests of the lines that the server has */
    struct map *moderates; /* keys of moderators, retired ones too */
    json_t *lines;         /* to be sent together */
    uint64_t numbers[DECIDING_CHUNK];
    uint64_t redone, lost;
    json_t *refused;   /* "entry 17: why" */
    json_t *withdrawn; /* ids that the server still has */
    json_t *missing;   /* lines of moderators whom it does not know */
};

static bool read_held(struct redo *redo, struct error *error)
{
    json_int_t from = 0;

    for (;;) {
        auto_json json_t *page = NULL;
        const json_t *lines;
        char path[80];
        snprintf(path, sizeof path, "/api/v1/moderation/entries?from=%lld", (long long)from);
        if (!client_get(&redo->tool->client, path, &page, error))
            return false;
        lines = json_object_get(page, "entries");
        for (size_t i = 0; i < json_array_size(lines); i++) {
            const json_t *line = json_array_get(lines, i);
            uint8_t digest[SECRET_KEY_SIZE];
            sha256_bytes(json_string_value(line), json_string_length(line), digest);
            map_put(redo->held, digest, sizeof digest, 1);
        }
        if (!json_is_integer(json_object_get(page, "next")))
            return true;
        from = json_integer_value(json_object_get(page, "next"));
    }
}

static bool read_moderators(struct redo *redo, struct error *error)
{
    auto_json json_t *reply = NULL;
    const json_t *list;

    if (!client_get(&redo->tool->client, "/api/v1/moderation/moderators", &reply, error))
        return false;
    list = json_object_get(reply, "moderators");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = wording_member(json_array_get(list, i), "key");
        uint8_t key[SIGN_PUBLIC_SIZE];
        if (hex_parse(text, strlen(text), key, sizeof key))
            map_put(redo->moderates, key, sizeof key, 1);
    }
    return true;
}

static void take_result(struct redo *redo, uint64_t number, const json_t *result)
{
    auto_buffer struct buffer text = {0};
    json_int_t status = json_integer_value(json_object_get(result, "status"));

    if (json_is_true(json_object_get(result, "ok"))) {
        redo->redone++;
    } else if (status == 404) {
        redo->lost++;
    } else {
        buffer_format(&text, "entry %" PRIu64 ": %s (%lld)", number,
                      wording_member(result, "error"), (long long)status);
        json_array_append_new(redo->refused, json_string(text.data));
    }
}

/* `lists`: of the one decision on many; NULL: none. */
static bool send_lines(struct redo *redo, json_t *lists, struct error *error)
{
    auto_json json_t *body = json_pack("{s:O, s:O*}", "entries", redo->lines, "reports", lists);
    auto_free char *text = json_dumps(body, JSON_COMPACT);
    auto_json json_t *json = NULL;
    size_t count = json_array_size(redo->lines);
    const json_t *results;

    if (count == 0)
        return true;
    results = client_decide(&redo->tool->client, text, strlen(text), count, &json, error);
    if (results == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        take_result(redo, redo->numbers[i], json_array_get(results, i));
    json_array_clear(redo->lines);
    return true;
}

static bool send_many(struct redo *redo, uint64_t number, const struct entry *entry,
                      struct error *error)
{
    auto_buffer struct buffer list = {0};
    auto_buffer struct buffer root = {0};
    auto_json json_t *lists = json_object();
    json_t *ids = json_array();
    char path[60];

    snprintf(path, sizeof path, "reports/%" PRIu64, number);
    buffer_base64(&root, entry->root, sizeof entry->root);
    json_object_set_new(lists, root.data, ids);
    if (!mirror_read(redo->mirror.folder, path, LIST_MAX, &list, error))
        return false;
    for (const char *at = list.data; *at != '\0'; at += strcspn(at, "\n") + 1)
        json_array_append_new(ids, json_stringn(at, strcspn(at, "\n")));
    return send_lines(redo, lists, error);
}

/* Decisions go in their order: on one report some together, on many each by itself. */
static bool redo_decision(struct redo *redo, uint64_t number, const struct entry *entry,
                          const char *line, size_t length, struct error *error)
{
    bool is_full = json_array_size(redo->lines) == DECIDING_CHUNK;

    if ((is_full || entry->reports != 0) && !send_lines(redo, NULL, error))
        return false;
    redo->numbers[json_array_size(redo->lines)] = number;
    json_array_append_new(redo->lines, json_stringn(line, length));
    return entry->reports == 0 || send_many(redo, number, entry, error);
}

/* The reporter's secret is needed to withdraw, so the operator is told. */
static bool note_withdrawal(struct redo *redo, const struct entry *entry, struct error *error)
{
    auto_json json_t *report = NULL;
    struct error reason = {0};
    char id[UUID_TEXT_SIZE];
    char path[80];

    uuid_print(entry->report, id);
    snprintf(path, sizeof path, "/api/v1/moderation/reports/%s", id);
    if (!send_lines(redo, NULL, error))
        return false;
    if (!client_get(&redo->tool->client, path, &report, &reason)) {
        if (reason.kind != ERROR_NOT_FOUND)
            *error = reason;
        return reason.kind == ERROR_NOT_FOUND;
    }
    const char *state = wording_member(report, "state");
    if (strcmp(state, "pending") == 0 || strcmp(state, "approved") == 0)
        json_array_append_new(redo->withdrawn, json_string(id));
    return true;
}

static void note_moderator(struct redo *redo, const struct entry *entry)
{
    uint8_t key[SIGN_PUBLIC_SIZE];
    char name[KEYLINE_NAME_MAX + 1];
    struct error ignored = {0};
    uint64_t there;

    if (keyline_parse(entry->subject, key, name, &ignored) &&
        !map_get(redo->moderates, key, sizeof key, &there))
        json_array_append_new(redo->missing, json_string(entry->subject));
}

static bool redo_entry(void *context, uint64_t number, const char *line, size_t length,
                       struct error *error)
{
    struct redo *redo = context;
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    uint8_t digest[SECRET_KEY_SIZE];
    uint64_t there;

    sha256_bytes(line, length, digest);
    if (map_get(redo->held, digest, sizeof digest, &there))
        return true;
    if (!entry_parse(line, length, entry, error))
        return error_prefix(error, "entry %" PRIu64, number);
    if (entry_act_is_decision(entry->act))
        return redo_decision(redo, number, entry, line, length, error);
    if (entry->act == ACT_WITHDRAW)
        return note_withdrawal(redo, entry, error);
    if (entry->act == ACT_MODERATOR_ADD)
        note_moderator(redo, entry);
    return true;
}

static bool run(struct redo *redo, struct error *error)
{
    const struct arguments *arguments = &redo->tool->arguments;

    return mirror_open(arguments->words[0], arguments->options[OPTION_LOG_KEY], &redo->mirror,
                       error) &&
           mirror_check_root(&redo->mirror, error) && read_held(redo, error) &&
           read_moderators(redo, error) && mirror_walk(&redo->mirror, redo_entry, redo, error) &&
           send_lines(redo, NULL, error);
}

static void complain_of_each(const json_t *list, const char *before, const char *behind)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        terminal_complain("%s%s%s", before, json_string_value(json_array_get(list, i)), behind);
}

static enum exit_code print_result(const struct redo *redo)
{
    bool is_all = json_array_size(redo->refused) == 0 && json_array_size(redo->withdrawn) == 0 &&
                  json_array_size(redo->missing) == 0;

    complain_of_each(redo->missing, "moderator add \"", "\" first, and then this again");
    complain_of_each(redo->withdrawn, "", " was withdrawn by its reporter: reject it");
    complain_of_each(redo->refused, "", "");
    if (redo->tool->json) {
        auto_json json_t *json =
            json_pack("{s:I, s:I, s:O, s:O, s:O}", "redone", (json_int_t)redo->redone, "lost",
                      (json_int_t)redo->lost, "refused", redo->refused, "withdrawn",
                      redo->withdrawn, "moderators", redo->missing);
        auto_free char *text = json_dumps(json, JSON_COMPACT);
        puts(text);
    } else {
        printf("%" PRIu64 " decisions hold again, as they were signed; %" PRIu64
               " are about reports that are lost\n",
               redo->redone, redo->lost);
    }
    return is_all ? EXIT_DONE : EXIT_REFUSED;
}

enum exit_code command_log_redo(struct tool *tool)
{
    struct redo redo = {.tool = tool,
                        .held = map_create(),
                        .moderates = map_create(),
                        .lines = json_array(),
                        .refused = json_array(),
                        .withdrawn = json_array(),
                        .missing = json_array()};
    struct error error = {0};
    enum exit_code code = run(&redo, &error) ? print_result(&redo) : tool_refuse(&error);

    mirror_finish(&redo.mirror);
    map_destroy(redo.held);
    map_destroy(redo.moderates);
    json_decref(redo.lines);
    json_decref(redo.refused);
    json_decref(redo.withdrawn);
    json_decref(redo.missing);
    return code;
}
