#ifndef ZHANJI_MODERATION_DECIDING_H
#define ZHANJI_MODERATION_DECIDING_H

#include "collector/log/entry.h"
#include "moderation/client.h"
#include "moderation/keyfile.h"

/* Decisions: signed entries sent to the server, some hundred a request. */
enum {
    DECIDING_CHUNK = 250
};

struct verdict {
    enum entry_act act;
    const char *reason; /* "" for revert */
    const char *note;   /* "" for none; public, in the log */
    bool hide_note;
};

/* One report, and what became of its decision. */
struct decided {
    char id[UUID_TEXT_SIZE];
    uint32_t version;
    bool ok;
    unsigned status; /* 0: not sent yet */
    unsigned ahead;  /* seconds that its entry is dated ahead, to differ from one of this second */
    char error[240];
};

/* "approved" for ACT_APPROVE, …: what a decision makes of a report. */
const char *deciding_state(enum entry_act act);

struct deciding {
    struct client *client;
    const struct keyfile *key;
    const char *survey;
    void (*progress)(void *context, size_t done, size_t total); /* NULL for none */
    void *context;
};

/* Sends the verdict on each item that has status 0, and fills in what came of it. False when the
 * server is gone or refused a whole request: the rest keeps its status 0. */
NODISCARD bool deciding_send(const struct deciding *deciding, const struct verdict *verdict,
                             struct decided *items, size_t count, struct error *error);
/* Asks the server for the version of a report; an item that there is not gets its 404. */
NODISCARD bool deciding_find(struct client *client, const char *id, struct decided *item_out,
                             struct error *error);
/* {"results":[{"id","ok","status","error"}…]} (design §7). Appends. */
void deciding_json(const struct decided *items, size_t count, struct buffer *buffer);

#endif
