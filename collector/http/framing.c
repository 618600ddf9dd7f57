#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "collector/base/number.h"
#include "collector/http/internal.h"

/* How often the headers that delimit a message are there. */
struct tally {
    int hosts;
    int lengths;
    int encodings;
    const char *length;
    const char *encoding;
    bool expects_continue;
};

/* tchar of RFC 9110 §5.6.2 */
static bool is_token(const char *text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
        bool digit = *text >= '0' && *text <= '9';
        if (!letter && !digit && strchr(others, *text) == NULL)
            return false;
    }
    return true;
}

static void count_header(const struct http_pair *header, struct tally *tally)
{
    switch (header->name[0] | 0x20) {
    case 'h':
        tally->hosts += strcasecmp(header->name, "Host") == 0;
        return;
    case 'c':
        if (strcasecmp(header->name, "Content-Length") == 0) {
            tally->lengths++;
            tally->length = header->value;
        }
        return;
    case 't':
        if (strcasecmp(header->name, "Transfer-Encoding") == 0) {
            tally->encodings++;
            tally->encoding = header->value;
        }
        return;
    case 'e':
        if (strcasecmp(header->name, "Expect") == 0)
            tally->expects_continue = strcasecmp(header->value, "100-continue") == 0;
        return;
    default:
        return;
    }
}

static const char *check_tally(const struct tally *tally, const char *version,
                               struct framing *framing)
{
    uint64_t length = 0;
    bool old = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    if (tally->hosts > 1 || (tally->hosts == 0 && !old))
        return "A request has exactly one Host.";
    if (tally->lengths > 1 || tally->encodings > 1)
        return "The length of the body is given twice.";
    if (tally->lengths + tally->encodings > 1)
        return "Content-Length and Transfer-Encoding exclude each other.";
    if (tally->encoding != NULL && (old || strcasecmp(tally->encoding, "chunked") != 0))
        return "The only transfer coding here is chunked, in HTTP/1.1.";
    if (tally->length != NULL &&
        !number_unsigned(tally->length, strlen(tally->length), INT64_MAX, &length))
        return "Content-Length is no number.";
    framing->content_length = length;
    framing->has_body = length > 0 || tally->encoding != NULL;
    framing->expects_continue = tally->expects_continue;
    return NULL;
}

/* libmicrohttpd 0.9.75 shows no NUL in a value, and takes a line with an empty name for the end of the
 * headers: a strict proxy in front has to refuse these. */
const char *framing_check(const struct http_request *request, const char *version,
                          struct framing *framing_out)
{
    struct tally tally = {0};
    struct framing framing = {0};
    for (int i = 0; i < request->header_count; i++) {
        if (!is_token(request->headers[i].name))
            return "The name of a header is no token.";
        if (strchr(request->headers[i].value, '\r') != NULL)
            return "A header has a carriage return in it.";
        count_header(&request->headers[i], &tally);
    }
    const char *wrong = check_tally(&tally, version, &framing);
    if (wrong != NULL)
        return wrong;
    if (framing.has_body && request->method == HTTP_GET)
        return "GET and HEAD have no body.";
    *framing_out = framing;
    return NULL;
}
