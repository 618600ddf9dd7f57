#include "moderation/bulk.h"

#include <inttypes.h>
#include <string.h>

#include "collector/log/merkle.h"

enum {
    CONFLICTS_SHOWN = 100
};

static const json_t *find_list(const json_t *lists, const struct entry *entry, struct error *error)
{
    auto_buffer struct buffer root = {0};
    const json_t *list;

    buffer_base64(&root, entry->root, sizeof entry->root);
    list = json_object_get(lists, root.data);
    if (!json_is_array(list)) {
        error_set(error, ERROR_INVALID,
                  "\"reports\" of the request has no list for this entry's root");
        return NULL;
    }
    if (json_array_size(list) != entry->reports) {
        error_set(error, ERROR_INVALID, "the entry is about %u reports, the list has %zu",
                  (unsigned)entry->reports, json_array_size(list));
        return NULL;
    }
    return list;
}

static bool take_report(const json_t *element, struct covered_report *report, struct error *error)
{
    const json_t *id = json_is_object(element) ? json_object_get(element, "id") : element;
    json_int_t version = json_integer_value(json_object_get(element, "version"));

    if (!json_is_string(id) ||
        !uuid_parse(json_string_value(id), json_string_length(id), report->uuid))
        return error_set(error, ERROR_INVALID, "the list of reports holds what is no id");
    if (version < 0 || version > UINT32_MAX)
        return error_set(error, ERROR_INVALID, "the list of reports holds what is no version");
    report->version = (uint32_t)version;
    return true;
}

static bool take_reports(const json_t *list, struct covered_report *reports, struct error *error)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (!take_report(json_array_get(list, i), &reports[i], error))
            return false;
        if (i > 0 && memcmp(reports[i - 1].uuid, reports[i].uuid, UUID_SIZE) >= 0)
            return error_set(error, ERROR_INVALID,
                             "the list of reports is not in id order, each once");
    }
    return true;
}

static bool has_root(const struct covered_report *reports, const struct entry *entry)
{
    struct merkle_frontier frontier = {0};
    struct hash root;

    for (uint32_t i = 0; i < entry->reports; i++) {
        char text[UUID_TEXT_SIZE];
        struct hash leaf;
        uuid_print(reports[i].uuid, text);
        leaf = merkle_leaf(text, UUID_TEXT_SIZE - 1);
        merkle_append(&frontier, &leaf);
    }
    root = merkle_frontier_root(&frontier);
    return memcmp(root.bytes, entry->root, sizeof entry->root) == 0;
}

bool bulk_take(const json_t *lists, const struct entry *entry, struct covered_report **reports_out,
               struct error *error)
{
    const json_t *list = find_list(lists, entry, error);
    struct covered_report *reports;

    if (list == NULL)
        return false;
    reports = memory_zeroed(entry->reports, sizeof *reports);
    if (take_reports(list, reports, error) &&
        (has_root(reports, entry) ||
         error_set(error, ERROR_INVALID, "the root of the entry is not that of the list"))) {
        *reports_out = reports;
        return true;
    }
    free(reports);
    return false;
}

void bulk_print(const struct covered_report *reports, size_t count, uint64_t entry_end,
                struct buffer *buffer)
{
    size_t shown = 0;

    if (entry_end > 0)
        buffer_format(buffer, ",\"entry\":%" PRIu64, entry_end - 1);
    buffer_format(buffer, ",\"reports\":%zu,\"conflicts\":[", count);
    for (size_t i = 0; i < count && shown < CONFLICTS_SHOWN; i++) {
        char id[UUID_TEXT_SIZE];
        if (!reports[i].refused)
            continue;
        uuid_print(reports[i].uuid, id);
        buffer_format(buffer, "%s{\"id\":\"%s\",\"error\":", shown++ > 0 ? "," : "", id);
        buffer_json(buffer, reports[i].reason.text, strlen(reports[i].reason.text));
        buffer_char(buffer, '}');
    }
    buffer_char(buffer, ']');
}
