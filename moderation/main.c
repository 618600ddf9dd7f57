#include <curl/curl.h>

#include "moderation/tool.h"

int main(int argc, char **argv)
{
    struct tool tool = {0};
    struct error error = {0};
    enum exit_code code;

    if (!secret_start(&error))
        return (int)tool_refuse(&error);
    json_object_seed(0);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (argc < 1 || !arguments_parse(argv + 1, (size_t)argc - 1, &tool.arguments, &error))
        code = tool_misuse(error.text, NULL);
    else
        code = tool_run(&tool);
    client_finish(&tool.client);
    keyfile_wipe(&tool.key);
    curl_global_cleanup();
    return (int)code;
}
