#ifndef ZHANJI_MODERATION_HANDLERS_H
#define ZHANJI_MODERATION_HANDLERS_H

#include "collector/http/http.h"

enum {
    DECISIONS_MAX = 1000,         /* entries a request */
    DECISIONS_BODY_MAX = 1 << 20, /* bytes of one */
    PREVIEW_BODY_MAX = 1 << 19    /* bytes; 10,000 ids */
};

/* The handlers of moderation_routes (design §7); their context is `const struct app *`. */
http_handler handle_queue;
http_handler handle_show;
http_handler handle_decisions;
http_handler handle_entries;
http_handler handle_selection;
http_handler handle_preview;
http_handler handle_statistics;
http_handler handle_desk;
http_handler handle_desk_file;
/* Those of the operator, on the Unix socket alone. */
http_handler handle_moderators;
http_handler handle_moderator_add;
http_handler handle_moderator_retire;
http_handler handle_notice_add;
http_handler handle_refit;
http_handler handle_check;
http_handler handle_backup;
http_handler handle_log_key;
http_handler handle_purge;

#endif
