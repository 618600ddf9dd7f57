#include "collector/http/internal.h"

/* What hangs on a blob: each form of its response, made when it is first asked for. Only the HTTP
 * thread touches it, until the last reference to the blob goes. */
struct shared {
    bool public_data;
    bool gzip_tried;
    struct buffer gzip; /* empty: no smaller, or not tried */
    struct MHD_Response *forms[FORM_COUNT];
};

static void shared_destroy(void *attachment)
{
    struct shared *shared = attachment;
    for (int form = 0; form < FORM_COUNT; form++)
        if (shared->forms[form] != NULL)
            MHD_destroy_response(shared->forms[form]);
    buffer_finish(&shared->gzip);
    free(shared);
}

static struct shared *shared_of(const struct http_reply *reply)
{
    struct shared *shared = blob_attachment(reply->blob);
    if (shared != NULL)
        return shared;
    shared = memory_zeroed(1, sizeof *shared);
    shared->public_data = reply->public_data;
    return blob_attach_take(reply->blob, shared, shared_destroy);
}

static bool has_gzip(struct shared *shared, const struct blob *blob)
{
    if (!shared->gzip_tried) {
        shared->gzip_tried = true;
        return gzip_bytes(blob_data(blob), blob_length(blob), &shared->gzip);
    }
    return shared->gzip.length != 0;
}

/* The bytes are the blob's own: whoever sends them holds a reference to it until they are out. */
static struct MHD_Response *make_form(const struct shared *shared, const struct http_reply *reply,
                                      unsigned form)
{
    char etag[ETAG_SIZE];
    bool zipped = (form & FORM_GZIP) != 0;
    const char *data = zipped ? shared->gzip.data : blob_data(reply->blob);
    size_t length = zipped ? shared->gzip.length : blob_length(reply->blob);
    if ((form & FORM_UNCHANGED) != 0)
        length = 0;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, (void *)(uintptr_t)data, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return NULL;
    dress_etag(blob_etag(reply->blob), form, etag);
    const struct dress dress = {
        .reply = reply, .type = blob_type(reply->blob), .etag = etag, .form = form};
    dress_response(response, &dress);
    return response;
}

struct MHD_Response *shared_response(const struct http_reply *reply, unsigned *form)
{
    struct shared *shared = shared_of(reply);
    if (shared->public_data != reply->public_data)
        return NULL;
    if ((*form & FORM_GZIP) != 0 && !has_gzip(shared, reply->blob))
        *form &= ~(unsigned)FORM_GZIP;
    if (shared->forms[*form] == NULL)
        shared->forms[*form] = make_form(shared, reply, *form);
    return shared->forms[*form];
}
