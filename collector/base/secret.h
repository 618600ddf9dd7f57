#ifndef ZHANJI_BASE_SECRET_H
#define ZHANJI_BASE_SECRET_H

#include <stdint.h>

#include "collector/base/buffer.h"
#include "collector/base/error.h"

/* The only door to libsodium. Sizes in bytes. */
enum {
    SECRET_KEY_SIZE = 32,  /* a symmetric key, a BLAKE2b-256 or SHA-256 digest */
    SIGN_PUBLIC_SIZE = 32, /* Ed25519 public key (RFC 8032) */
    SIGN_SECRET_SIZE = 64, /* Ed25519 seed ‖ public key, as libsodium keeps it */
    SIGN_SEED_SIZE = 32,
    SIGNATURE_SIZE = 64,
    BOX_OVERHEAD = 48 /* crypto_box_seal: ephemeral key and tag */
};

/* A secret that is wiped at the end of its scope. */
struct secret_key {
    uint8_t bytes[SIGN_SECRET_SIZE];
};

#define auto_secret __attribute__((cleanup(secret_wipe_key)))

/* Once in main, before threads. */
NODISCARD bool secret_start(struct error *error);
void secret_wipe(void *bytes, size_t length);
void secret_wipe_key(struct secret_key *key);
void secret_random(void *bytes, size_t length);
/* Constant time. */
NODISCARD bool secret_equal(const void *left, const void *right, size_t length);

/* SHA-256 (FIPS 180-4), in one call or in parts. */
struct sha256 {
    _Alignas(8) uint8_t opaque[112];
};

void sha256_start(struct sha256 *state);
void sha256_add(struct sha256 *state, const void *bytes, size_t length);
void sha256_end(struct sha256 *state, uint8_t digest[SECRET_KEY_SIZE]);
void sha256_bytes(const void *bytes, size_t length, uint8_t digest[SECRET_KEY_SIZE]);

/* BLAKE2b of `size` (16–64) bytes with a 32-byte key, or no key when NULL (RFC 7693). */
void blake2b(const uint8_t *key, const void *bytes, size_t length, uint8_t *digest, size_t size);

/* Plain Ed25519 (RFC 8032), detached. */
void sign_keypair(uint8_t public_key[SIGN_PUBLIC_SIZE], struct secret_key *secret);
void sign_from_seed(const uint8_t seed[SIGN_SEED_SIZE], uint8_t public_key[SIGN_PUBLIC_SIZE],
                    struct secret_key *secret);
void sign_bytes(const struct secret_key *secret, const void *bytes, size_t length,
                uint8_t signature[SIGNATURE_SIZE]);
NODISCARD bool sign_verify(const uint8_t public_key[SIGN_PUBLIC_SIZE], const void *bytes,
                           size_t length, const uint8_t signature[SIGNATURE_SIZE]);

/* crypto_box_seal to the X25519 form of an Ed25519 public key; sealed is length + BOX_OVERHEAD. */
NODISCARD bool box_seal(const uint8_t public_key[SIGN_PUBLIC_SIZE], const void *bytes,
                        size_t length, uint8_t *sealed);
NODISCARD bool box_open(const uint8_t public_key[SIGN_PUBLIC_SIZE], const struct secret_key *secret,
                        const uint8_t *sealed, size_t length, uint8_t *bytes);

/* SipHash-2-4 (Aumasson and Bernstein, 2012) with a 16-byte key: for hash tables. */
enum {
    HASH_KEY_SIZE = 16
};

uint64_t hash_short(const uint8_t key[HASH_KEY_SIZE], const void *bytes, size_t length);

/* Lower-case hex; standard base64 with padding; base64url without (RFC 4648). */
void buffer_hex(struct buffer *buffer, const void *bytes, size_t length);
void buffer_base64(struct buffer *buffer, const void *bytes, size_t length);
void buffer_base64url(struct buffer *buffer, const void *bytes, size_t length);
/* Exactly `size` bytes must come of it; strict alphabets and padding. False: nothing written. */
NODISCARD bool hex_parse(const char *text, size_t length, void *bytes_out, size_t size);
NODISCARD bool base64_parse(const char *text, size_t length, void *bytes_out, size_t size);
NODISCARD bool base64url_parse(const char *text, size_t length, void *bytes_out, size_t size);

/* Report ids (design §5): 8-4-4-4-12 hex, any version and case, printed lower case. */
enum {
    UUID_SIZE = 16,
    UUID_TEXT_SIZE = 37
};

NODISCARD bool uuid_parse(const char *text, size_t length, uint8_t uuid_out[UUID_SIZE]);
void uuid_print(const uint8_t uuid[UUID_SIZE], char text_out[UUID_TEXT_SIZE]);
/* A random one, version 4 (RFC 9562). */
void uuid_random(uint8_t uuid_out[UUID_SIZE]);

#endif
