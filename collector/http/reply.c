#include <stdint.h>
#include <string.h>

#include "collector/base/secret.h"
#include "collector/http/internal.h"
#include "collector/http/negotiate.h"

/* What is to be sent, before it is decided in which form. */
struct content {
    const char *data;
    size_t length; /* SIZE_MAX: a stream */
    const char *type;
    char etag[ETAG_SIZE]; /* "": none */
};

/* A response, and whether it is used again. */
struct prepared {
    struct MHD_Response *response;
    bool shared;
};

static void count_reply(struct http_call *call, unsigned status)
{
    int index = call->turn.match.route != NULL ? call->turn.match.index + 1 : 0;
    unsigned class = status / 100 < STATUS_CLASSES ? status / 100 : 0;
    call->server->counters.routes[index][class]++;
}

static bool queue(struct http_call *call, unsigned status, struct MHD_Response *response)
{
    call->phase = CALL_REPLYING;
    call->deadline_ms = INT64_MAX;
    count_reply(call, status);
    return response != NULL && MHD_queue_response(call->connection, status, response) == MHD_YES;
}

static bool is_secure(const struct http_call *call)
{
    if (call->server->options.trust_proxy == NULL)
        return false;
    const char *scheme = http_header(&call->exchange, "X-Forwarded-Proto");
    return scheme != NULL && strcmp(scheme, "https") == 0;
}

static bool is_known(const struct http_call *call, const char *etag)
{
    char zipped[ETAG_SIZE];
    const char *header = http_header(&call->exchange, "If-None-Match");
    if (header == NULL || etag[0] == '\0')
        return false;
    dress_etag(etag, FORM_GZIP, zipped);
    return negotiate_unchanged(header, etag, strlen(etag)) ||
           negotiate_unchanged(header, zipped, strlen(zipped));
}

static bool wants_gzip(const struct http_call *call, const struct content *content)
{
    const char *header = http_header(&call->exchange, "Accept-Encoding");
    return header != NULL && content->length >= GZIP_LENGTH_MIN && negotiate_gzip(header) &&
           negotiate_compressible(content->type);
}

static unsigned choose_form(const struct http_call *call, const struct content *content)
{
    unsigned form = 0;
    if (is_secure(call))
        form |= FORM_SECURE;
    if (call->turn.vary_language)
        form |= FORM_LANGUAGE;
    if (wants_gzip(call, content))
        form |= FORM_GZIP;
    if (is_known(call, content->etag))
        form |= FORM_UNCHANGED;
    return form;
}

/* As that of a blob: 96 bits of BLAKE2b. */
static void hash_etag(const char *data, size_t length, char etag_out[ETAG_SIZE])
{
    uint8_t digest[16];
    auto_buffer struct buffer text = {0};
    blake2b(NULL, data, length, digest, sizeof digest);
    buffer_char(&text, '"');
    buffer_base64url(&text, digest, 12);
    buffer_char(&text, '"');
    memcpy(etag_out, text.data, text.length + 1);
}

static bool has_validator(const struct http_call *call)
{
    const struct http_reply *reply = &call->exchange.reply;
    return reply->status == 200 && (reply->stream == NULL || reply->stream->etag != NULL) &&
           call->exchange.request.method == HTTP_GET;
}

/* What is shown for a secret is for nobody else. */
static bool may_store(const struct http_call *call)
{
    return !call->exchange.reply.no_store && http_header(&call->exchange, "Authorization") == NULL;
}

static struct content content_of(const struct http_call *call)
{
    const struct http_reply *reply = &call->exchange.reply;
    struct content content = {.data = reply->body.data, .length = reply->body.length};
    content.type = reply->type != NULL ? reply->type : "application/json";
    if (reply->stream != NULL)
        content.length = SIZE_MAX;
    else if (reply->blob != NULL)
        content = (struct content){.data = blob_data(reply->blob),
                                   .length = blob_length(reply->blob),
                                   .type = blob_type(reply->blob)};
    if (!has_validator(call))
        return content;
    if (reply->stream != NULL)
        dress_etag(reply->stream->etag, 0, content.etag);
    else if (reply->blob != NULL)
        dress_etag(blob_etag(reply->blob), 0, content.etag);
    else
        hash_etag(content.data, content.length, content.etag);
    return content;
}

/* The compressed bytes stay in the call until the reply is out, as the plain ones do. */
static unsigned compress_own(struct http_call *call, struct content *content, unsigned form)
{
    if ((form & FORM_GZIP) == 0 || !gzip_bytes(content->data, content->length, &call->part))
        return form & ~(unsigned)FORM_GZIP;
    content->data = call->part.data;
    content->length = call->part.length;
    return form;
}

static struct prepared own_response(struct http_call *call, struct content *content, unsigned form)
{
    char etag[ETAG_SIZE];
    if (call->exchange.reply.stream == NULL)
        form = compress_own(call, content, form);
    if ((form & FORM_UNCHANGED) != 0)
        content->length = 0;
    if (content->etag[0] != '\0')
        dress_etag(content->etag, form, etag);
    bool bare = content->length == 0 && (form & FORM_UNCHANGED) == 0;
    const struct dress dress = {.reply = &call->exchange.reply,
                                .type = bare ? NULL : content->type,
                                .etag = content->etag[0] != '\0' ? etag : NULL,
                                .form = form,
                                .no_store = !may_store(call),
                                .close = call->turn.close};
    struct MHD_Response *kept = kept_response(call, &dress, content->data, content->length);
    if (kept != NULL)
        return (struct prepared){kept, true};
    struct MHD_Response *response = MHD_create_response_from_buffer(
        content->length, (void *)(uintptr_t)content->data, MHD_RESPMEM_PERSISTENT);
    if (response != NULL)
        dress_response(response, &dress);
    return (struct prepared){response, false};
}

static bool may_share(const struct http_call *call, const struct content *content)
{
    const struct http_reply *reply = &call->exchange.reply;
    return reply->blob != NULL && reply->header_count == 0 && content->etag[0] != '\0' &&
           may_store(call) && !call->turn.close;
}

static struct prepared prepare(struct http_call *call)
{
    struct content content = content_of(call);
    unsigned form = choose_form(call, &content);
    struct http_reply *reply = &call->exchange.reply;
    if ((form & FORM_UNCHANGED) != 0)
        reply->status = 304;
    if (reply->stream != NULL && (form & FORM_UNCHANGED) == 0)
        return (struct prepared){stream_response(call, form, !may_store(call)), false};
    struct MHD_Response *shared = may_share(call, &content) ? shared_response(reply, &form) : NULL;
    if (shared != NULL)
        return (struct prepared){shared, true};
    return own_response(call, &content, form);
}

bool reply_send(struct http_call *call)
{
    struct http_reply *reply = &call->exchange.reply;
    if (reply->status == 0)
        reply->status = 200;
    struct prepared prepared = prepare(call);
    bool sent = queue(call, reply->status, prepared.response);
    if (!prepared.shared && prepared.response != NULL)
        MHD_destroy_response(prepared.response);
    return sent;
}

bool reply_apology(struct http_call *call)
{
    static const char text[] =
        "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\","
        "\"status\":503,\"detail\":\"The server did not get to it in time.\"}";
    struct http_reply reply = {.status = 503};
    const struct dress dress = {.reply = &reply, .type = "application/problem+json", .close = true};
    struct MHD_Response *response = MHD_create_response_from_buffer(
        sizeof text - 1, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return false;
    dress_response(response, &dress);
    MHD_add_response_header(response, "Retry-After", "2");
    bool sent = queue(call, reply.status, response);
    MHD_destroy_response(response);
    return sent;
}
