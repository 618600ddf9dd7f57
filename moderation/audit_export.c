/* What is published beside the log: it must follow from the log. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/base/csv.h"
#include "moderation/audit.h"

extern char **environ;

static void fault(struct audit *audit, const char *id, const char *what)
{
    auto_buffer struct buffer text = {0};

    buffer_format(&text, "the export: %s %s", id, what);
    audit_fault(audit, text.data);
}

static uint64_t number_of(const json_t *report, const char *name)
{
    const json_t *value = json_object_get(report, name);

    return json_is_integer(value) && json_integer_value(value) >= 0
               ? (uint64_t)json_integer_value(value)
               : UINT64_MAX;
}

static void compare_report(struct audit *audit, const char *id, const json_t *report)
{
    uint8_t uuid[UUID_SIZE];
    struct replayed_report *known =
        uuid_parse(id, strlen(id), uuid) ? replay_find(&audit->replay, uuid) : NULL;

    if (known == NULL || !known->is_published) {
        fault(audit, id, "is not approved by the log");
        return;
    }
    if (known->was_exported)
        fault(audit, id, "stands twice");
    known->was_exported = true;
    if (number_of(report, "version") != known->published_version)
        fault(audit, id, "is not in the version that was approved");
    if (number_of(report, "entry") != known->published_entry)
        fault(audit, id, "does not name the entry that approved it");
    if (known->note_hidden && !json_is_null(json_object_get(report, "note")))
        fault(audit, id, "shows a note that was to be hidden");
}

static void compare_line(struct audit *audit, const char *line, size_t length, uint64_t number)
{
    json_t *json = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
    const char *id = json_string_value(json_object_get(json, "id"));
    const char *survey = json_string_value(json_object_get(json, "survey"));

    if (number == 0) {
        if (survey == NULL || strcmp(survey, audit->replay.survey) != 0)
            audit_fault(audit, "the export is not of the log's survey");
    } else if (id == NULL) {
        audit_fault(audit, "the export has a line that is no report");
    } else {
        audit->exported++;
        compare_report(audit, id, json);
    }
    json_decref(json);
}

static void find_missing(struct audit *audit)
{
    for (size_t i = 0; i < audit->replay.count; i++) {
        const struct replayed_report *report = &audit->replay.items[i];
        char id[UUID_TEXT_SIZE];
        if (!report->is_published || report->was_exported)
            continue;
        uuid_print(report->uuid, id);
        fault(audit, id, "is missing, though the log approves it");
    }
}

void audit_export(struct audit *audit)
{
    auto_buffer struct buffer text = {0};
    struct error ignored = {0};
    uint64_t number = 0;

    audit->has_export = mirror_read(audit->mirror.folder, "export/reports.ndjson", MIRROR_FILE_MAX,
                                    &text, &ignored);
    if (!audit->has_export)
        return;
    for (const char *at = text.data; *at != '\0'; number++) {
        const char *end = strchr(at, '\n');
        size_t length = end == NULL ? strlen(at) : (size_t)(end - at);
        compare_line(audit, at, length, number);
        at += length + (end == NULL ? 0 : 1);
    }
    if (strlen(text.data) != text.length)
        audit_fault(audit, "the export holds a NUL");
    find_missing(audit);
}

/* zhanji-aggregate lies beside this program, or on the path. */
static void find_aggregate(struct buffer *path)
{
    char self[2048];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    self[length < 0 ? 0 : length] = '\0';
    if (strrchr(self, '/') != NULL)
        *strrchr(self, '/') = '\0';
    buffer_format(path, "%s/zhanji-aggregate", self);
    if (access(path->data, X_OK) == 0)
        return;
    buffer_clear(path);
    buffer_text(path, "zhanji-aggregate");
}

static bool aggregate(const char *export, const char *out, struct error *error)
{
    auto_buffer struct buffer program = {0};
    auto_free char *name = memory_text("zhanji-aggregate");
    auto_free char *export_option = memory_text("--export");
    auto_free char *export_path = memory_text(export);
    auto_free char *out_option = memory_text("--out");
    auto_free char *out_path = memory_text(out);
    char *const arguments[] = {name, export_option, export_path, out_option, out_path, NULL};
    int status = 0;
    pid_t child;

    find_aggregate(&program);
    if (posix_spawnp(&child, program.data, NULL, NULL, arguments, environ) != 0)
        return error_set(error, ERROR_NOT_FOUND, "zhanji-aggregate is not installed");
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           error_set(error, ERROR_INVALID, "zhanji-aggregate refused the export");
}

/* The published row of a station, and the same computed again. */
struct station_row {
    const char *status, *standing, *confidence;
};

static bool same_number(const char *left, const char *right)
{
    json_t *a = json_loads(left, JSON_DECODE_ANY, NULL);
    json_t *b = json_loads(right, JSON_DECODE_ANY, NULL);
    bool is_same = json_is_number(a) && json_is_number(b) &&
                   fabs(json_number_value(a) - json_number_value(b)) < 1.5e-4;

    json_decref(a);
    json_decref(b);
    return is_same || strcmp(left, right) == 0;
}

static bool find_columns(const struct csv *csv, const char *const *names, int *columns_out,
                         size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        columns_out[i] = csv_column(csv, names[i]);
        if (columns_out[i] < 0)
            return error_set(error, ERROR_INVALID, "the list of statuses has no column %s",
                             names[i]);
    }
    return true;
}

/* The computed statuses by station: "status\nstanding\nconfidence", kept in one text. */
static bool read_computed(const char *path, struct map *stations, struct buffer *texts,
                          struct error *error)
{
    static const char *const names[] = {"item", "answer", "standing", "p"};
    auto_buffer struct buffer file = {0};
    const struct csv_field *fields;
    int columns[ARRAY_LENGTH(names)];
    int row = -1;

    if (!mirror_read(path, "computed.csv", MIRROR_FILE_MAX, &file, error))
        return false;
    struct csv *csv = csv_create_memory(file.data, file.length);
    bool is_read =
        csv_header(csv, error) && find_columns(csv, names, columns, ARRAY_LENGTH(names), error);
    while (is_read && (row = csv_row(csv, &fields, error)) > 0) {
        const struct csv_field *item = &fields[columns[0]];
        if (strchr(item->text, '/') != NULL)
            continue;
        map_put(stations, item->text, item->length, texts->length);
        for (size_t i = 1; i < ARRAY_LENGTH(names); i++)
            buffer_bytes(texts, fields[columns[i]].text, fields[columns[i]].length + 1);
    }
    csv_destroy(csv);
    return row == 0;
}

static void compare_row(struct audit *audit, const char *station, const struct station_row *shown,
                        const char *computed)
{
    auto_buffer struct buffer text = {0};
    const char *standing = computed + strlen(computed) + 1;
    const char *confidence = standing + strlen(standing) + 1;

    audit->statuses++;
    if (strcmp(shown->status, computed) == 0 && strcmp(shown->standing, standing) == 0 &&
        same_number(shown->confidence, confidence))
        return;
    buffer_format(
        &text, "%s is published as %s (%s, %s), but the approved reports give %s (%s, %s)", station,
        shown->status, shown->standing, shown->confidence, computed, standing, confidence);
    audit_fault(audit, text.data);
}

static bool compare_statuses(struct audit *audit, const struct map *stations, const char *texts,
                             struct error *error)
{
    static const char *const names[] = {"station", "status", "standing", "confidence"};
    auto_buffer struct buffer file = {0};
    const struct csv_field *fields;
    int columns[ARRAY_LENGTH(names)];
    int row = -1;
    uint64_t place;

    if (!mirror_read(audit->mirror.folder, "export/status.csv", MIRROR_FILE_MAX, &file, error))
        return false;
    struct csv *csv = csv_create_memory(file.data, file.length);
    bool is_read =
        csv_header(csv, error) && find_columns(csv, names, columns, ARRAY_LENGTH(names), error);
    while (is_read && (row = csv_row(csv, &fields, error)) > 0) {
        const struct csv_field *station = &fields[columns[0]];
        const struct station_row shown = {fields[columns[1]].text, fields[columns[2]].text,
                                          fields[columns[3]].text};
        if (map_get(stations, station->text, station->length, &place))
            compare_row(audit, station->text, &shown, texts + place);
        else
            fault(audit, station->text, "is a station that it does not have");
    }
    csv_destroy(csv);
    return row == 0;
}

static bool recompute(struct audit *audit, const char *folder, struct error *error)
{
    auto_buffer struct buffer export = {0};
    auto_buffer struct buffer out = {0};
    auto_buffer struct buffer texts = {0};
    auto_map struct map *stations = map_create();

    buffer_format(&export, "%s/export/reports.ndjson", audit->mirror.folder);
    buffer_format(&out, "%s/computed.csv", folder);
    if (!aggregate(export.data, out.data, error) ||
        !read_computed(folder, stations, &texts, error) ||
        !compare_statuses(audit, stations, texts.data, error))
        return false;
    if (audit->statuses != map_size(stations))
        audit_fault(audit, "status.csv does not have every station once");
    return true;
}

void audit_statuses(struct audit *audit)
{
    char folder[] = "/tmp/zhanji-audit-XXXXXX";
    struct error error = {0};

    if (mkdtemp(folder) == NULL) {
        snprintf(audit->statuses_why_not, sizeof audit->statuses_why_not, "no folder in /tmp");
        return;
    }
    audit->has_statuses = recompute(audit, folder, &error);
    mirror_remove(folder);
    if (audit->has_statuses)
        return;
    snprintf(audit->statuses_why_not, sizeof audit->statuses_why_not, "%.190s", error.text);
    if (error.kind != ERROR_NOT_FOUND)
        audit_fault(audit, error.text);
}
