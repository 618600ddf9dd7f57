#include <string.h>

#include "moderation/commands/verdict.h"
#include "moderation/wording.h"

static const char *past_name(enum entry_act act)
{
    static const char *const names[] = {
        [ACT_APPROVE] = "approved",
        [ACT_REJECT] = "rejected",
        [ACT_WITHHOLD] = "withheld",
        [ACT_REVERT] = "waits again",
    };

    return names[act];
}

static enum exit_code print_results(const struct tool *tool, enum entry_act act,
                                    const struct decided *items, size_t count)
{
    auto_buffer struct buffer text = {0};
    enum exit_code code = EXIT_DONE;

    for (size_t i = 0; i < count; i++) {
        const struct decided *item = &items[i];
        if (item->ok && !tool->json)
            buffer_format(&text, "%s%s%s  %s\n", terminal_style(&tool->terminal, STYLE_GOOD),
                          past_name(act), terminal_style(&tool->terminal, STYLE_NONE), item->id);
        if (item->ok)
            continue;
        code = EXIT_REFUSED;
        terminal_complain("%s: %s (%u)", item->id, item->error, item->status);
    }
    if (tool->json) {
        deciding_json(items, count, &text);
        buffer_char(&text, '\n');
    }
    if (text.length > 0)
        terminal_print(&text);
    return code;
}

static void show_progress(void *context, size_t done, size_t total)
{
    if (total > DECIDING_CHUNK)
        terminal_progress(context, "deciding", done, total, done);
}

static bool decide(struct tool *tool, const struct verdict *verdict, struct decided *items,
                   struct error *error)
{
    size_t count = tool->arguments.count;
    struct wording wording;
    struct deciding deciding = {
        .client = &tool->client,
        .key = &tool->key,
        .progress = show_progress,
        .context = &tool->terminal,
    };
    bool is_sent = true;

    if (!wording_load(&tool->client, tool->terminal.language, &wording, error))
        return false;
    deciding.survey = wording_survey_id(&wording);
    for (size_t i = 0; i < count && is_sent; i++)
        is_sent = deciding_find(&tool->client, tool->arguments.words[i], &items[i], error);
    is_sent = is_sent && deciding_send(&deciding, verdict, items, count, error);
    wording_finish(&wording);
    return is_sent;
}

static enum exit_code run(struct tool *tool, enum entry_act act)
{
    auto_free struct decided *items = memory_zeroed(tool->arguments.count, sizeof *items);
    struct error error = {0};
    struct verdict verdict;
    enum exit_code code = verdict_read(&tool->arguments, act, &verdict);

    if (code != EXIT_DONE)
        return code;
    if (!decide(tool, &verdict, items, &error))
        return tool_refuse(&error);
    return print_results(tool, act, items, tool->arguments.count);
}

enum exit_code command_approve(struct tool *tool)
{
    return run(tool, ACT_APPROVE);
}

enum exit_code command_reject(struct tool *tool)
{
    return run(tool, ACT_REJECT);
}

enum exit_code command_withhold(struct tool *tool)
{
    return run(tool, ACT_WITHHOLD);
}

enum exit_code command_revert(struct tool *tool)
{
    return run(tool, ACT_REVERT);
}
