#include "collector/survey/archive.h"

#include <string.h>

#include "collector/base/map.h"

/* An archive while it is read. */
struct loading {
    const struct survey *survey;
    int64_t now;
    struct archive archive;
    int capacity;
    struct map *ids;
    struct error *error;
};

static bool line_fault(struct loading *loading, const char *path, size_t line, const char *reason)
{
    return error_set(loading->error, ERROR_INVALID, "%s:%zu: %s", path, line, reason);
}

static bool report_fault(struct loading *loading, const char *path, size_t line,
                         const struct report_faults *faults)
{
    if (faults->not_json)
        return line_fault(loading, path, line, faults->reason);
    const struct report_fault *fault = &faults->faults[0];
    return error_set(loading->error, ERROR_INVALID, "%s:%zu: %s: %s: %s", path, line,
                     fault->pointer, fault->code, fault->detail);
}

static void keep(struct loading *loading, const struct report *report)
{
    struct archive *archive = &loading->archive;
    if (archive->count == loading->capacity) {
        loading->capacity = loading->capacity == 0 ? 16 : loading->capacity * 2;
        archive->reports = memory_resize_take(archive->reports, (size_t)loading->capacity,
                                              sizeof *archive->reports);
    }
    archive->reports[archive->count++] = *report;
}

static bool read_line(struct loading *loading, const char *path, size_t line, const char *text,
                      size_t length)
{
    struct report report;
    struct report_faults faults;
    if (!report_parse(loading->survey, text, length, loading->now, &report, &faults)) {
        report_fault(loading, path, line, &faults);
        report_faults_finish(&faults);
        return false;
    }
    keep(loading, &report);
    if (!report.has_id)
        return line_fault(loading, path, line, "/id: a report of the archive needs an id");
    if (report.private_note != NULL)
        return line_fault(loading, path, line, "/private_note: the archive is public");
    if (!map_put(loading->ids, report.uuid, UUID_SIZE, 0))
        return line_fault(loading, path, line, "/id: the id is there already");
    return true;
}

static bool is_blank(const char *text, size_t length)
{
    return strspn(text, " \t\r") >= length;
}

static bool read_lines(struct loading *loading, const char *path, const struct buffer *bytes)
{
    size_t line = 1;
    for (size_t begin = 0; begin < bytes->length; line++) {
        const char *text = bytes->data + begin;
        const char *newline = memchr(text, '\n', bytes->length - begin);
        size_t length = newline == NULL ? bytes->length - begin : (size_t)(newline - text);
        if (!is_blank(text, length) && !read_line(loading, path, line, text, length))
            return false;
        begin += length + 1;
    }
    return true;
}

static bool read_files(struct loading *loading, const struct source *source)
{
    struct source_list list = {0};
    if (!source_list(source, "archive", &list, loading->error))
        return false;
    bool read = true;
    for (size_t i = 0; read && i < list.count; i++) {
        auto_buffer struct buffer bytes = {0};
        read = source_read(source, list.paths[i], &bytes, loading->error) &&
               read_lines(loading, list.paths[i], &bytes);
    }
    source_list_finish(&list);
    return read;
}

bool archive_load(const struct survey *survey, const struct source *source, int64_t now,
                  struct archive *archive_out, struct error *error)
{
    struct loading loading = {.survey = survey, .now = now, .ids = map_create(), .error = error};
    bool read = read_files(&loading, source);
    map_destroy(loading.ids);
    if (!read) {
        archive_finish(&loading.archive);
        return false;
    }
    *archive_out = loading.archive;
    return true;
}

void archive_finish(struct archive *archive)
{
    for (int i = 0; i < archive->count; i++)
        report_finish(&archive->reports[i]);
    free(archive->reports);
    *archive = (struct archive){0};
}
