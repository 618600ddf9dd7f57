#include <string.h>

#include "collector/base/utf8.h"
#include "collector/http/route.h"
#include "tests/fuzz/target.h"

static enum http_progress nothing(struct http_exchange *exchange, void *context)
{
    (void)exchange;
    (void)context;
    return HTTP_DONE;
}

static const struct http_route routes[] = {
    {HTTP_GET, "/", nothing, 0, NULL, 0},
    {HTTP_GET, "/a", nothing, 0, NULL, 0},
    {HTTP_POST, "/a/b", nothing, 0, NULL, 0},
    {HTTP_GET, "/a/{x}", nothing, 0, NULL, 0},
    {HTTP_GET, "/a/{x}/b/{y}", nothing, 0, NULL, 0},
    {HTTP_PUT, "/a/{x}/b/{y}/{z}", nothing, 0, NULL, 0},
    {HTTP_GET, "/a/b/{x}", nothing, 0, NULL, 0},
    {HTTP_DELETE, "/t/{x}/{rest...}", nothing, 0, NULL, 0},
    {HTTP_GET, "/t/{rest...}", nothing, 0, NULL, 0},
    {HTTP_GET, "/m", nothing, 0, NULL, HTTP_LOCAL_ONLY},
};

static void check_match(const struct route_match *match, enum http_method method, bool local)
{
    PROMISE((match->route != NULL) == ((match->allowed >> method & 1) != 0));
    if (match->route == NULL)
        return;
    PROMISE(match->route->method == method);
    PROMISE(local || (match->route->flags & HTTP_LOCAL_ONLY) == 0);
    const char *text = match->route->pattern;
    for (int i = 0; i < HTTP_ARGUMENTS_MAX; i++) {
        text = text != NULL ? strchr(text, '{') : NULL;
        PROMISE((match->arguments[i] != NULL) == (text != NULL));
        if (text == NULL)
            continue;
        text++;
        PROMISE(utf8_valid(match->arguments[i], strlen(match->arguments[i])));
        PROMISE(match->arguments[i][0] != '\0' || strstr(text, "...") != NULL);
    }
}

/* Whatever the path: a match has the arguments of its pattern, as text. The scratch is as large
 * as promised and no larger, so that a sanitizer sees a byte too many. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct http_route *const table = routes;
    const size_t count = ARRAY_LENGTH(routes);
    struct error error = {0};
    struct router *router = router_create(&table, &count, 1, &error);
    PROMISE(router != NULL);
    auto_buffer struct buffer path = {0};
    buffer_char(&path, '/');
    buffer_bytes(&path, bytes, size);
    auto_free char *scratch = memory_alloc(strlen(path.data) + 1);
    for (unsigned method = 0; method < ROUTE_METHODS; method++) {
        struct route_match match;
        const struct http_request request = {
            .path = path.data, .method = (enum http_method)method, .local = size % 2 == 0};
        if (router_match(router, &request, scratch, &match))
            check_match(&match, request.method, request.local);
    }
    router_destroy(router);
    return 0;
}
