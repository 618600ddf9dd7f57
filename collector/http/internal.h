#ifndef ZHANJI_HTTP_INTERNAL_H
#define ZHANJI_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "collector/http/gzip.h"
#include "collector/http/http.h"
#include "collector/http/rate.h"
#include "collector/http/route.h"

/* What the files of this part share; nobody else includes it. */

enum {
    REQUEST_HEADERS_MAX = 64,     /* more is 431 */
    TARGET_MAX = 4096,            /* a longer one is 414 */
    DISCARD_MAX = 32 << 20,       /* bytes of a refused body read before the reply, so that
                                             the client is done writing and sees it */
    BODIES_MAX = 256 << 20,       /* bytes of all bodies in memory; beyond it is 503 */
    BODY_KEEP = 64 << 10,         /* memory a connection keeps for its next request */
    CONNECTIONS_MAX = 4096,       /* by TCP; the rest waits in the backlog */
    CONNECTIONS_LOCAL_MAX = 256,  /* by the Unix socket */
    CONNECTION_MEMORY = 10 << 10, /* for headers and libmicrohttpd's own buffers; it wipes all of
                                     it after each request */
    LISTENERS_MAX = 2,
    WATCHES_MAX = 8,
    STATUS_CLASSES = 6 /* 1xx–5xx by their first digit */
};

enum call_phase {
    CALL_IDLE,    /* between requests */
    CALL_HEADERS, /* the request line is here */
    CALL_BODY,    /* the headers are here */
    CALL_HANDLED, /* the handler, or its stream, is at work */
    CALL_WAITING, /* until http_resume, parked or suspended */
    CALL_REPLYING
};

/* Where one request stands. */
struct turn {
    bool begun;           /* its headers were looked at */
    bool is_head;         /* HEAD, handled as GET */
    bool refused;         /* the reply is there; the rest of the body is read and forgotten */
    bool close;           /* the connection ends with the reply */
    bool resumed;         /* http_resume came before the handler returned */
    bool parked;          /* it waits, and libmicrohttpd asks for it at every turn */
    bool abandoned;       /* given up while it waited: kept until http_resume */
    bool vary_language;   /* the reply depends on Accept-Language */
    bool streaming;       /* the stream is being sent */
    bool stream_ended;    /* its last part is there */
    bool broken;          /* no reply could be sent: the connection is cut */
    size_t target_length; /* SIZE_MAX: too long to keep */
    size_t body_seen;     /* bytes that came, kept or not */
    size_t part_sent;     /* of the stream's part */
    struct route_match match;
    struct gzip *gzip; /* of a stream */
    struct kept *kept; /* the response in use, if it is a kept one */
};

/* A connection and its request of the moment. */
struct http_call {
    struct http_exchange exchange;
    struct turn turn;
    enum call_phase phase;
    int64_t deadline_ms;
    struct http_server *server;
    struct listener *listener;
    struct MHD_Connection *connection; /* NULL once it is closed */
    struct http_call *previous;
    struct http_call *next;
    int fd;
    bool unheard;              /* its client may have said that it says no more, see call_listen */
    struct rate_prefix prefix; /* of the connection's address */
    bool loopback;
    /* Memory that serves one request after the other. */
    struct buffer target; /* path and query as sent, then decoded */
    struct buffer body;
    struct buffer part; /* of a stream, to be sent; or the gzip form of a body */
    struct buffer raw;  /* of a stream, before it is compressed */
    struct http_pair headers[REQUEST_HEADERS_MAX];
};

struct listener {
    struct http_server *server;
    struct MHD_Daemon *daemon;
    bool local;
    bool pending;      /* libmicrohttpd has something to do */
    bool held;         /* it says so, and may mean what is parked alone */
    int parked;        /* calls, see handle.c */
    int busy;          /* requests between their first line and their end that do not wait */
    uint64_t progress; /* counts what requests and streams did */
};

struct watch {
    int fd;
    void (*ready)(void *context);
    void *context;
};

struct counters {
    uint64_t (*routes)[STATUS_CLASSES]; /* replies by route (one more for none) and class */
    uint64_t connections;
    uint64_t received_bytes; /* of bodies */
    uint64_t rate_limited;
    uint64_t deadlines; /* connections cut, waits given up */
};

struct http_server {
    struct http_options options;
    struct router *router;
    struct rate *rate; /* NULL: no limit */
    struct shelf *shelf;
    struct listener listeners[LISTENERS_MAX];
    int listener_count;
    char *address;
    char *socket_path;     /* copy, to unlink it */
    uint64_t socket_inode; /* so that only our own is unlinked */
    int epoll_fd;
    int stop_fd;
    struct watch watches[WATCHES_MAX];
    int watch_count;
    void (*turn_ended)(void *context); /* NULL: nobody wants to know */
    void *turn_context;
    struct http_call *calls; /* all connections */
    int64_t now_ms;          /* monotonic */
    int64_t tick_ms;         /* when deadlines were looked at last */
    int tick_every_ms;
    size_t bodies_held;
    bool stopping;
    struct counters counters;
};

/* listen.c: open, bound, listening, non-blocking sockets; -1 with error. */
NODISCARD int listen_tcp(const char *host_port, char **address_out, struct error *error);
NODISCARD int listen_unix(const char *path, uint64_t *inode_out, struct error *error);
void listen_unlink(const char *path, uint64_t inode);

/* call.c */
NODISCARD struct http_call *call_create(struct listener *listener,
                                        struct MHD_Connection *connection);
void call_destroy(struct http_call *call);
/* The connection is gone; the call stays while a handler may still resume it. */
void call_disconnect(struct http_call *call);
/* A request line came; a request ended, however. */
void call_begin(struct http_call *call, const char *target);
void call_end(struct http_call *call);
/* Of a client whose last word came while a request of it waited, libmicrohttpd reads no further,
 * and does not hear that it was the last: it is told again. What it has read is still answered. */
void call_listen(struct http_call *call);

/* handle.c: runs the handler and sends its reply, or waits. False: cut the connection. */
NODISCARD bool handle_request(struct http_call *call);
/* Parks or suspends the connection until http_resume. */
void handle_wait(struct http_call *call);
/* libmicrohttpd asks for one that is parked. */
void handle_asked(struct http_call *call);
/* The client of one that waits is gone. */
void handle_lost(struct http_call *call);
/* Answers 503 for a handler that does not come back in time. */
void handle_abandon(struct http_call *call);

/* request.c: libmicrohttpd's callback. */
enum MHD_Result request_step(void *listener, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **context);

/* framing.c: what request smuggling lives on (RFC 9112 §6.3, §11.2). NULL if sound, else what is
 * wrong. */
struct framing {
    size_t content_length; /* 0 if there is none */
    bool has_body;
    bool expects_continue;
};

const char *framing_check(const struct http_request *request, const char *version,
                          struct framing *framing_out);

/* query.c: "a=1&b=2" into parameters, decoded into `scratch` (length + 1 bytes). NULL, or what is
 * wrong. */
const char *query_parse(const char *query, size_t length, char *scratch,
                        struct http_request *request);

/* reply.c: hands the reply to libmicrohttpd; or a 503, without a look at the reply. */
NODISCARD bool reply_send(struct http_call *call);
NODISCARD bool reply_apology(struct http_call *call);

/* dress.c: the headers of every response (trust §5) and of this one. */
enum form {
    FORM_GZIP = 1,
    FORM_SECURE = 2,   /* the client came by https */
    FORM_LANGUAGE = 4, /* Vary: Accept-Language */
    FORM_UNCHANGED = 8,
    FORM_COUNT = 16
};

enum {
    ETAG_SIZE = 40
};

struct dress {
    const struct http_reply *reply; /* its headers and public_data */
    const char *type;               /* NULL: there is no body */
    const char *etag;               /* NULL: none, and no-store */
    unsigned form;                  /* of enum form */
    bool no_store;                  /* though there may be an ETag */
    bool close;
};

void dress_response(struct MHD_Response *response, const struct dress *dress);
/* The reply's own headers only. */
void dress_extra(struct MHD_Response *response, const struct http_reply *reply);
/* The validator of the gzip form differs from that of the plain one (RFC 9110 §8.8.3.3). */
void dress_etag(const char *plain, unsigned form, char etag_out[ETAG_SIZE]);

/* shared.c: the response that is kept on a blob for this form; *form loses FORM_GZIP if that is no
 * smaller. NULL: this reply is not like the others of the blob. */
struct MHD_Response *shared_response(const struct http_reply *reply, unsigned *form);

/* kept.c: responses of short replies, used again. NULL: not for this one. It goes back when the
 * reply is out, before its headers are freed. */
struct shelf *kept_create(void);
void kept_destroy(struct shelf *shelf);
struct MHD_Response *kept_response(struct http_call *call, const struct dress *dress,
                                   const char *data, size_t length);
void kept_return(struct http_call *call);

/* stream.c */
NODISCARD struct MHD_Response *stream_response(struct http_call *call, unsigned form,
                                               bool no_store);

/* loop.c */
int64_t loop_now_ms(void);
NODISCARD bool loop_start(struct http_server *server);
/* Answers 503 to all that waits, so that libmicrohttpd can be stopped. */
void loop_give_up(struct http_server *server);

#endif
