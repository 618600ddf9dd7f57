#include "moderation/import.h"

#include <string.h>

#include "collector/base/file.h"
#include "collector/base/secret.h"

#define FILE_MAX ((size_t)4 << 30)

/* The columns that are not questions: each is a text of the report. */
static const char *const text_columns[] = {
    "id", "station", "visited", "basis", "note", "private_note", "reporter",
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);

    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static bool is_text_column(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(text_columns); i++)
        if (strcmp(text_columns[i], name) == 0)
            return true;
    return false;
}

static bool is_question(const struct wording *wording, const char *name)
{
    const json_t *questions = json_object_get(wording->survey, "questions");

    for (size_t i = 0; i < json_array_size(questions); i++)
        if (strcmp(wording_member(json_array_get(questions, i), "id"), name) == 0)
            return true;
    return false;
}

static bool check_columns(const struct csv *csv, const struct wording *wording, struct error *error)
{
    bool has_question = false;

    for (size_t i = 0; i < csv_columns(csv); i++) {
        const char *name = csv_column_name(csv, i);
        bool asks = is_question(wording, name);
        if (!asks && !is_text_column(name))
            return error_set(error, ERROR_INVALID,
                             "line 1: there is no column %.60s: neither a question of this survey "
                             "nor station, visited, basis, note, private_note, reporter or id",
                             name);
        has_question = has_question || asks;
    }
    if (csv_column(csv, "station") < 0 || csv_column(csv, "visited") < 0 || !has_question)
        return error_set(error, ERROR_INVALID,
                         "line 1: the columns station, visited and at least one question are "
                         "needed");
    return true;
}

/* A byte-order mark is no part of the first line. */
static size_t mark_length(const struct import *import)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t length = strlen(mark);

    return import->length >= length && memcmp(import->bytes, mark, length) == 0 ? length : 0;
}

static bool read_whole(const char *path, struct import *import, struct error *error)
{
    auto_buffer struct buffer bytes = {0};

    if (!file_read(path, FILE_MAX, &bytes, error))
        return false;
    import->length = bytes.length;
    import->bytes = bytes.length == 0 ? memory_text("") : buffer_take(&bytes);
    return true;
}

bool import_open(const char *path, const struct wording *wording, struct import *import_out,
                 struct error *error)
{
    struct import import = {.wording = wording};
    bool is_csv = ends_with(path, ".csv");

    if (!is_csv && !ends_with(path, ".ndjson"))
        return error_set(error, ERROR_INVALID, "%s: the name must end with .ndjson or .csv", path);
    if (!read_whole(path, &import, error))
        return false;
    import.seen = map_create();
    import.at = mark_length(&import);
    if (is_csv) {
        import.csv = csv_create_memory(import.bytes, import.length);
        if (!csv_header(import.csv, error) || !check_columns(import.csv, wording, error)) {
            import_close(&import);
            return error_prefix(error, "%s", path);
        }
    }
    *import_out = import;
    return true;
}

void import_close(struct import *import)
{
    csv_destroy(import->csv);
    map_destroy(import->seen);
    free(import->bytes);
    *import = (struct import){0};
}

size_t import_position(const struct import *import)
{
    return import->csv != NULL ? csv_bytes(import->csv) : import->at;
}

/* An id of the content (RFC 9562 §5.8: version 8 is ours to fill) and of its number among equals. */
static void make_id(struct import *import, json_t *report)
{
    auto_free char *content = json_dumps(report, JSON_COMPACT | JSON_SORT_KEYS);
    auto_buffer struct buffer numbered = {0};
    uint8_t digest[SECRET_KEY_SIZE];
    char text[UUID_TEXT_SIZE];
    uint64_t count = 0;

    sha256_bytes(content, strlen(content), digest);
    if (!map_get(import->seen, digest, sizeof digest, &count))
        count = 0;
    map_put(import->seen, digest, sizeof digest, count + 1);
    buffer_format(&numbered, "zhanji-import/v1\n%llu\n%s", (unsigned long long)count, content);
    sha256_bytes(numbered.data, numbered.length, digest);
    digest[6] = (uint8_t)((digest[6] & 0x0F) | 0x80);
    digest[8] = (uint8_t)((digest[8] & 0x3F) | 0x80);
    uuid_print(digest, text);
    json_object_set_new(report, "id", json_string(text));
}

static void print_report(struct import *import, json_t *report, struct buffer *json)
{
    auto_free char *line = NULL;

    if (json_object_get(report, "id") == NULL)
        make_id(import, report);
    line = json_dumps(report, JSON_COMPACT);
    buffer_text(json, line);
}

/* The first line of an export says that it is one; it is no report. */
static bool is_header(struct import *import, const json_t *line)
{
    if (import->line_number == 1 && json_is_integer(json_object_get(line, "export")))
        import->is_export = true;
    return import->is_export && import->line_number == 1;
}

/* What a server publishes beside what was reported. The pseudonym of a station's reporter stands
 * for the reporter, so that one's reports still count as one's. */
static void strip_published(json_t *report)
{
    static const char *const published[] = {"version", "decided", "entry", "accuracy"};
    static const char *const left_open[] = {"note", "reporter"};

    for (size_t i = 0; i < ARRAY_LENGTH(published); i++)
        json_object_del(report, published[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(left_open); i++)
        if (json_is_null(json_object_get(report, left_open[i])))
            json_object_del(report, left_open[i]);
}

static void take_line(struct import *import, json_t *report, const char *line, size_t length,
                      struct buffer *json)
{
    if (json_is_object(report) && import->is_export)
        strip_published(report);
    if (json_is_object(report) && (import->is_export || json_object_get(report, "id") == NULL))
        print_report(import, report, json);
    else
        buffer_bytes(json, line, length);
}

static int next_line(struct import *import, struct buffer *json, size_t *line_out)
{
    while (import->at < import->length) {
        const char *line = import->bytes + import->at;
        const char *end = memchr(line, '\n', import->length - import->at);
        size_t length = end == NULL ? import->length - import->at : (size_t)(end - line);
        json_t *report;
        import->at += length + (end == NULL ? 0 : 1);
        import->line_number++;
        if (strspn(line, " \t\r") >= length)
            continue;
        *line_out = import->line_number;
        report = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
        bool is_report = !is_header(import, report);
        if (is_report)
            take_line(import, report, line, length, json);
        json_decref(report);
        if (is_report)
            return 1;
    }
    return 0;
}

/* An empty field is a field that was not filled in. Spreadsheets like to save in another encoding:
 * half of a report would be worse than none. */
static bool add_field(const struct import *import, json_t *report, json_t *answers, size_t column,
                      const struct csv_field *field, struct error *error)
{
    const char *name = csv_column_name(import->csv, column);
    json_t *value = json_stringn(field->text, field->length);

    if (value == NULL)
        return error_set(error, ERROR_INVALID,
                         "line %zu: column %.40s is not UTF-8; save the file as CSV in UTF-8",
                         csv_line(import->csv), name);
    if (field->length == 0)
        json_decref(value);
    else
        json_object_set_new(is_text_column(name) ? report : answers, name, value);
    return true;
}

static int next_row(struct import *import, struct buffer *json, size_t *line_out,
                    struct error *error)
{
    const struct csv_field *fields;
    int found = csv_row(import->csv, &fields, error);

    if (found <= 0)
        return found;
    auto_json json_t *report = json_object();
    json_t *answers = json_object();
    json_object_set_new(report, "answers", answers);
    for (size_t i = 0; i < csv_columns(import->csv); i++)
        if (!add_field(import, report, answers, i, &fields[i], error))
            return -1;
    print_report(import, report, json);
    *line_out = csv_line(import->csv);
    return 1;
}

int import_next(struct import *import, struct buffer *json, size_t *line_out, struct error *error)
{
    return import->csv != NULL ? next_row(import, json, line_out, error)
                               : next_line(import, json, line_out);
}
