#ifndef ZHANJI_MODERATION_CLIENT_H
#define ZHANJI_MODERATION_CLIENT_H

#include <jansson.h>

#include "collector/base/buffer.h"
#include "collector/base/error.h"
#include "moderation/keyfile.h"

/*
 * The HTTP client of the tool: the server's Unix socket, where nothing need be signed, or a URL,
 * where every request is signed with the moderator's key (RFC 9421).
 */
struct client {
    void *curl;                /* libcurl's handle; made on first use */
    const char *socket;        /* path of the Unix socket, or NULL: then `server` */
    const char *server;        /* "https://reports.example.org", without a last slash needed */
    const struct keyfile *key; /* NULL: requests are not signed */
};

void client_finish(struct client *client);

struct client_request {
    const char *method; /* "GET" */
    const char *path;   /* with its query */
    const char *type;   /* media type of the body; NULL without a body */
    const char *body;
    size_t length;
    /* Takes the body of a 200 in parts; NULL: it goes into the reply. False ends it. */
    bool (*part)(void *context, const void *bytes, size_t length);
    void *context;
};

struct client_reply {
    unsigned status;
    unsigned retry_after; /* seconds; 0 if not said */
    char view[40];        /* which state of what is published it tells of; "" if not said */
    struct buffer body;
};

#define auto_reply __attribute__((cleanup(client_reply_finish)))
#define auto_json  __attribute__((cleanup(client_json_release)))

void client_reply_finish(struct client_reply *reply);
void client_json_release(json_t **json);

/* ERROR_BUSY: no server answered (exit code 3). Whatever it answered is true. */
NODISCARD bool client_send(struct client *client, const struct client_request *request,
                           struct client_reply *reply_out, struct error *error);
/* The reply as an error: its problem's detail and a kind by its status; returns false. */
bool client_refused(const struct client_reply *reply, struct error *error);
/* Sends decisions and gives what became of each of the `count` entries in it, NULL if the server
 * refused them all. One entry alone has its own status as that of the reply, so the body is what
 * counts; *json_out owns the results. */
NODISCARD const json_t *client_decide(struct client *client, const char *body, size_t length,
                                      size_t count, json_t **json_out, struct error *error);
/* Sends, and takes a 2xx of JSON; everything else is an error. The caller owns *json_out. */
NODISCARD bool client_json(struct client *client, const struct client_request *request,
                           json_t **json_out, struct error *error);
NODISCARD bool client_get(struct client *client, const char *path, json_t **json_out,
                          struct error *error);

#endif
