#ifndef ZHANJI_HTTP_HTTP_H
#define ZHANJI_HTTP_HTTP_H

#include "collector/base/blob.h"
#include "collector/base/day.h"
#include "collector/base/error.h"
#include "collector/base/secret.h"

/*
 * HTTP for the rest of the server: one thread, one epoll loop of our own over libmicrohttpd in
 * external mode (a TCP socket and a Unix socket). It knows nothing of surveys. A handler is a
 * plain function of an exchange; it answers at once or waits for the store and is finished later
 * on the same thread.
 */
enum http_method {
    HTTP_GET,
    HTTP_POST,
    HTTP_PUT,
    HTTP_DELETE
}; /* HEAD arrives as GET */

enum {
    HTTP_ARGUMENTS_MAX = 4,
    HTTP_QUERY_MAX = 16,  /* more parameters are a 400 */
    HTTP_HEADERS_MAX = 12 /* extra headers of a reply */
};

struct http_pair {
    const char *name;
    const char *value;
};

struct http_request {
    enum http_method method;
    const char *path;                            /* as sent, for signatures and problem details */
    const char *query;                           /* as sent, without '?'; "" if none */
    const char *arguments[HTTP_ARGUMENTS_MAX];   /* the {…} of the route's pattern, decoded */
    struct http_pair parameters[HTTP_QUERY_MAX]; /* decoded; a name given twice or bad
                                                    percent-encoding is a 400 before the handler */
    int parameter_count;
    const char *body; /* whole, NUL-terminated; "" if none */
    size_t body_length;
    const struct http_pair *headers; /* as sent, in order */
    int header_count;
    bool local; /* came by the Unix socket */
};

/* NULL if absent. Header names in any case. */
const char *http_parameter(const struct http_request *request, const char *name);

/* What a handler answers with. Zero is 200 with an empty body. */
struct http_reply {
    unsigned status;
    const char *type;           /* media type literal; NULL: application/json */
    struct buffer body;         /* used when blob and stream are NULL */
    struct blob *blob;          /* shared bytes instead of body; the reply owns one reference */
    struct http_stream *stream; /* a body in parts instead of both; owned */
    struct http_pair headers[HTTP_HEADERS_MAX]; /* extra ones: literal names, owned values */
    int header_count;
    const char *language; /* Content-Language, a literal; NULL: none. A blob has one for good */
    bool public_data;     /* CORP cross-origin and Access-Control-Allow-Origin: * (trust §5) */
    bool immutable;       /* never changes: with an ETag, caches may keep it for a year */
    bool no_store;        /* Cache-Control: no-store; else no-cache for 200 to GET */
};

/* A body that comes in parts. `next` is called on the HTTP thread whenever there is room: it
 * appends to `part` and returns HTTP_DONE, or HTTP_WAIT and later calls http_resume; nothing
 * appended and HTTP_DONE is the end. HTTP_BROKEN cuts the connection. */
enum http_progress {
    HTTP_DONE,
    HTTP_WAIT,
    HTTP_BROKEN
};
struct http_exchange;
struct http_call; /* what the http part keeps of a request; private to it */

struct http_stream {
    enum http_progress (*next)(struct http_stream *stream, struct http_exchange *exchange,
                               struct buffer *part);
    void (*destroy)(struct http_stream *stream);
    const char *file_name; /* Content-Disposition: attachment; NULL for none */
    const char *etag;      /* quoted, at most 32 bytes; NULL: none, and no-store */
};

/* One request and its reply. `state` is the handler's; `destroy_state` is called (if set) when
 * the exchange ends, however it ends. */
struct http_exchange {
    struct http_request request;
    struct http_reply reply;
    void *state;
    void (*destroy_state)(void *state);
    struct http_call *call; /* NULL when a test calls a handler without a socket */
};

/* Frees what the reply and the state hold, and zeroes them. The server does it by itself; a test
 * that calls a handler with an exchange of its own does it at the end. */
void http_exchange_finish(struct http_exchange *exchange);

const char *http_header(const struct http_exchange *exchange, const char *name);

/* HTTP_DONE: the reply is ready. HTTP_WAIT: the exchange waits until http_resume. */
typedef enum http_progress http_handler(struct http_exchange *exchange, void *context);

/* On the HTTP thread: a waiting exchange goes on (its reply is ready, or its stream's next part
 * may be asked for). If the client has gone, it is destroyed. */
void http_resume(struct http_exchange *exchange);

enum http_flags {
    HTTP_LOCAL_ONLY = 1, /* 404 except on the Unix socket */
    HTTP_RATED = 2,      /* counts against --rate (design §6) */
    HTTP_PUBLIC = 8,     /* public data (see http_reply), and so are the problems it answers with */
    HTTP_FORM = 4        /* short for accepts "application/x-www-form-urlencoded" */
};

struct http_route {
    enum http_method method;
    const char *pattern; /* "/api/v1/reports/{id}"; a last "{path...}" takes all the rest */
    http_handler *handler;
    size_t body_limit;   /* bytes; more is 413 */
    const char *accepts; /* media type of the body, without parameters; others are 415; NULL: any */
    unsigned flags;
};

struct http_options {
    const char *listen;      /* HOST:PORT, port 0 picks one; NULL: no TCP */
    const char *socket_path; /* NULL: none; made 0600, a stale one unlinked */
    unsigned rate_per_minute;
    const char *trust_proxy; /* header with the client's address, or NULL */
    struct clock clock;
    void *context; /* for handlers */
    /* Total deadlines in milliseconds; 0 is the default. */
    unsigned idle_ms;    /* 30,000: a connection without a request */
    unsigned headers_ms; /* 10,000: from the connection or the request line to the last header */
    unsigned request_ms; /* 30,000: from there to the end of the body */
    unsigned wait_ms;    /* 60,000: a handler that waits; then 503, though it may yet come back */
    unsigned drain_ms;   /* 10,000: what is in hand after http_stop */
    /* Faults that are ours, one line without a line feed; NULL: stderr. */
    void (*fault)(void *context, const char *line);
    /* Fills the reply (all but its status) with a page for a person whose client prefers HTML to
     * JSON; false leaves it to problem+json. Not asked for paths below /api/. NULL: none. */
    bool (*problem_page)(struct http_exchange *exchange, unsigned status, const char *detail,
                         void *context);
};

struct http_server;

/* The tables are borrowed; several may be given, the first match wins. Every path of a table
 * answers HEAD, OPTIONS-free 405 with Allow, and 404 problem documents. */
NODISCARD struct http_server *http_create(const struct http_options *options,
                                          const struct http_route *const *tables,
                                          const size_t *table_lengths, size_t table_count,
                                          struct error *error);
void http_destroy(struct http_server *server);
/* Where it listens: "http://127.0.0.1:8080". */
const char *http_address(const struct http_server *server);
/* Calls `ready` on the HTTP thread whenever fd is readable. */
NODISCARD bool http_watch(struct http_server *server, int fd, void (*ready)(void *context),
                          void *context);
/* Calls `ended` at the end of every turn of the loop, before it waits for the next event: what
 * handlers gathered may go on together. One at most. */
void http_on_turn(struct http_server *server, void (*ended)(void *context), void *context);
/* Runs until http_stop: then refuses new connections, answers what is in hand (with a deadline)
 * and returns. */
void http_run(struct http_server *server);
/* Safe from a signal handler or another thread. */
void http_stop(struct http_server *server);
/* Counters in Prometheus text form, for /metrics. Appends. On the HTTP thread. */
void http_metrics(const struct http_server *server, struct buffer *buffer);

/* An RFC 9457 problem as the reply: type about:blank unless `type` is set, title of the status,
 * detail as given. Retry-After is set for 429 and 503. Returns HTTP_DONE. */
enum http_progress http_problem(struct http_exchange *exchange, unsigned status, const char *detail,
                                ...) PRINTF_LIKE(3, 4);
/* The same with more members: JSON text such as `"errors":[…]`. */
enum http_progress http_problem_with(struct http_exchange *exchange, unsigned status,
                                     const struct buffer *members, const char *detail, ...)
    PRINTF_LIKE(4, 5);
/* The same from an error value. The text of an ERROR_INTERNAL is a fault for the operator; the
 * client is not told it. */
enum http_progress http_error(struct http_exchange *exchange, const struct error *error);
/* Adds a header; value is copied. */
void http_set_header(struct http_exchange *exchange, const char *name, const char *value);
/* The reply is this blob; takes one reference. Returns HTTP_DONE. */
enum http_progress http_blob_take(struct http_exchange *exchange, struct blob *blob);

/* 303 See Other; returns HTTP_DONE. */
enum http_progress http_redirect(struct http_exchange *exchange, const char *location);
/* Which of the `count` language tags ("zh", "en") the client prefers (Accept-Language, RFC 9110
 * §12.5.4); the first if it says nothing. The reply will say Vary: Accept-Language. */
size_t http_language(struct http_exchange *exchange, const char *const *tags, size_t count);
/* Counts `count` more against the client's rate, besides the one of HTTP_RATED; all or none.
 * False: the reply is the 429. */
NODISCARD bool http_rate_charge(struct http_exchange *exchange, unsigned count);

/* A form field of application/x-www-form-urlencoded bytes, decoded into `value` (appended);
 * false if absent or badly encoded. The `nth` (from 0) of several with one name. */
NODISCARD bool http_form_field(const char *body, size_t length, const char *name, int nth,
                               struct buffer *value);

#endif
