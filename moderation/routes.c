#include "moderation/routes.h"

#include "moderation/handlers.h"

enum {
    NOTICES_BODY_MAX = 1 << 18,
    LINE_BODY_MAX = 4096
};

static const char json[] = "application/json";

#define API "/api/v1/moderation"

const struct http_route moderation_routes[] = {
    {HTTP_GET, API "/reports", handle_queue, 0, NULL, 0},
    {HTTP_GET, API "/reports/{id}", handle_show, 0, NULL, 0},
    {HTTP_POST, API "/decisions", handle_decisions, DECISIONS_BODY_MAX, json, 0},
    {HTTP_GET, API "/selection", handle_selection, 0, NULL, 0},
    {HTTP_GET, API "/preview", handle_preview, 0, NULL, 0},
    {HTTP_POST, API "/preview", handle_preview, PREVIEW_BODY_MAX, json, 0},
    {HTTP_GET, API "/statistics", handle_statistics, 0, NULL, 0},
    {HTTP_GET, API "/entries", handle_entries, 0, NULL, 0},
    {HTTP_GET, API "/moderators", handle_moderators, 0, NULL, HTTP_LOCAL_ONLY},
    {HTTP_POST, API "/moderators", handle_moderator_add, LINE_BODY_MAX, json, HTTP_LOCAL_ONLY},
    {HTTP_DELETE, API "/moderators/{name}", handle_moderator_retire, 0, NULL, HTTP_LOCAL_ONLY},
    {HTTP_POST, API "/notices", handle_notice_add, NOTICES_BODY_MAX, json, HTTP_LOCAL_ONLY},
    {HTTP_POST, API "/refit", handle_refit, 0, NULL, HTTP_LOCAL_ONLY},
    {HTTP_POST, API "/check", handle_check, 0, NULL, HTTP_LOCAL_ONLY},
    {HTTP_POST, API "/log-key", handle_log_key, LINE_BODY_MAX, json, HTTP_LOCAL_ONLY},
    {HTTP_POST, API "/purge", handle_purge, LINE_BODY_MAX, json, HTTP_LOCAL_ONLY},
    {HTTP_GET, API "/backup", handle_backup, 0, NULL, HTTP_LOCAL_ONLY},
    {HTTP_GET, "/desk", handle_desk, 0, NULL, 0},
    {HTTP_GET, "/desk/{file}", handle_desk_file, 0, NULL, 0},
};
const size_t moderation_routes_count = ARRAY_LENGTH(moderation_routes);
