#include "moderation/deciding.h"

#include <inttypes.h>
#include <string.h>

#include "collector/base/day.h"

enum {
    AHEAD_MAX = 10 /* seconds */
};

const char *deciding_state(enum entry_act act)
{
    static const char *const states[] = {
        [ACT_APPROVE] = "approved",
        [ACT_REJECT] = "rejected",
        [ACT_WITHHOLD] = "withheld",
        [ACT_REVERT] = "pending",
    };

    return states[act];
}

static void set_text(char *out, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);

    memcpy(out, text, length);
    out[length] = '\0';
}

static void print_entry(const struct deciding *deciding, const struct verdict *verdict,
                        const struct decided *item, struct buffer *line)
{
    struct clock clock = clock_real();
    struct entry entry = {
        .act = verdict->act,
        .at = clock_now(&clock) + item->ahead,
        .by = BY_MODERATOR,
        .hide_note = verdict->hide_note,
        .version = item->version,
    };

    set_text(entry.note, sizeof entry.note, verdict->note);
    set_text(entry.reason, sizeof entry.reason, verdict->reason);
    set_text(entry.survey, sizeof entry.survey, deciding->survey);
    if (!uuid_parse(item->id, strlen(item->id), entry.report))
        return;
    entry_sign(&entry, &deciding->key->secret);
    entry_print(&entry, line);
}

static void print_chunk(const struct deciding *deciding, const struct verdict *verdict,
                        struct decided *const *chunk, size_t count, struct buffer *body)
{
    buffer_text(body, "{\"entries\":[");
    for (size_t i = 0; i < count; i++) {
        auto_buffer struct buffer line = {0};
        print_entry(deciding, verdict, chunk[i], &line);
        if (i > 0)
            buffer_char(body, ',');
        buffer_json(body, line.data, line.length);
    }
    buffer_text(body, "]}");
}

/* An entry that is the same as one of this second (decided, taken back and decided so again) is a
 * repetition to the server, and changes nothing: it is dated a second ahead and sent again. */
static void take_result(const json_t *result, const struct verdict *verdict, struct decided *item)
{
    const char *text = json_string_value(json_object_get(result, "error"));
    const char *state = json_string_value(json_object_get(result, "state"));

    item->ok = json_is_true(json_object_get(result, "ok"));
    item->status = (unsigned)json_integer_value(json_object_get(result, "status"));
    set_text(item->error, sizeof item->error, text == NULL ? "" : text);
    if (!item->ok || state == NULL || strcmp(state, deciding_state(verdict->act)) == 0 ||
        item->ahead == AHEAD_MAX)
        return;
    item->ahead++;
    item->status = 0;
    item->ok = false;
}

static bool send_chunk(const struct deciding *deciding, const struct verdict *verdict,
                       struct decided *const *chunk, size_t count, struct error *error)
{
    auto_buffer struct buffer body = {0};
    auto_json json_t *json = NULL;
    const json_t *results;

    print_chunk(deciding, verdict, chunk, count, &body);
    results = client_decide(deciding->client, body.data, body.length, count, &json, error);
    if (results == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        take_result(json_array_get(results, i), verdict, chunk[i]);
    return true;
}

static bool send_until_done(const struct deciding *deciding, const struct verdict *verdict,
                            struct decided **chunk, size_t count, struct error *error)
{
    while (count > 0) {
        size_t left = 0;
        if (!send_chunk(deciding, verdict, chunk, count, error))
            return false;
        for (size_t i = 0; i < count; i++)
            if (chunk[i]->status == 0)
                chunk[left++] = chunk[i];
        count = left;
    }
    return true;
}

bool deciding_send(const struct deciding *deciding, const struct verdict *verdict,
                   struct decided *items, size_t count, struct error *error)
{
    struct decided *chunk[DECIDING_CHUNK];
    size_t chunk_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (items[i].status == 0)
            chunk[chunk_count++] = &items[i];
        if (chunk_count < DECIDING_CHUNK && (i + 1 < count || chunk_count == 0))
            continue;
        if (!send_until_done(deciding, verdict, chunk, chunk_count, error))
            return false;
        chunk_count = 0;
        if (deciding->progress != NULL)
            deciding->progress(deciding->context, i + 1, count);
    }
    return true;
}

bool deciding_find(struct client *client, const char *id, struct decided *item_out,
                   struct error *error)
{
    struct decided item = {0};
    uint8_t uuid[UUID_SIZE];
    char path[80];
    auto_json json_t *report = NULL;

    if (!uuid_parse(id, strlen(id), uuid)) {
        set_text(item.id, sizeof item.id, id);
        item.status = 404;
        set_text(item.error, sizeof item.error, "this is not the id of a report");
        *item_out = item;
        return true;
    }
    uuid_print(uuid, item.id);
    snprintf(path, sizeof path, "/api/v1/moderation/reports/%s", item.id);
    if (client_get(client, path, &report, error)) {
        item.version = (uint32_t)json_integer_value(json_object_get(report, "version"));
    } else if (error->kind == ERROR_NOT_FOUND) {
        item.status = 404;
        set_text(item.error, sizeof item.error, "there is no such report");
        *error = (struct error){0};
    } else {
        return false;
    }
    *item_out = item;
    return true;
}

void deciding_json(const struct decided *items, size_t count, struct buffer *buffer)
{
    buffer_text(buffer, "{\"results\":[");
    for (size_t i = 0; i < count; i++) {
        buffer_text(buffer, i > 0 ? ",{\"id\":" : "{\"id\":");
        buffer_json(buffer, items[i].id, strlen(items[i].id));
        buffer_format(buffer, ",\"ok\":%s,\"status\":%u,\"error\":", items[i].ok ? "true" : "false",
                      items[i].status);
        if (items[i].ok)
            buffer_text(buffer, "null");
        else
            buffer_json(buffer, items[i].error, strlen(items[i].error));
        buffer_char(buffer, '}');
    }
    buffer_text(buffer, "]}");
}
