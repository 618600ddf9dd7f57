#include "moderation/commands/log_find.h"

#include <stdio.h>
#include <string.h>

#include "moderation/mirror.h"

void log_progress(void *context, uint64_t done, uint64_t total)
{
    terminal_progress(context, "the log", done, total, done);
}

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

bool log_fetch(struct tool *tool, const char *url, const char *folder, bool with_export,
               struct error *error)
{
    struct client client = {.server = url};
    struct mirroring mirroring = {
        .client = url == NULL ? &tool->client : &client,
        .folder = folder,
        .with_export = with_export,
        .progress = tool->json ? NULL : log_progress,
        .context = &tool->terminal,
    };
    bool is_done = mirror_fetch(&mirroring, error);

    client_finish(&client);
    return is_done;
}

bool found_log_open(struct tool *tool, size_t word, bool with_export, struct found_log *found,
                    struct error *error)
{
    const char *where = word < tool->arguments.count ? tool->arguments.words[word] : NULL;

    found->folder = where;
    found->temporary[0] = '\0';
    if (where != NULL && !is_url(where))
        return true;
    snprintf(found->temporary, sizeof found->temporary, "/tmp/zhanji-log-XXXXXX");
    if (mkdtemp(found->temporary) == NULL)
        return error_set(error, ERROR_INTERNAL, "/tmp: no folder can be made there");
    found->folder = found->temporary;
    return log_fetch(tool, where, found->folder, with_export, error);
}

void found_log_finish(const struct found_log *found)
{
    if (found->temporary[0] != '\0')
        mirror_remove(found->temporary);
}
