#ifndef ZHANJI_MODERATION_KEYFILE_H
#define ZHANJI_MODERATION_KEYFILE_H

#include "collector/base/error.h"
#include "collector/base/secret.h"
#include "moderation/keyline.h"

/* A moderator's key file (trust §1): one line, "ed25519-seed BASE64 NAME", readable by its owner
 * alone. */
struct keyfile {
    struct secret_key secret;
    uint8_t key[SIGN_PUBLIC_SIZE];
    char name[KEYLINE_NAME_MAX + 1];
};

void keyfile_wipe(struct keyfile *keyfile);
/* Makes a new key in a new file (0600, on disk when this returns); a file that is there stays as
 * it is: ERROR_CONFLICT. */
NODISCARD bool keyfile_make(const char *path, const char *name, struct keyfile *keyfile_out,
                            struct error *error);
/* ERROR_DENIED when others may read it. */
NODISCARD bool keyfile_load(const char *path, struct keyfile *keyfile_out, struct error *error);

#endif
