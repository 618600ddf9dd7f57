#include "collector/http/route.h"

#include <stdint.h>
#include <string.h>

#include "collector/http/url.h"

enum {
    SEGMENTS_MAX = 16
};

/* A place in the tree; what leads on from it is its static children, then a parameter. */
struct node {
    const char *text; /* of its segment, borrowed from the pattern */
    size_t length;
    struct node *next; /* sibling */
    struct node *child;
    struct node *parameter;
    struct node *made_before;  /* of all nodes, to free them */
    int routes[ROUTE_METHODS]; /* indexes of routes that end here */
    int tails[ROUTE_METHODS];  /* of those whose "{…...}" takes all the rest */
};

/* Which segments of the path are the arguments of a route. */
struct prepared {
    const struct http_route *route;
    int argument_count;
    int positions[HTTP_ARGUMENTS_MAX];
    bool has_tail; /* the last argument takes all the rest */
};

struct router {
    struct node *root;
    struct node *made_last;
    struct prepared *routes;
    size_t count;
};

struct segment {
    char *text;
    size_t length;
};

struct place {
    const struct node *node;
    size_t position; /* of the segment that leads on */
};

/* Each visit takes one place away and leaves at most two, one segment further. */
struct walk {
    const struct router *router;
    struct segment segments[SEGMENTS_MAX];
    size_t count;
    struct place places[SEGMENTS_MAX + 1];
    size_t place_count;
    bool local;
    int best[ROUTE_METHODS];
};

static struct node *node_create(struct router *router, const char *text, size_t length)
{
    struct node *node = memory_zeroed(1, sizeof *node);
    node->made_before = router->made_last;
    router->made_last = node;
    node->text = text;
    node->length = length;
    for (int method = 0; method < ROUTE_METHODS; method++)
        node->routes[method] = node->tails[method] = ROUTE_NONE;
    return node;
}

static struct node *node_find(const struct node *parent, const char *text, size_t length)
{
    for (struct node *child = parent->child; child != NULL; child = child->next)
        if (child->length == length && memcmp(child->text, text, length) == 0)
            return child;
    return NULL;
}

static struct node *node_add(struct router *router, struct node *parent, const char *text,
                             size_t length)
{
    struct node *child = node_find(parent, text, length);
    if (child == NULL) {
        child = node_create(router, text, length);
        child->next = parent->child;
        parent->child = child;
    }
    return child;
}

static bool is_tail(const char *text, size_t length)
{
    return length > 5 && memcmp(text + length - 4, "...}", 4) == 0;
}

/* Adds one segment of a pattern below *node, which moves on. False: it cannot stand there. */
static bool add_segment(struct router *router, struct node **node, const char *text, size_t length,
                        int position)
{
    struct prepared *prepared = &router->routes[router->count];
    if (prepared->has_tail)
        return false;
    if (text[0] != '{') {
        *node = node_add(router, *node, text, length);
        return true;
    }
    if (text[length - 1] != '}' || prepared->argument_count == HTTP_ARGUMENTS_MAX)
        return false;
    prepared->positions[prepared->argument_count++] = position;
    prepared->has_tail = is_tail(text, length);
    if (prepared->has_tail)
        return true;
    if ((*node)->parameter == NULL)
        (*node)->parameter = node_create(router, text, length);
    *node = (*node)->parameter;
    return true;
}

static bool add_route(struct router *router, const struct http_route *route)
{
    struct prepared *prepared = &router->routes[router->count];
    struct node *node = router->root;
    const char *text = route->pattern;
    prepared->route = route;
    if (*text != '/')
        return false;
    for (int position = 0; text[0] == '/' && text[1] != '\0'; position++) {
        size_t length = strcspn(++text, "/");
        if (length == 0 || position == SEGMENTS_MAX - 1 ||
            !add_segment(router, &node, text, length, position))
            return false;
        text += length;
    }
    if (*text != '\0' && node != router->root)
        return false;
    int *ends = prepared->has_tail ? node->tails : node->routes;
    if (ends[route->method] == ROUTE_NONE)
        ends[route->method] = (int)router->count;
    router->count++;
    return true;
}

static bool add_table(struct router *router, const struct http_route *table, size_t length,
                      struct error *error)
{
    for (size_t i = 0; i < length; i++)
        if (!add_route(router, &table[i]))
            return error_set(error, ERROR_INVALID, "route %s: bad pattern", table[i].pattern);
    return true;
}

struct router *router_create(const struct http_route *const *tables, const size_t *table_lengths,
                             size_t table_count, struct error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < table_count; i++)
        total += table_lengths[i];
    struct router *router = memory_zeroed(1, sizeof *router);
    router->root = node_create(router, "", 0);
    router->routes = memory_zeroed(total + 1, sizeof *router->routes);
    bool good = true;
    for (size_t i = 0; good && i < table_count; i++)
        good = add_table(router, tables[i], table_lengths[i], error);
    if (good)
        return router;
    router_destroy(router);
    return NULL;
}

void router_destroy(struct router *router)
{
    if (router == NULL)
        return;
    while (router->made_last != NULL) {
        struct node *node = router->made_last;
        router->made_last = node->made_before;
        free(node);
    }
    free(router->routes);
    free(router);
}

size_t router_size(const struct router *router)
{
    return router->count;
}

const struct http_route *router_at(const struct router *router, size_t index)
{
    return router->routes[index].route;
}

/* Copies the segments into scratch, decoded, each with a NUL after it. A path with more segments
 * than any pattern keeps the rest in its last one, which a tail takes whole. */
static bool split(struct walk *walk, const char *path, size_t length, char *scratch)
{
    const char *end = path + length;
    const char *text = path + 1;
    while (text <= end && !(walk->count == 0 && text == end)) {
        const char *stop = memchr(text, '/', (size_t)(end - text));
        if (stop == NULL || walk->count == SEGMENTS_MAX - 1)
            stop = end;
        size_t decoded = url_decode(text, (size_t)(stop - text), false, scratch);
        if (decoded == URL_BAD || !url_is_text(scratch, decoded))
            return false;
        walk->segments[walk->count++] = (struct segment){scratch, decoded};
        scratch[decoded] = '\0';
        scratch += decoded + 1;
        text = stop + 1;
    }
    return true;
}

static void offer(struct walk *walk, const int candidates[ROUTE_METHODS])
{
    for (int method = 0; method < ROUTE_METHODS; method++) {
        int index = candidates[method];
        if (index == ROUTE_NONE)
            continue;
        if ((walk->router->routes[index].route->flags & HTTP_LOCAL_ONLY) != 0 && !walk->local)
            continue;
        if (walk->best[method] == ROUTE_NONE || index < walk->best[method])
            walk->best[method] = index;
    }
}

static void visit(struct walk *walk, struct place place)
{
    const struct node *node = place.node;
    if (place.position == walk->count) {
        offer(walk, node->routes);
        return;
    }
    const struct segment *segment = &walk->segments[place.position];
    const struct node *child = node_find(node, segment->text, segment->length);
    offer(walk, node->tails);
    if (child != NULL)
        walk->places[walk->place_count++] = (struct place){child, place.position + 1};
    if (node->parameter != NULL && segment->length != 0)
        walk->places[walk->place_count++] = (struct place){node->parameter, place.position + 1};
}

static void join_tail(const struct walk *walk, size_t first)
{
    for (size_t i = first; i + 1 < walk->count; i++)
        walk->segments[i].text[walk->segments[i].length] = '/';
}

static void take_arguments(const struct walk *walk, const struct prepared *prepared,
                           struct route_match *match)
{
    for (int i = 0; i < prepared->argument_count; i++)
        match->arguments[i] = walk->segments[prepared->positions[i]].text;
    if (prepared->has_tail)
        join_tail(walk, (size_t)prepared->positions[prepared->argument_count - 1]);
}

bool router_match(const struct router *router, const struct http_request *request, char *scratch,
                  struct route_match *match_out)
{
    struct walk walk;
    walk.router = router;
    walk.count = 0;
    walk.local = request->local;
    for (int method = 0; method < ROUTE_METHODS; method++)
        walk.best[method] = ROUTE_NONE;
    if (!split(&walk, request->path, strlen(request->path), scratch))
        return false;
    walk.places[0] = (struct place){router->root, 0};
    walk.place_count = 1;
    while (walk.place_count > 0)
        visit(&walk, walk.places[--walk.place_count]);
    *match_out = (struct route_match){.index = walk.best[request->method]};
    for (unsigned other = 0; other < ROUTE_METHODS; other++)
        if (walk.best[other] != ROUTE_NONE)
            match_out->allowed |= 1U << other;
    if (match_out->index == ROUTE_NONE)
        return true;
    match_out->route = router->routes[match_out->index].route;
    take_arguments(&walk, &router->routes[match_out->index], match_out);
    return true;
}
