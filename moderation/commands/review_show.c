#include "moderation/commands/review_show.h"

#include <stdio.h>
#include <string.h>

static const char *status_text(const struct wording *wording, const json_t *station)
{
    const json_t *texts = json_object_get(json_object_get(wording->survey, "statuses"), "texts");

    return wording_pick(wording, json_object_get(texts, wording_member(station, "status")));
}

/* "no_id 79 %" */
static void print_answer(const struct wording *wording, const json_t *station, const char *question)
{
    const json_t *state = json_object_get(json_object_get(station, "questions"), question);
    const char *answer = wording_member(state, "answer");
    const double percent = 100;

    if (answer[0] == '\0')
        printf("?");
    else
        printf("%s %.0f %%", wording_option(wording, question, answer),
               percent * json_number_value(json_object_get(json_object_get(state, "p"), answer)));
}

/* What the station says now and what it would say, so that a change is seen as one. */
static void print_preview(struct tool *tool, const struct wording *wording, const json_t *report)
{
    auto_buffer struct buffer path = {0};
    auto_json json_t *preview = NULL;
    json_t *answers = json_object_get(report, "answers");
    const json_t *station, *before, *after;

    buffer_format(&path, "/api/v1/moderation/preview?report=%s", wording_member(report, "id"));
    if (!client_get(&tool->client, path.data, &preview, NULL))
        return;
    station = json_array_get(json_object_get(preview, "stations"), 0);
    before = json_object_get(station, "before");
    after = json_object_get(station, "after");
    printf("  now:      %s (%s), %lld reports\n", status_text(wording, before),
           wording_of(wording, "standings", wording_member(before, "standing")),
           (long long)json_integer_value(json_object_get(before, "reports")));
    printf("  approved: %s%s%s (%s)\n",
           terminal_style(&tool->terminal, json_is_true(json_object_get(station, "changes"))
                                               ? STYLE_NOTE
                                               : STYLE_NONE),
           status_text(wording, after), terminal_style(&tool->terminal, STYLE_NONE),
           wording_of(wording, "standings", wording_member(after, "standing")));
    for (void *at = json_object_iter(answers); at != NULL;
         at = json_object_iter_next(answers, at)) {
        const char *question = json_object_iter_key(at);
        printf("    %s ", wording_question(wording, question));
        print_answer(wording, before, question);
        printf(" -> ");
        print_answer(wording, after, question);
        putchar('\n');
    }
}

static void print_flags(const struct terminal *terminal, const struct wording *wording,
                        const json_t *report)
{
    const json_t *flags = json_object_get(report, "flags");

    for (size_t i = 0; i < json_array_size(flags); i++)
        printf("  %s! %s%s\n", terminal_style(terminal, STYLE_BAD),
               wording_pick(wording, json_object_get(json_array_get(flags, i), "text")),
               terminal_style(terminal, STYLE_NONE));
}

void review_show(struct tool *tool, const struct wording *wording, const json_t *report)
{
    const struct terminal *terminal = &tool->terminal;
    auto_buffer struct buffer text = {0};

    buffer_char(&text, '\n');
    wording_report(wording, terminal, report, &text);
    terminal_print(&text);
    print_flags(terminal, wording, report);
    print_preview(tool, wording, report);
}
