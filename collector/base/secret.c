#include "collector/base/secret.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SIGN_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "sizes differ");
_Static_assert(SIGNATURE_SIZE == crypto_sign_BYTES, "sizes differ");
_Static_assert(BOX_OVERHEAD == crypto_box_SEALBYTES, "sizes differ");
_Static_assert(HASH_KEY_SIZE == crypto_shorthash_KEYBYTES, "sizes differ");

bool secret_start(struct error *error)
{
    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium cannot start on this machine");
    return true;
}

void secret_wipe(void *bytes, size_t length)
{
    sodium_memzero(bytes, length);
}

void secret_wipe_key(struct secret_key *key)
{
    sodium_memzero(key->bytes, sizeof key->bytes);
}

void secret_random(void *bytes, size_t length)
{
    randombytes_buf(bytes, length);
}

bool secret_equal(const void *left, const void *right, size_t length)
{
    return sodium_memcmp(left, right, length) == 0;
}

uint64_t hash_short(const uint8_t key[HASH_KEY_SIZE], const void *bytes, size_t length)
{
    uint64_t hash;
    crypto_shorthash((unsigned char *)&hash, bytes, length, key);
    return hash;
}

void blake2b(const uint8_t *key, const void *bytes, size_t length, uint8_t *digest, size_t size)
{
    crypto_generichash(digest, size, bytes, length, key, key == NULL ? 0 : SECRET_KEY_SIZE);
}

void sign_keypair(uint8_t public_key[SIGN_PUBLIC_SIZE], struct secret_key *secret)
{
    crypto_sign_keypair(public_key, secret->bytes);
}

void sign_from_seed(const uint8_t seed[SIGN_SEED_SIZE], uint8_t public_key[SIGN_PUBLIC_SIZE],
                    struct secret_key *secret)
{
    crypto_sign_seed_keypair(public_key, secret->bytes, seed);
}

void sign_bytes(const struct secret_key *secret, const void *bytes, size_t length,
                uint8_t signature[SIGNATURE_SIZE])
{
    crypto_sign_detached(signature, NULL, bytes, length, secret->bytes);
}

bool sign_verify(const uint8_t public_key[SIGN_PUBLIC_SIZE], const void *bytes, size_t length,
                 const uint8_t signature[SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, bytes, length, public_key) == 0;
}

bool box_seal(const uint8_t public_key[SIGN_PUBLIC_SIZE], const void *bytes, size_t length,
              uint8_t *sealed)
{
    uint8_t box_key[crypto_box_PUBLICKEYBYTES];
    return crypto_sign_ed25519_pk_to_curve25519(box_key, public_key) == 0 &&
           crypto_box_seal(sealed, bytes, length, box_key) == 0;
}

bool box_open(const uint8_t public_key[SIGN_PUBLIC_SIZE], const struct secret_key *secret,
              const uint8_t *sealed, size_t length, uint8_t *bytes)
{
    uint8_t box_key[crypto_box_PUBLICKEYBYTES];
    auto_secret struct secret_key box_secret = {0};
    return length >= BOX_OVERHEAD &&
           crypto_sign_ed25519_pk_to_curve25519(box_key, public_key) == 0 &&
           crypto_sign_ed25519_sk_to_curve25519(box_secret.bytes, secret->bytes) == 0 &&
           crypto_box_seal_open(bytes, sealed, length, box_key, box_secret.bytes) == 0;
}
