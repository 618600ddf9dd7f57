#ifndef ZHANJI_MODERATION_KEYLINE_H
#define ZHANJI_MODERATION_KEYLINE_H

#include "collector/base/buffer.h"
#include "collector/base/error.h"
#include "collector/base/secret.h"

/* A moderator's public line (design §7): "ed25519 BASE64 NAME". */
enum {
    KEYLINE_NAME_MAX = 120 /* bytes of a name */
};

/* At least one character, no controls, neither begins nor ends with a space. */
NODISCARD bool keyline_name_valid(const char *name);
/* Appends. */
void keyline_print(const uint8_t key[SIGN_PUBLIC_SIZE], const char *name, struct buffer *buffer);
/* Space around the line is ignored. ERROR_INVALID says how the line should read. */
NODISCARD bool keyline_parse(const char *line, uint8_t key_out[SIGN_PUBLIC_SIZE],
                             char name_out[KEYLINE_NAME_MAX + 1], struct error *error);

#endif
