/* The operator's commands: notices, backups, checks. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/file.h"
#include "collector/log/entry.h"
#include "moderation/commands/commands.h"

enum {
    NOTICE_FILE_MAX = 1 << 18
};

static void print_json(const json_t *json)
{
    auto_free char *dump = json_dumps(json, JSON_COMPACT);
    auto_buffer struct buffer text = {0};

    buffer_format(&text, "%s\n", dump);
    terminal_print(&text);
}

static enum exit_code print_notices(const struct tool *tool, const json_t *reply)
{
    const json_t *results = json_object_get(reply, "results");
    enum exit_code code = EXIT_DONE;

    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        const char *id = json_string_value(json_object_get(result, "id"));
        if (!json_is_true(json_object_get(result, "ok"))) {
            terminal_complain("%s: %s", id, json_string_value(json_object_get(result, "error")));
            code = EXIT_REFUSED;
        } else if (!tool->json) {
            printf("%s is published\n", id);
        }
    }
    if (tool->json)
        print_json(reply);
    return code;
}

enum exit_code command_notice_add(struct tool *tool)
{
    struct client_request request = {
        .method = "POST", .path = "/api/v1/moderation/notices", .type = "application/json"};
    auto_buffer struct buffer file = {0};
    auto_reply struct client_reply reply = {0};
    auto_json json_t *json = NULL;
    struct error error = {0};

    if (!file_read(tool->arguments.words[0], NOTICE_FILE_MAX, &file, &error))
        return tool_refuse(&error);
    request.body = file.data;
    request.length = file.length;
    if (!client_send(&tool->client, &request, &reply, &error))
        return tool_refuse(&error);
    json = json_loadb(reply.body.data == NULL ? "" : reply.body.data, reply.body.length, 0, NULL);
    if (json_object_get(json, "results") != NULL)
        return print_notices(tool, json);
    client_refused(&reply, &error);
    return tool_refuse(&error);
}

enum exit_code command_refit(struct tool *tool)
{
    struct client_request request = {.method = "POST", .path = "/api/v1/moderation/refit"};
    auto_json json_t *reply = NULL;
    struct error error = {0};

    if (!client_json(&tool->client, &request, &reply, &error))
        return tool_refuse(&error);
    if (tool->json)
        print_json(reply);
    else
        puts("the model is learnt anew in the background");
    return EXIT_DONE;
}

/* A file that is being received, and takes its name when it is whole. */
struct receiving {
    char *path; /* beside the wanted one */
    int file;
    uint64_t bytes;
};

static bool receive(void *context, const void *bytes, size_t length)
{
    struct receiving *receiving = context;
    const char *at = bytes;

    while (length > 0) {
        ssize_t written = write(receiving->file, at, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
        length -= (size_t)written;
        receiving->bytes += (uint64_t)written;
    }
    return true;
}

static bool begin_file(const char *path, struct receiving *receiving, struct error *error)
{
    auto_buffer struct buffer name = {0};

    buffer_format(&name, "%s.part", path);
    receiving->path = buffer_take(&name);
    receiving->file =
        open(receiving->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return receiving->file >= 0 || error_set(error, ERROR_INTERNAL, "%s cannot be made: %s",
                                             receiving->path, strerrordesc_np(errno));
}

static bool end_file(const char *path, struct receiving *receiving, bool is_whole,
                     struct error *error)
{
    bool is_written = is_whole && fsync(receiving->file) == 0;

    if (close(receiving->file) != 0)
        is_written = false;
    if (is_written && rename(receiving->path, path) == 0)
        return true;
    unlink(receiving->path);
    return !is_whole ? false
                     : error_set(error, ERROR_INTERNAL, "%s cannot be written: %s", path,
                                 strerrordesc_np(errno));
}

static bool download(struct tool *tool, struct receiving *receiving, struct error *error)
{
    auto_reply struct client_reply reply = {0};
    struct client_request request = {
        .method = "GET",
        .path = "/api/v1/moderation/backup",
        .part = receive,
        .context = receiving,
    };

    return client_send(&tool->client, &request, &reply, error) &&
           (reply.status == 200 || client_refused(&reply, error));
}

enum exit_code command_backup(struct tool *tool)
{
    const char *path = tool->arguments.words[0];
    struct receiving receiving = {0};
    struct error error = {0};
    bool is_done = begin_file(path, &receiving, &error);

    if (is_done)
        is_done = end_file(path, &receiving, download(tool, &receiving, &error), &error);
    free(receiving.path);
    if (!is_done)
        return tool_refuse(&error);
    if (tool->json) {
        auto_json json_t *json =
            json_pack("{s:s, s:I}", "file", path, "bytes", (json_int_t)receiving.bytes);
        print_json(json);
    } else {
        printf("%s holds the whole database (%" PRIu64 " bytes)\n", path, receiving.bytes);
    }
    return EXIT_DONE;
}

/* What the check found. */
struct findings {
    json_t *faults;
    uint64_t entries;
    uint64_t decisions;
};

static void add_fault(struct findings *findings, const char *format, ...) PRINTF_LIKE(2, 3);

static void add_fault(struct findings *findings, const char *format, ...)
{
    char text[400];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    json_array_append_new(findings->faults, json_string(text));
}

static void check_entry(struct findings *findings, const char *line)
{
    auto_free struct entry *entry = memory_zeroed(1, sizeof *entry);
    struct error error = {0};
    uint64_t number = findings->entries++;

    if (!entry_parse(line, strlen(line), entry, &error)) {
        add_fault(findings, "log entry %" PRIu64 ": %s", number, error.text);
        return;
    }
    if (!entry_act_is_decision(entry->act))
        return;
    findings->decisions++;
    if (!entry_verify(entry))
        add_fault(findings, "log entry %" PRIu64 ": its signature is wrong", number);
}

static bool check_log(struct tool *tool, struct findings *findings, uint64_t total,
                      struct error *error)
{
    for (;;) {
        auto_json json_t *page = NULL;
        const json_t *entries;
        char path[80];
        snprintf(path, sizeof path, "/api/v1/moderation/entries?from=%" PRIu64, findings->entries);
        if (!client_get(&tool->client, path, &page, error))
            return false;
        entries = json_object_get(page, "entries");
        for (size_t i = 0; i < json_array_size(entries); i++)
            check_entry(findings, json_string_value(json_array_get(entries, i)));
        if (!tool->json)
            terminal_progress(&tool->terminal, "reading the log", findings->entries, total,
                              findings->entries);
        if (!json_is_integer(json_object_get(page, "next")))
            return true;
    }
}

static enum exit_code print_findings(const struct tool *tool, const struct findings *findings)
{
    size_t count = json_array_size(findings->faults);

    for (size_t i = 0; i < count; i++)
        terminal_complain("%s", json_string_value(json_array_get(findings->faults, i)));
    if (tool->json) {
        auto_json json_t *json = json_pack(
            "{s:b, s:O, s:I, s:I}", "ok", count == 0, "faults", findings->faults, "entries",
            (json_int_t)findings->entries, "decisions", (json_int_t)findings->decisions);
        print_json(json);
    } else if (count == 0) {
        printf("the database is sound; the log has %" PRIu64 " entries, and the signatures of all "
               "%" PRIu64 " decisions are right\n",
               findings->entries, findings->decisions);
    }
    return count == 0 ? EXIT_DONE : EXIT_REFUSED;
}

enum exit_code command_check(struct tool *tool)
{
    struct client_request request = {.method = "POST", .path = "/api/v1/moderation/check"};
    auto_json json_t *reply = NULL;
    auto_json json_t *faults = json_array();
    struct findings findings = {.faults = faults};
    struct error error = {0};
    uint64_t total;

    if (!client_json(&tool->client, &request, &reply, &error))
        return tool_refuse(&error);
    json_array_extend(faults, json_object_get(reply, "faults"));
    total = (uint64_t)json_integer_value(json_object_get(reply, "entries"));
    if (!check_log(tool, &findings, total, &error))
        return tool_refuse(&error);
    if (findings.entries < total)
        add_fault(&findings, "the log has %" PRIu64 " entries, but only %" PRIu64 " can be read",
                  total, findings.entries);
    return print_findings(tool, &findings);
}
