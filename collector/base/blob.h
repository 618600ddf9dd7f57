#ifndef ZHANJI_BASE_BLOB_H
#define ZHANJI_BASE_BLOB_H

#include "collector/base/buffer.h"

/*
 * Immutable bytes that are shared between threads and counted: a document of the public view, a
 * style sheet. The ETag is a strong validator made of the bytes (RFC 9110 §8.8.3).
 */
struct blob;

/* Takes the buffer's bytes; one reference is the caller's. `type` is a media type and is kept as
 * the pointer it is (a literal). */
NODISCARD struct blob *blob_create_take(struct buffer *bytes, const char *type);
struct blob *blob_hold(struct blob *blob); /* one reference more; returns it */
void blob_drop(struct blob *blob);         /* one less; NULL is fine */
const char *blob_data(const struct blob *blob);
size_t blob_length(const struct blob *blob);
const char *blob_type(const struct blob *blob);
const char *blob_etag(const struct blob *blob); /* with its quotes */

/* What the http part hangs on a blob (ready responses, a gzip form): set once, by whoever is
 * first; the loser's is destroyed. It goes with the last reference. */
void *blob_attachment(const struct blob *blob);
void *blob_attach_take(struct blob *blob, void *attachment, void (*destroy)(void *));

#endif
