#ifndef ZHANJI_MODERATION_CANONICAL_H
#define ZHANJI_MODERATION_CANONICAL_H

#include <jansson.h>

#include "collector/base/buffer.h"
#include "collector/base/error.h"

/* A flat object of texts and integers as one line of ASCII JSON with sorted keys (RFC 8785): the
 * canonical form of a log entry that was sent as an object. Appends; ERROR_INVALID for what
 * cannot be one. */
NODISCARD bool canonical_line(json_t *object, struct buffer *buffer, struct error *error);

#endif
