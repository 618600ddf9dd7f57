#include "collector/base/blob.h"

#include <stdatomic.h>

#include "collector/base/secret.h"

struct blob {
    atomic_size_t references;
    char *data;
    size_t length;
    const char *type;
    char etag[32];
    _Atomic(void *) attachment;
    void (*destroy_attachment)(void *attachment);
};

/* 96 bits of BLAKE2b in base64url, in quotes. */
static void make_etag(struct blob *blob)
{
    uint8_t digest[16];
    auto_buffer struct buffer text = {0};
    blake2b(NULL, blob->data, blob->length, digest, sizeof digest);
    buffer_char(&text, '"');
    buffer_base64url(&text, digest, 12);
    buffer_char(&text, '"');
    for (size_t i = 0; i <= text.length; i++)
        blob->etag[i] = text.data[i];
}

struct blob *blob_create_take(struct buffer *bytes, const char *type)
{
    struct blob *blob = memory_zeroed(1, sizeof *blob);
    atomic_init(&blob->references, 1);
    atomic_init(&blob->attachment, NULL);
    blob->length = bytes->length;
    blob->data = buffer_take(bytes);
    blob->type = type;
    make_etag(blob);
    return blob;
}

struct blob *blob_hold(struct blob *blob)
{
    atomic_fetch_add_explicit(&blob->references, 1, memory_order_relaxed);
    return blob;
}

void blob_drop(struct blob *blob)
{
    if (blob == NULL || atomic_fetch_sub_explicit(&blob->references, 1, memory_order_acq_rel) != 1)
        return;
    void *attachment = atomic_load(&blob->attachment);
    if (attachment != NULL)
        blob->destroy_attachment(attachment);
    free(blob->data);
    free(blob);
}

const char *blob_data(const struct blob *blob)
{
    return blob->data;
}

size_t blob_length(const struct blob *blob)
{
    return blob->length;
}

const char *blob_type(const struct blob *blob)
{
    return blob->type;
}

const char *blob_etag(const struct blob *blob)
{
    return blob->etag;
}

void *blob_attachment(const struct blob *blob)
{
    return atomic_load_explicit(&blob->attachment, memory_order_acquire);
}

/* `destroy` is the same for all who attach: the one http part. */
void *blob_attach_take(struct blob *blob, void *attachment, void (*destroy)(void *))
{
    void *present = NULL;
    blob->destroy_attachment = destroy;
    if (atomic_compare_exchange_strong(&blob->attachment, &present, attachment))
        return attachment;
    destroy(attachment);
    return present;
}
