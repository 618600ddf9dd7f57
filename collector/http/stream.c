#include <string.h>

#include "collector/http/internal.h"
#include "collector/http/negotiate.h"

enum {
    STREAM_BLOCK = 64 << 10,
    STREAM_LEVEL = 1 /* the HTTP thread has others to serve */
};

/* Asks for the next part. Nothing and HTTP_DONE is the end. */
static enum http_progress pull(struct http_call *call)
{
    struct http_stream *stream = call->exchange.reply.stream;
    struct gzip *gzip = call->turn.gzip;
    struct buffer *raw = gzip != NULL ? &call->raw : &call->part;
    buffer_clear(&call->part);
    buffer_clear(raw);
    call->turn.part_sent = 0;
    call->phase = CALL_HANDLED;
    enum http_progress progress = stream->next(stream, &call->exchange, raw);
    call->phase = CALL_REPLYING;
    call->turn.stream_ended = progress == HTTP_DONE && raw->length == 0;
    if (gzip != NULL)
        gzip_add(gzip, raw->data, raw->length, call->turn.stream_ended, &call->part);
    return progress;
}

static ssize_t send_part(struct http_call *call, char *out, size_t room)
{
    size_t left = call->part.length - call->turn.part_sent;
    size_t count = left < room ? left : room;
    memcpy(out, call->part.data + call->turn.part_sent, count);
    call->turn.part_sent += count;
    return (ssize_t)count;
}

/* libmicrohttpd's content reader: 0 after a suspension, which ends with http_resume. */
static ssize_t read_stream(void *cls, uint64_t position, char *out, size_t room)
{
    struct http_call *call = cls;
    (void)position;
    call->listener->progress++;
    while (!call->turn.abandoned) {
        if (call->turn.part_sent < call->part.length)
            return send_part(call, out, room);
        if (call->turn.stream_ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        enum http_progress progress = pull(call);
        if (progress == HTTP_BROKEN)
            break;
        bool resumed = call->turn.resumed;
        call->turn.resumed = false;
        if (progress == HTTP_WAIT && !resumed) {
            handle_wait(call);
            return 0;
        }
    }
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void name_file(struct http_exchange *exchange)
{
    const char *name = exchange->reply.stream->file_name;
    if (name == NULL)
        return;
    auto_buffer struct buffer value = {0};
    buffer_format(&value, "attachment; filename=\"%s\"", name);
    http_set_header(exchange, "Content-Disposition", value.data);
}

struct MHD_Response *stream_response(struct http_call *call, unsigned form, bool no_store)
{
    struct http_reply *reply = &call->exchange.reply;
    char etag[ETAG_SIZE];
    if (reply->stream->etag != NULL)
        dress_etag(reply->stream->etag, form, etag);
    const struct dress dress = {.reply = reply,
                                .type = reply->type,
                                .etag = reply->stream->etag != NULL ? etag : NULL,
                                .form = form,
                                .no_store = no_store,
                                .close = call->turn.close};
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, call, NULL);
    if (response == NULL)
        return NULL;
    if (call->turn.is_head) /* else libmicrohttpd sends the last chunk, which no reader expects */
        MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    if ((form & FORM_GZIP) != 0)
        call->turn.gzip = gzip_create(STREAM_LEVEL);
    call->turn.streaming = true;
    name_file(&call->exchange);
    dress_response(response, &dress);
    return response;
}
