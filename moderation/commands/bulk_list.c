/* The ids that a bulk decision is about: kept in a file, read from one or from the log. */
#include "moderation/commands/bulk_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/file.h"
#include "collector/base/number.h"
#include "collector/log/entry.h"
#include "moderation/wording.h"

enum {
    LIST_BYTES_MAX = ENTRY_REPORTS_MAX * UUID_TEXT_SIZE
};

const char *bulk_list_id(const json_t *report)
{
    return json_is_string(report) ? json_string_value(report) : wording_member(report, "id");
}

/* The ids, one a line, for `bulk revert`: on disk before anything is decided. */
bool bulk_list_keep(const json_t *reports, const char *path, struct error *error)
{
    FILE *file;
    bool is_written;

    if (path == NULL)
        return true;
    file = fopen(path, "wxe");
    if (file == NULL)
        return error_set(error, ERROR_INVALID, "cannot make %.120s: %s", path,
                         strerrordesc_np(errno));
    for (size_t i = 0; i < json_array_size(reports); i++)
        fprintf(file, "%s\n", bulk_list_id(json_array_get(reports, i)));
    is_written = ferror(file) == 0;
    if (fclose(file) != 0 || !is_written)
        return error_set(error, ERROR_INTERNAL, "cannot write %.120s", path);
    return true;
}

static json_t *split(struct buffer *text)
{
    json_t *ids = json_array();
    char *rest = text->data;
    char *line;

    while (rest != NULL && (line = strsep(&rest, "\n")) != NULL)
        if (line[0] != '\0')
            json_array_append_new(ids, json_string(line));
    return ids;
}

static bool read_entry(struct tool *tool, uint64_t number, struct buffer *text, struct error *error)
{
    auto_reply struct client_reply reply = {0};
    struct client_request request = {.method = "GET"};
    char path[60];

    snprintf(path, sizeof path, "/log/reports/%llu", (unsigned long long)number);
    request.path = path;
    if (!client_send(&tool->client, &request, &reply, error))
        return false;
    if (reply.status == 404)
        return error_set(error, ERROR_NOT_FOUND, "entry %llu of the log is no decision on many",
                         (unsigned long long)number);
    if (reply.status != 200)
        return client_refused(&reply, error);
    *text = reply.body;
    reply.body = (struct buffer){0};
    return true;
}

bool bulk_list_read(struct tool *tool, const char *word, json_t **ids_out, struct error *error)
{
    auto_buffer struct buffer text = {0};
    uint64_t number;
    bool is_number =
        access(word, F_OK) != 0 && number_unsigned(word, strlen(word), INT64_MAX, &number);

    if (is_number ? !read_entry(tool, number, &text, error)
                  : !file_read(word, LIST_BYTES_MAX, &text, error))
        return false;
    *ids_out = split(&text);
    return true;
}
