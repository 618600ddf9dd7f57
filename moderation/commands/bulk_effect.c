/* What a bulk decision would be and change, before it is made. */
#include "moderation/commands/bulk_effect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "moderation/commands/bulk_list.h"

enum {
    STATIONS_SHOWN = 20
};

/* The stations of the reports, before and after their approval. */
static bool ask(struct tool *tool, const json_t *reports, json_t **reply_out, struct error *error)
{
    auto_json json_t *asked = json_object();
    auto_free char *body = NULL;
    json_t *ids = json_array();
    struct client_request request = {
        .method = "POST", .path = "/api/v1/moderation/preview", .type = "application/json"};

    json_object_set_new(asked, "reports", ids);
    for (size_t i = 0; i < json_array_size(reports); i++)
        json_array_append_new(ids, json_string(bulk_list_id(json_array_get(reports, i))));
    body = json_dumps(asked, JSON_COMPACT);
    request.body = body;
    request.length = strlen(body);
    return client_json(&tool->client, &request, reply_out, error);
}

static const char *status_of(const json_t *station, const char *when)
{
    return wording_member(json_object_get(station, when), "status");
}

/* Those that would change, as {"id","from","to"} with their names in "name". */
static json_t *changes_of(const json_t *stations)
{
    json_t *changes = json_array();

    for (size_t i = 0; i < json_array_size(stations); i++) {
        const json_t *station = json_array_get(stations, i);
        if (!json_is_true(json_object_get(station, "changes")))
            continue;
        json_array_append_new(
            changes,
            json_pack("{s:s,s:s,s:s,s:O}", "id", wording_member(station, "station"), "from",
                      status_of(station, "before"), "to", status_of(station, "after"), "name",
                      json_object_get(json_object_get(station, "after"), "name")));
    }
    return changes;
}

static void print_changes(const struct wording *wording, const json_t *changes, size_t stations)
{
    const json_t *texts = json_object_get(json_object_get(wording->survey, "statuses"), "texts");
    size_t count = json_array_size(changes);

    for (size_t i = 0; i < count && i < STATIONS_SHOWN; i++) {
        const json_t *change = json_array_get(changes, i);
        printf("  %s: %s -> %s\n", wording_pick(wording, json_object_get(change, "name")),
               wording_pick(wording, json_object_get(texts, wording_member(change, "from"))),
               wording_pick(wording, json_object_get(texts, wording_member(change, "to"))));
    }
    if (count > STATIONS_SHOWN)
        printf("  and %zu more\n", count - STATIONS_SHOWN);
    printf("%zu of %zu station%s would change %s status\n", count, stations, plural(stations),
           stations == 1 ? "its" : "their");
}

static void print_json(size_t count, uint64_t total, json_t *changes)
{
    auto_json json_t *json =
        json_pack("{s:b,s:I,s:I,s:O}", "dry_run", 1, "reports", (json_int_t)count, "total",
                  (json_int_t)total, "stations", changes);
    auto_free char *text = json_dumps(json, JSON_COMPACT);

    puts(text);
}

bool bulk_effect(struct tool *tool, const struct wording *wording, const json_t *reports,
                 uint64_t total, bool is_approval, struct error *error)
{
    size_t count = json_array_size(reports);
    auto_json json_t *reply = NULL;
    auto_json json_t *changes = json_null();

    if (count == 0 && !tool->json) {
        puts("nothing matches");
        return true;
    }
    if (is_approval && count > 0 && !ask(tool, reports, &reply, error))
        return false;
    if (is_approval)
        changes = changes_of(json_object_get(reply, "stations"));
    if (tool->json) {
        print_json(count, total, changes);
        return true;
    }
    printf("%zu report%s of %" PRIu64 " that match would be decided by one signed entry\n", count,
           plural(count), total);
    if (is_approval)
        print_changes(wording, changes, json_array_size(json_object_get(reply, "stations")));
    return true;
}
