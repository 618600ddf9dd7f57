#ifndef ZHANJI_HTTP_ROUTE_H
#define ZHANJI_HTTP_ROUTE_H

#include "collector/http/http.h"

/*
 * The routes of all tables as a tree of path segments, made once. Of the routes that match a path
 * and a method the one that stands first in the tables wins.
 */
struct router;

enum {
    ROUTE_METHODS = 4,
    ROUTE_NONE = -1
};

struct route_match {
    int index;                                 /* of all routes in table order, or ROUTE_NONE */
    const struct http_route *route;            /* NULL: no route for this method */
    unsigned allowed;                          /* 1 << method, of the routes the path has */
    const char *arguments[HTTP_ARGUMENTS_MAX]; /* NULL: the pattern has fewer */
};

NODISCARD struct router *router_create(const struct http_route *const *tables,
                                       const size_t *table_lengths, size_t table_count,
                                       struct error *error);
void router_destroy(struct router *router);
size_t router_size(const struct router *router);
const struct http_route *router_at(const struct router *router, size_t index);
/* Matches the path, method and door of a request; the path begins with '/'. The arguments are
 * decoded into `scratch`, which has room for the path and its NUL. False for bad
 * percent-encoding, NUL or bad UTF-8. */
NODISCARD bool router_match(const struct router *router, const struct http_request *request,
                            char *scratch, struct route_match *match_out);

#endif
