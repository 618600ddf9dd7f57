/* One signed entry for everything that a filter finds, and the way back. */
#include <stdio.h>
#include <string.h>

#include "collector/log/merkle.h"
#include "moderation/commands/bulk_effect.h"
#include "moderation/commands/bulk_list.h"
#include "moderation/commands/verdict.h"
#include "moderation/selecting.h"
#include "moderation/wording.h"

enum {
    AHEAD_MAX = 10 /* seconds */
};

struct bulk {
    struct tool *tool;
    struct wording wording;
    struct verdict verdict;
    json_t *reports; /* [{"id","version"} or "id" …] in id order */
    uint64_t total;  /* how many the filter finds */
    unsigned ahead;  /* seconds that the entry is dated ahead (deciding.c: take_result) */
};

static bool select_reports(struct bulk *bulk, struct error *error)
{
    auto_buffer struct buffer path = {0};
    auto_json json_t *selection = NULL;

    buffer_text(&path, "/api/v1/moderation/selection?");
    selecting_query(&bulk->tool->arguments, &path);
    if (!client_get(&bulk->tool->client, path.data, &selection, error)) {
        selecting_explain(error);
        return false;
    }
    bulk->reports = json_incref(json_object_get(selection, "reports"));
    bulk->total = (uint64_t)json_integer_value(json_object_get(selection, "total"));
    return true;
}

static struct hash root_of(const json_t *reports)
{
    size_t count = json_array_size(reports);
    auto_free struct hash *leaves = memory_zeroed(count + 1, sizeof *leaves);

    for (size_t i = 0; i < count; i++) {
        const char *id = bulk_list_id(json_array_get(reports, i));
        leaves[i] = merkle_leaf(id, strlen(id));
    }
    return merkle_root(leaves, count);
}

static void print_body(const struct bulk *bulk, struct buffer *body)
{
    struct clock clock = clock_real();
    struct hash root = root_of(bulk->reports);
    struct entry entry = {
        .act = bulk->verdict.act,
        .at = clock_now(&clock) + bulk->ahead,
        .by = BY_MODERATOR,
        .hide_note = bulk->verdict.hide_note,
        .reports = (uint32_t)json_array_size(bulk->reports),
    };
    auto_buffer struct buffer line = {0};
    auto_free char *list = json_dumps(bulk->reports, JSON_COMPACT);

    memcpy(entry.root, root.bytes, sizeof entry.root);
    snprintf(entry.note, sizeof entry.note, "%s", bulk->verdict.note);
    snprintf(entry.reason, sizeof entry.reason, "%s", bulk->verdict.reason);
    snprintf(entry.survey, sizeof entry.survey, "%s", wording_survey_id(&bulk->wording));
    entry_sign(&entry, &bulk->tool->key.secret);
    entry_print(&entry, &line);
    buffer_text(body, "{\"entries\":[");
    buffer_json(body, line.data, line.length);
    buffer_text(body, "],\"reports\":{\"");
    buffer_base64(body, root.bytes, sizeof root.bytes);
    buffer_format(body, "\":%s}}", list);
}

static void tell(const struct bulk *bulk, const char *step)
{
    char text[80];

    size_t count = json_array_size(bulk->reports);

    snprintf(text, sizeof text, "%zu report%s: %s", count, plural(count), step);
    terminal_status(&bulk->tool->terminal, text);
}

static void print_done(const struct bulk *bulk, const json_t *entry)
{
    size_t count = json_array_size(bulk->reports);
    const char *what = bulk->verdict.act == ACT_REVERT ? "wait again" : "decided";

    printf("%zu report%s %s by one signed entry\n", count, plural(count), what);
    if (json_is_integer(entry) && bulk->verdict.act != ACT_REVERT)
        printf("take it back with: zhanji-moderate bulk revert %lld\n",
               (long long)json_integer_value(entry));
}

static enum exit_code print_result(const struct bulk *bulk, const json_t *reply)
{
    const json_t *result = json_array_get(json_object_get(reply, "results"), 0);
    const json_t *conflicts = json_object_get(result, "conflicts");
    size_t count = json_array_size(bulk->reports);

    if (bulk->tool->json) {
        auto_free char *json = json_dumps(reply, JSON_COMPACT);
        puts(json);
    }
    if (json_is_true(json_object_get(result, "ok"))) {
        if (!bulk->tool->json)
            print_done(bulk, json_object_get(result, "entry"));
        if (bulk->total > count)
            terminal_complain("%llu more match: run it again",
                              (unsigned long long)(bulk->total - count));
        return EXIT_DONE;
    }
    terminal_complain("nothing was decided: %s%s", wording_member(result, "error"),
                      json_array_size(conflicts) == 0 ? ""
                      : bulk->verdict.act == ACT_REVERT
                          ? "; take their ids out of a list, and give that"
                          : "; run it again for those that still wait");
    for (size_t i = 0; i < json_array_size(conflicts); i++) {
        const json_t *conflict = json_array_get(conflicts, i);
        terminal_complain("%s: %s", wording_member(conflict, "id"),
                          wording_member(conflict, "error"));
    }
    return EXIT_REFUSED;
}

static bool post(struct bulk *bulk, json_t **reply_out, struct error *error)
{
    auto_buffer struct buffer body = {0};
    auto_reply struct client_reply reply = {0};
    auto_json json_t *json = NULL;
    struct client_request request = {
        .method = "POST", .path = "/api/v1/moderation/decisions", .type = "application/json"};

    tell(bulk, "hashing and signing");
    print_body(bulk, &body);
    request.body = body.data;
    request.length = body.length;
    tell(bulk, "signed; the server writes them all at once");
    bool is_sent = client_send(&bulk->tool->client, &request, &reply, error);
    terminal_status(&bulk->tool->terminal, NULL);
    if (!is_sent)
        return false;
    json = json_loadb(reply.body.data == NULL ? "" : reply.body.data, reply.body.length, 0, NULL);
    if (json_array_size(json_object_get(json, "results")) != 1)
        return client_refused(&reply, error);
    *reply_out = TAKE(json);
    return true;
}

/* Whether the server took it for a repetition of an entry of this second that was taken back. */
static bool is_repetition(const struct bulk *bulk, const json_t *reply)
{
    const json_t *result = json_array_get(json_object_get(reply, "results"), 0);

    return json_is_true(json_object_get(result, "ok")) && bulk->ahead < AHEAD_MAX &&
           strcmp(wording_member(result, "state"), deciding_state(bulk->verdict.act)) != 0;
}

static bool send_bulk(struct bulk *bulk, enum exit_code *code_out, struct error *error)
{
    auto_json json_t *reply = NULL;

    if (!bulk_list_keep(bulk->reports, bulk->tool->arguments.options[OPTION_LIST], error) ||
        !post(bulk, &reply, error))
        return false;
    while (is_repetition(bulk, reply)) {
        bulk->ahead++;
        json_decref(TAKE(reply));
        if (!post(bulk, &reply, error))
            return false;
    }
    *code_out = print_result(bulk, reply);
    return true;
}

static bool run(struct bulk *bulk, enum exit_code *code_out, struct error *error)
{
    if (!wording_load(&bulk->tool->client, bulk->tool->terminal.language, &bulk->wording, error))
        return false;
    terminal_status(&bulk->tool->terminal, "reading which reports match");
    bool is_selected = bulk->reports != NULL || select_reports(bulk, error);
    terminal_status(&bulk->tool->terminal, NULL);
    if (!is_selected)
        return false;
    if (bulk->tool->arguments.options[OPTION_DRY_RUN] != NULL)
        return bulk_effect(bulk->tool, &bulk->wording, bulk->reports, bulk->total,
                           bulk->verdict.act == ACT_APPROVE, error);
    if (json_array_size(bulk->reports) > 0)
        return send_bulk(bulk, code_out, error);
    puts(bulk->tool->json ? "{\"results\":[]}" : "nothing matches");
    return true;
}

static enum exit_code finish(struct bulk *bulk)
{
    enum exit_code code = EXIT_DONE;
    struct error error = {0};
    bool is_good = run(bulk, &code, &error);

    wording_finish(&bulk->wording);
    json_decref(bulk->reports);
    return is_good ? code : tool_refuse(&error);
}

static enum exit_code run_act(struct tool *tool, enum entry_act act)
{
    struct bulk bulk = {.tool = tool};
    enum exit_code code = verdict_read(&tool->arguments, act, &bulk.verdict);

    return code == EXIT_DONE ? finish(&bulk) : code;
}

enum exit_code command_bulk_approve(struct tool *tool)
{
    return run_act(tool, ACT_APPROVE);
}

enum exit_code command_bulk_reject(struct tool *tool)
{
    return run_act(tool, ACT_REJECT);
}

enum exit_code command_bulk_withhold(struct tool *tool)
{
    return run_act(tool, ACT_WITHHOLD);
}

/* Takes back what a bulk entry decided: by its number, or by the list that it kept. */
enum exit_code command_bulk_revert(struct tool *tool)
{
    struct error error = {0};
    struct bulk bulk = {.tool = tool, .verdict = {.act = ACT_REVERT, .reason = "", .note = ""}};

    if (!bulk_list_read(tool, tool->arguments.words[0], &bulk.reports, &error))
        return tool_refuse(&error);
    bulk.total = json_array_size(bulk.reports);
    return finish(&bulk);
}
