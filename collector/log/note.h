#ifndef ZHANJI_LOG_NOTE_H
#define ZHANJI_LOG_NOTE_H

#include "collector/base/buffer.h"
#include "collector/base/error.h"
#include "collector/base/secret.h"

/*
 * C2SP signed-note: a text that ends with a newline, an empty line, and lines
 * "— NAME base64(key id ‖ signature)". Ed25519 (type 01) alone is made and checked here.
 */
enum {
    NOTE_NAME_MAX = 120,     /* bytes of a key name */
    NOTE_KEY_ID_SIZE = 4,    /* SHA-256(name ‖ 0A ‖ 01 ‖ public key)[0:4] */
    NOTE_SIZE_MAX = 1 << 20, /* bytes of a note that is still read */
    NOTE_SIGNATURES_MAX = 64
};

struct note_key {
    char name[NOTE_NAME_MAX + 1];
    uint8_t id[NOTE_KEY_ID_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];
};

/* The keys whose signatures count. */
struct note_verifiers {
    const struct note_key *keys;
    size_t count;
};

/* Not empty, valid UTF-8, no spaces, controls or plus. */
NODISCARD bool note_name_valid(const char *name);
/* Makes the key of a valid name: ERROR_INVALID for another. */
NODISCARD bool note_key_make(const char *name, const uint8_t public_key[SIGN_PUBLIC_SIZE],
                             struct note_key *key_out, struct error *error);
/* The verifier key NAME+hex(id)+base64(01 ‖ public key). Appends. */
void note_key_print(const struct note_key *key, struct buffer *buffer);
NODISCARD bool note_key_parse(const char *text, size_t length, struct note_key *key_out,
                              struct error *error);

/* The signature line of `text` (which ends with a newline) for this key, with its newline.
 * Appends. */
void note_sign(const char *text, size_t length, const struct note_key *key,
               const struct secret_key *secret, struct buffer *buffer);
/*
 * Checks a note: well formed, and signed by at least one of the keys; a bad signature by a known
 * key refuses the note. *text_length_out is the length of its text, which begins at `note`.
 */
NODISCARD bool note_open(const char *note, size_t length, const struct note_verifiers *verifiers,
                         size_t *text_length_out, struct error *error);

#endif
