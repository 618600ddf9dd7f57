#ifndef ZHANJI_MODERATION_GUARD_H
#define ZHANJI_MODERATION_GUARD_H

#include "collector/http/http.h"
#include "collector/publish/app.h"
#include "collector/store/session.h"
#include "moderation/routes.h"

/* Every moderator there is or was, as read in one store job. Zero-initialise; finish after. */
struct moderator_list {
    struct {
        uint8_t key[SIGN_PUBLIC_SIZE];
        bool retired;
    } * items;

    size_t count;
};

void moderator_list_finish(struct moderator_list *list);
/* In a store job. */
NODISCARD bool moderator_list_read(struct session *session, struct moderator_list *list,
                                   struct error *error);
/* On the HTTP thread: from now on these are the moderators. */
void guard_moderators_take(struct moderation *moderation, struct moderator_list *list);

/* The desk's thread, started if there is none yet; NULL with the error. On the HTTP thread. */
NODISCARD struct worker *guard_worker(const struct app *app, struct error *error);

/* Who asks: a moderator by its key, or the operator on the Unix socket. */
struct asker {
    bool has_key;
    uint8_t key[SIGN_PUBLIC_SIZE];
};

/*
 * Lets a request pass (design §7): on the Unix socket always, else with a moderator's fresh
 * signature over exactly this request. False: the reply is the 401 or 403.
 */
NODISCARD bool guard_passes(struct http_exchange *exchange, const struct app *app,
                            struct asker *asker_out);

#endif
