/* The log's commands: verify, fetch, prove, rotate. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "moderation/audit.h"
#include "moderation/commands/commands.h"
#include "moderation/commands/log_find.h"
#include "moderation/mirror.h"

static void print_json(json_t *json)
{
    auto_free char *dump = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    printf("%s\n", dump);
}

static json_t *faults_json(const struct audit *audit)
{
    json_t *faults = json_array();

    for (size_t i = 0; i < audit->fault_count; i++)
        json_array_append_new(faults, json_string(audit->faults[i]));
    return faults;
}

static void print_audit_json(const struct audit *audit)
{
    auto_buffer struct buffer verifier = {0};
    json_t *json = json_object();

    note_key_print(&audit->mirror.key, &verifier);
    json_object_set_new(json, "ok", json_boolean(audit->fault_count == 0));
    json_object_set_new(json, "log", json_string(audit->mirror.head.origin));
    json_object_set_new(json, "key", json_string(verifier.data));
    json_object_set_new(json, "entries", json_integer((json_int_t)audit->replay.entries));
    json_object_set_new(json, "decisions", json_integer((json_int_t)audit->replay.decisions));
    json_object_set_new(json, "tiles", json_integer((json_int_t)audit->tiles));
    json_object_set_new(json, "received", json_integer((json_int_t)audit->replay.hashes));
    json_object_set_new(json, "files", json_integer((json_int_t)audit->files));
    json_object_set_new(json, "exported",
                        audit->has_export ? json_integer((json_int_t)audit->exported)
                                          : json_null());
    json_object_set_new(json, "followed", json_integer((json_int_t)audit->followed));
    json_object_set_new(json, "statuses",
                        audit->has_statuses ? json_integer((json_int_t)audit->statuses)
                                            : json_null());
    json_object_set_new(json, "faults", faults_json(audit));
    print_json(json);
}

static bool audit_has_later(const struct audit *audit)
{
    return audit->replay.entries > audit->followed;
}

static void print_checked(const struct audit *audit)
{
    const struct replay *replay = &audit->replay;

    printf("Checked, and right:\n"
           "- the head of %s is signed by its key, and the %" PRIu64
           " entries hash to it, through all %" PRIu64 " tiles\n"
           "- all %" PRIu64 " decisions (on %" PRIu64
           " reports) are signed by keys that were moderators' then (%" PRIu64
           " were added), and each fits what was before it\n"
           "- %" PRIu64 " daily lists of what arrived (%" PRIu64
           " hashes) are those that the log has the digests of\n",
           audit->mirror.head.origin, replay->entries, audit->tiles, replay->decisions,
           replay->covered, replay->moderators_added, replay->lists, replay->hashes);
    if (replay->purged > 0)
        printf("- the texts of %" PRIu64 " reports were purged, each of which was rejected or "
               "withheld long before\n",
               replay->purged);
    if (audit->has_export)
        printf("- the %" PRIu64 " reports of the export are exactly those that the log approves, "
               "in the versions it approves%s\n",
               audit->exported, audit_has_later(audit) ? ", as far as the export follows it" : "");
    if (audit->has_statuses)
        printf("- the published status, standing and confidence of all %" PRIu64
               " stations follow from them (computed again by zhanji-aggregate)\n",
               audit->statuses);
}

static void print_unchecked(const struct audit *audit)
{
    auto_buffer struct buffer verifier = {0};

    note_key_print(&audit->mirror.key, &verifier);
    printf("Not checked:\n");
    if (audit->has_export && audit_has_later(audit))
        printf("- what became of the last %" PRIu64
               " entries, which were signed while the export was read\n",
               audit->replay.entries - audit->followed);
    if (!audit->has_export)
        printf("- what is published: there is no export/reports.ndjson\n");
    else if (!audit->has_statuses)
        printf("- whether the published statuses follow: %s\n", audit->statuses_why_not);
    printf("- that a report says what its reporter sent, and that each was received: only a "
           "reporter's receipt proves that (`log prove CONTENT_HASH`)\n"
           "- that everybody is shown the same log: compare the head, or its key\n  %s\n",
           verifier.data);
}

static enum exit_code print_audit(const struct tool *tool, const struct audit *audit)
{
    for (size_t i = 0; i < audit->fault_count; i++)
        terminal_complain("%s", audit->faults[i]);
    if (tool->json) {
        print_audit_json(audit);
    } else if (audit->fault_count == 0) {
        print_checked(audit);
        print_unchecked(audit);
    }
    return audit->fault_count == 0 ? EXIT_DONE : EXIT_REFUSED;
}

enum exit_code command_log_verify(struct tool *tool)
{
    struct audit audit = {0};
    struct found_log found;
    struct error error = {0};
    enum exit_code code;

    if (!tool->json) {
        audit.progress = log_progress;
        audit.progress_context = &tool->terminal;
    }
    if (found_log_open(tool, 0, true, &found, &error) &&
        audit_run(&audit, found.folder, tool->arguments.options[OPTION_LOG_KEY], &error)) {
        code = print_audit(tool, &audit);
        audit_finish(&audit);
    } else {
        code = tool_refuse(&error);
    }
    found_log_finish(&found);
    return code;
}

enum exit_code command_log_fetch(struct tool *tool)
{
    const char *const *words = tool->arguments.words;
    const char *folder = words[tool->arguments.count - 1];
    struct error error = {0};

    if (!log_fetch(tool, tool->arguments.count > 1 ? words[0] : NULL, folder, true, &error))
        return tool_refuse(&error);
    if (tool->json)
        print_json(json_pack("{s:s}", "folder", folder));
    else
        printf("%s holds the log and the exports; check it with\n\n  zhanji-moderate log verify "
               "%s\n",
               folder, folder);
    return EXIT_DONE;
}

enum exit_code command_log_rotate(struct tool *tool)
{
    json_t *body = json_object();
    auto_free char *text = NULL;
    auto_json json_t *reply = NULL;
    struct client_request request = {
        .method = "POST", .path = "/api/v1/moderation/log-key", .type = "application/json"};
    struct error error = {0};

    if (tool->arguments.count > 0)
        json_object_set_new(body, "name", json_string(tool->arguments.words[0]));
    text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    request.body = text;
    request.length = strlen(text);
    if (!client_json(&tool->client, &request, &reply, &error))
        return tool_refuse(&error);
    if (tool->json)
        printf("%s\n", "{\"asked\":true}");
    else
        puts("the log changes its key now: /log/vkey shows it in a moment");
    return EXIT_DONE;
}
