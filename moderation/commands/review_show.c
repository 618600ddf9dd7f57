#include "moderation/commands/review_show.h"

#include <stdio.h>
#include <string.h>

/* What the station says now, so that a change is seen as one. */
static void print_station(struct tool *tool, const struct wording *wording, const json_t *report)
{
    auto_buffer struct buffer path = {0};
    auto_json json_t *station = NULL;
    const char *status;
    long long reports;
    const json_t *texts = json_object_get(json_object_get(wording->survey, "statuses"), "texts");

    buffer_text(&path, "/api/v1/stations/");
    buffer_url(&path, wording_member(report, "station"), strlen(wording_member(report, "station")));
    if (!client_get(&tool->client, path.data, &station, NULL))
        return;
    status = wording_member(station, "status");
    reports = (long long)json_integer_value(json_object_get(station, "reports"));
    printf("  now: %s, %s, %lld %s\n", wording_pick(wording, json_object_get(texts, status)),
           wording_member(station, "standing"), reports, reports == 1 ? "report" : "reports");
}

void review_show(struct tool *tool, const struct wording *wording, const json_t *report)
{
    const struct terminal *terminal = &tool->terminal;
    auto_buffer struct buffer text = {0};

    buffer_char(&text, '\n');
    wording_report(wording, terminal, report, &text);
    terminal_print(&text);
    print_station(tool, wording, report);
}
