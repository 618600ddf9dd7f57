#include <string.h>

#include "collector/http/internal.h"

/*
 * Making a response of a dozen headers costs more than handling a report, so those of short
 * replies are kept for the next reply of the same length, type and form.
 */
enum {
    KEPT_LENGTH_MAX = 1024, /* bytes of the body */
    KEPT_MAX = 1024         /* responses not in use */
};

struct kept {
    struct kept *next;
    struct MHD_Response *response;
    const char *type; /* compared as a pointer: a literal */
    unsigned form;
    bool public_data;
    size_t length;
    char bytes[];
};

struct shelf {
    struct kept *lists[KEPT_LENGTH_MAX];
    int count;
};

struct shelf *kept_create(void)
{
    return memory_zeroed(1, sizeof(struct shelf));
}

static void destroy(struct kept *kept)
{
    MHD_destroy_response(kept->response);
    free(kept);
}

void kept_destroy(struct shelf *shelf)
{
    for (size_t i = 0; shelf != NULL && i < KEPT_LENGTH_MAX; i++)
        while (shelf->lists[i] != NULL) {
            struct kept *kept = shelf->lists[i];
            shelf->lists[i] = kept->next;
            destroy(kept);
        }
    free(shelf);
}

static struct kept *find(struct shelf *shelf, const struct dress *dress, size_t length)
{
    struct kept **place = &shelf->lists[length];
    for (; *place != NULL; place = &(*place)->next) {
        struct kept *kept = *place;
        if (kept->type != dress->type || kept->form != dress->form ||
            kept->public_data != dress->reply->public_data)
            continue;
        *place = kept->next;
        shelf->count--;
        return kept;
    }
    return NULL;
}

static struct kept *make(const struct dress *dress, size_t length)
{
    struct kept *kept = memory_alloc(sizeof *kept + length);
    *kept = (struct kept){.type = dress->type,
                          .form = dress->form,
                          .public_data = dress->reply->public_data,
                          .length = length};
    kept->response = MHD_create_response_from_buffer(length, kept->bytes, MHD_RESPMEM_PERSISTENT);
    if (kept->response == NULL) {
        free(kept);
        return NULL;
    }
    const struct http_reply plain = {.public_data = kept->public_data};
    const struct dress common = {.reply = &plain, .type = kept->type, .form = kept->form};
    dress_response(kept->response, &common);
    return kept;
}

struct MHD_Response *kept_response(struct http_call *call, const struct dress *dress,
                                   const char *data, size_t length)
{
    if (length == 0 || length >= KEPT_LENGTH_MAX || dress->close || dress->etag != NULL)
        return NULL;
    struct kept *kept = find(call->server->shelf, dress, length);
    if (kept == NULL)
        kept = make(dress, length);
    if (kept == NULL)
        return NULL;
    memcpy(kept->bytes, data, length);
    dress_extra(kept->response, dress->reply);
    call->turn.kept = kept;
    return kept->response;
}

void kept_return(struct http_call *call)
{
    struct shelf *shelf = call->server->shelf;
    struct kept *kept = call->turn.kept;
    const struct http_reply *reply = &call->exchange.reply;
    if (kept == NULL)
        return;
    if (shelf->count >= KEPT_MAX) {
        destroy(kept);
        return;
    }
    for (int i = 0; i < reply->header_count; i++)
        MHD_del_response_header(kept->response, reply->headers[i].name, reply->headers[i].value);
    kept->next = shelf->lists[kept->length];
    shelf->lists[kept->length] = kept;
    shelf->count++;
}
