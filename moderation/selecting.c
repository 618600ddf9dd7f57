#include "moderation/selecting.h"

#include <string.h>

static const struct {
    enum option option;
    const char *parameter;
} parameters[] = {
    {OPTION_STATION, "station"}, {OPTION_LINE, "line"},         {OPTION_FLAG, "flag"},
    {OPTION_TEXT, "q"},          {OPTION_FROM, "visited_from"}, {OPTION_TO, "visited_to"},
    {OPTION_ANSWER, "answer"},   {OPTION_CHANGES, "changes"},   {OPTION_ORDER, "order"},
};

void selecting_query(const struct arguments *arguments, struct buffer *path)
{
    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
        const char *value = arguments->options[parameters[i].option];
        if (value == NULL)
            continue;
        buffer_format(path, "&%s=", parameters[i].parameter);
        if (parameters[i].option == OPTION_CHANGES)
            value = "1";
        buffer_url(path, value, strlen(value));
    }
}

void selecting_explain(struct error *error)
{
    for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
        const char *name = parameters[i].parameter;
        size_t length = strlen(name);
        auto_free char *rest = NULL;
        if (strncmp(error->text, name, length) != 0 || error->text[length] != ':')
            continue;
        rest = memory_text(error->text + length);
        error_set(error, error->kind, "%s%s", option_name(parameters[i].option), rest);
        return;
    }
}
