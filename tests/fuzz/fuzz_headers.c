#include <string.h>
#include <strings.h>

#include "collector/http/internal.h"
#include "collector/http/negotiate.h"
#include "tests/fuzz/target.h"

/* "name: value" lines as libmicrohttpd would hand them over. */
static int split_headers(char *text, struct http_pair headers[REQUEST_HEADERS_MAX])
{
    int count = 0;
    while (*text != '\0' && count < REQUEST_HEADERS_MAX) {
        char *end = text + strcspn(text, "\n");
        bool last = *end == '\0';
        *end = '\0';
        char *colon = strchr(text, ':');
        if (colon != NULL) {
            *colon = '\0';
            headers[count++] = (struct http_pair){text, colon + 1};
        }
        text = last ? end : end + 1;
    }
    return count;
}

static void check_value(const char *value)
{
    static const char *const tags[] = {"zh", "en"};
    struct rate_prefix prefix = rate_prefix_parse(value);
    PROMISE(prefix.length == 0 || prefix.length == 4 || prefix.length == 7);
    PROMISE(negotiate_language(value, tags, 2) < 2);
    if (negotiate_gzip(value))
        PROMISE(strchr(value, '*') != NULL || strpbrk(value, "gG") != NULL);
    if (negotiate_unchanged(value, "\"tag\"", 5))
        PROMISE(strchr(value, '*') != NULL || strstr(value, "\"tag\"") != NULL);
    if (negotiate_html(value))
        PROMISE(strchr(value, '/') != NULL);
}

/* A request that passes has one Host, at most one length, and no body with GET. */
static void check_framing(const struct http_request *request)
{
    struct framing framing;
    if (framing_check(request, MHD_HTTP_VERSION_1_1, &framing) != NULL)
        return;
    int lengths = 0;
    int hosts = 0;
    for (int i = 0; i < request->header_count; i++) {
        lengths += strcasecmp(request->headers[i].name, "content-length") == 0;
        lengths += strcasecmp(request->headers[i].name, "transfer-encoding") == 0;
        hosts += strcasecmp(request->headers[i].name, "host") == 0;
    }
    PROMISE(hosts == 1 && lengths <= 1);
    PROMISE(!framing.has_body || (lengths == 1 && request->method != HTTP_GET));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct http_pair headers[REQUEST_HEADERS_MAX];
    auto_free char *text = memory_slice(size != 0 ? (const char *)bytes : "", size);
    check_value(text);
    struct http_request request = {.headers = headers,
                                   .method = size % 2 == 0 ? HTTP_GET : HTTP_POST};
    request.header_count = split_headers(text, headers);
    check_framing(&request);
    return 0;
}
