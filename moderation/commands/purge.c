/* Erasing what is personal of reports that were refused long ago. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/number.h"
#include "moderation/commands/commands.h"

enum {
    DAYS_MAX = 36500
};

struct purge {
    struct tool *tool;
    uint64_t days;
    bool is_dry;
    uint64_t reports, entries;
    char before[16];
};

/* One request takes a piece. */
static bool take_piece(struct purge *purge, bool *more_out, struct error *error)
{
    auto_json json_t *reply = NULL;
    char body[80];
    struct client_request request = {
        .method = "POST", .path = "/api/v1/moderation/purge", .type = "application/json"};

    snprintf(body, sizeof body, "{\"days\":%" PRIu64 ",\"dry_run\":%s}", purge->days,
             purge->is_dry ? "true" : "false");
    request.body = body;
    request.length = strlen(body);
    if (!client_json(&purge->tool->client, &request, &reply, error))
        return false;
    json_int_t reports = json_integer_value(json_object_get(reply, "reports"));
    const char *before = json_string_value(json_object_get(reply, "before"));
    purge->reports += (uint64_t)reports;
    purge->entries += reports > 0 && !purge->is_dry ? 1 : 0;
    snprintf(purge->before, sizeof purge->before, "%s", before == NULL ? "" : before);
    *more_out = json_is_true(json_object_get(reply, "more"));
    return true;
}

static bool take_all(struct purge *purge, struct error *error)
{
    struct purge count = {.tool = purge->tool, .days = purge->days, .is_dry = true};
    bool more = false;

    if (!take_piece(&count, &more, error))
        return false;
    if (purge->is_dry) {
        *purge = count;
        return true;
    }
    do {
        if (!take_piece(purge, &more, error))
            return false;
        if (!purge->tool->json && purge->reports > 0)
            terminal_progress(&purge->tool->terminal, "purging",
                              more ? purge->reports : count.reports, count.reports, purge->reports);
    } while (more);
    return true;
}

static void print_result(const struct purge *purge)
{
    if (purge->tool->json)
        printf("{\"before\":\"%s\",\"reports\":%" PRIu64 ",\"entries\":%" PRIu64
               ",\"dry_run\":%s}\n",
               purge->before, purge->reports, purge->entries, purge->is_dry ? "true" : "false");
    else if (purge->reports == 0)
        printf("nothing to purge: no report that was refused before %s has anything personal "
               "left\n",
               purge->before);
    else if (purge->is_dry)
        printf("%" PRIu64 " reports that were refused before %s would lose their notes, "
               "pseudonyms and times of day\n",
               purge->reports, purge->before);
    else
        printf("%" PRIu64 " reports that were refused before %s have lost their notes, pseudonyms "
               "and times of day; %" PRIu64 " entries of the log say which\n",
               purge->reports, purge->before, purge->entries);
}

enum exit_code command_purge(struct tool *tool)
{
    const char *text = tool->arguments.words[0];
    struct purge purge = {.tool = tool, .is_dry = tool->arguments.options[OPTION_DRY_RUN] != NULL};
    struct error error = {0};

    if (!number_unsigned(text, strlen(text), DAYS_MAX, &purge.days) || purge.days == 0) {
        terminal_complain("%.60s is no number of days: give 1 to %d, such as `purge 365`", text,
                          DAYS_MAX);
        return EXIT_USAGE;
    }
    if (!take_all(&purge, &error))
        return tool_refuse(&error);
    print_result(&purge);
    return EXIT_DONE;
}
