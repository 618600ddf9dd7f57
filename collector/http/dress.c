#include <string.h>

#include "collector/http/internal.h"
#include "collector/http/negotiate.h"

/* trust §5. An empty Permissions-Policy header would forbid nothing, so it names what pages could
 * ask of a phone and allows none of it. */
static const struct http_pair always[] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
     "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
     "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
};

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    if (value != NULL)
        MHD_add_response_header(response, name, value);
}

static const char *vary_on(const struct dress *dress)
{
    bool coding = dress->type != NULL && negotiate_compressible(dress->type);
    bool language = (dress->form & FORM_LANGUAGE) != 0;
    if (coding && language)
        return "Accept-Encoding, Accept-Language";
    if (coding)
        return "Accept-Encoding";
    return language ? "Accept-Language" : NULL;
}

static const char *cache_control(const struct dress *dress)
{
    if (dress->etag == NULL || dress->no_store)
        return "no-store";
    return dress->reply->immutable ? "public, max-age=31536000, immutable" : "no-cache";
}

static void add_content(struct MHD_Response *response, const struct dress *dress)
{
    bool unchanged = (dress->form & FORM_UNCHANGED) != 0;
    add(response, "Vary", vary_on(dress));
    add(response, "Cache-Control", cache_control(dress));
    add(response, "ETag", dress->etag);
    add(response, "Content-Type", unchanged ? NULL : dress->type);
    add(response, "Content-Language", dress->reply->language);
    add(response, "Content-Encoding", (dress->form & FORM_GZIP) != 0 && !unchanged ? "gzip" : NULL);
}

void dress_extra(struct MHD_Response *response, const struct http_reply *reply)
{
    for (int i = 0; i < reply->header_count; i++)
        add(response, reply->headers[i].name, reply->headers[i].value);
}

void dress_response(struct MHD_Response *response, const struct dress *dress)
{
    const struct http_reply *reply = dress->reply;
    bool public_data = reply->public_data;
    for (size_t i = 0; i < ARRAY_LENGTH(always); i++)
        add(response, always[i].name, always[i].value);
    add(response, "Cross-Origin-Resource-Policy", public_data ? "cross-origin" : "same-origin");
    add(response, "Access-Control-Allow-Origin", public_data ? "*" : NULL);
    if ((dress->form & FORM_SECURE) != 0)
        add(response, "Strict-Transport-Security", "max-age=31536000");
    add_content(response, dress);
    dress_extra(response, reply);
    if (dress->close)
        add(response, "Connection", "close");
}

void dress_etag(const char *plain, unsigned form, char etag_out[ETAG_SIZE])
{
    static const char suffix[] = ".gz\"";
    size_t length = strlen(plain);
    memcpy(etag_out, plain, length + 1);
    if ((form & FORM_GZIP) != 0)
        memcpy(etag_out + length - 1, suffix, sizeof suffix);
}
