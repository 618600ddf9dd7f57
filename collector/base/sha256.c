/* SHA-256 (FIPS 180-4): libsodium's, or with the processor's own instructions where it has them,
 * which take a fifth of the time (libsodium 1.0.18 does not know them). */
#include <sodium.h>
#include <string.h>

#include "collector/base/secret.h"

enum {
    BLOCK = 64,
    LENGTH_AT = 56 /* of the last block: the number of bits */
};

_Static_assert(sizeof(struct sha256) >= sizeof(crypto_hash_sha256_state), "state does not fit");

/* clang 14 cannot ask for this one feature. */
#if defined(__x86_64__) && !defined(__clang__)

#include <immintrin.h>

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static bool is_fast(void)
{
    return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1");
}

#define FAST __attribute__((target("sha,sse4.1")))

/* The words are kept as the instructions want them: a b e f, and c d g h, from high to low. */
struct words {
    __m128i abef, cdgh;
};

FAST static inline struct words words_load(const uint32_t state[8])
{
    __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0x1b);
    __m128i efgh =
        _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(state + 4)), 0x1b);
    return (struct words){_mm_unpackhi_epi64(efgh, abcd), _mm_unpacklo_epi64(efgh, abcd)};
}

FAST static inline void words_store(struct words words, uint32_t state[8])
{
    __m128i abcd = _mm_unpackhi_epi64(words.cdgh, words.abef);
    __m128i efgh = _mm_unpacklo_epi64(words.cdgh, words.abef);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_shuffle_epi32(abcd, 0x1b));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_shuffle_epi32(efgh, 0x1b));
}

FAST static inline struct words four_rounds(struct words words, __m128i message)
{
    words.cdgh = _mm_sha256rnds2_epu32(words.cdgh, words.abef, message);
    words.abef = _mm_sha256rnds2_epu32(words.abef, words.cdgh, _mm_shuffle_epi32(message, 0x0e));
    return words;
}

FAST static inline struct words one_block(struct words words, const uint8_t *bytes)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const struct words before = words;
    __m128i w[4];
    for (int i = 0; i < 4; i++)
        w[i] = _mm_shuffle_epi8(
            _mm_loadu_si128((const __m128i *)(const void *)(bytes + 16 * (size_t)i)), big_endian);
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
        __m128i *now = &w[i % 4];
        const __m128i *k = (const __m128i *)(const void *)(constants + 4 * (size_t)i);
        words = four_rounds(words, _mm_add_epi32(*now, _mm_loadu_si128(k)));
        if (i >= 12)
            continue;
        __m128i last = w[(i + 3) % 4];
        __m128i mixed = _mm_add_epi32(_mm_sha256msg1_epu32(*now, w[(i + 1) % 4]),
                                      _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
        *now = _mm_sha256msg2_epu32(mixed, last);
    }
    words.abef = _mm_add_epi32(words.abef, before.abef);
    words.cdgh = _mm_add_epi32(words.cdgh, before.cdgh);
    return words;
}

FAST static void fast_blocks(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    struct words words = words_load(state);
    for (size_t i = 0; i < count; i++)
        words = one_block(words, bytes + i * BLOCK);
    words_store(words, state);
}

#else

static bool is_fast(void)
{
    return false;
}

static void fast_blocks(uint32_t state[8], const uint8_t *bytes, size_t count)
{
    (void)state;
    (void)bytes;
    (void)count;
}

#endif

static size_t held(const crypto_hash_sha256_state *state)
{
    return (size_t)(state->count >> 3) % BLOCK;
}

static void fast_add(crypto_hash_sha256_state *state, const uint8_t *bytes, size_t length)
{
    size_t at = held(state);
    state->count += (uint64_t)length << 3;
    if (at != 0 && at + length >= BLOCK) {
        size_t missing = BLOCK - at;
        memcpy(state->buf + at, bytes, missing);
        fast_blocks(state->state, state->buf, 1);
        bytes += missing;
        length -= missing;
        at = 0;
    }
    size_t whole = at == 0 ? length / BLOCK : 0;
    fast_blocks(state->state, bytes, whole);
    length -= whole * BLOCK;
    if (length > 0)
        memcpy(state->buf + at, bytes + whole * BLOCK, length);
}

static void write_big_endian(uint64_t value, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
}

static void fast_end(crypto_hash_sha256_state *state, uint8_t digest[SECRET_KEY_SIZE])
{
    size_t at = held(state);
    state->buf[at++] = 0x80;
    memset(state->buf + at, 0, BLOCK - at);
    if (at > LENGTH_AT) {
        fast_blocks(state->state, state->buf, 1);
        memset(state->buf, 0, LENGTH_AT);
    }
    write_big_endian(state->count, state->buf + LENGTH_AT, sizeof state->count);
    fast_blocks(state->state, state->buf, 1);
    for (size_t i = 0; i < 8; i++)
        write_big_endian(state->state[i], digest + 4 * i, 4);
    sodium_memzero(state, sizeof *state);
}

static crypto_hash_sha256_state *state_of(struct sha256 *state)
{
    return (crypto_hash_sha256_state *)(void *)state->opaque;
}

void sha256_start(struct sha256 *state)
{
    crypto_hash_sha256_init(state_of(state));
}

void sha256_add(struct sha256 *state, const void *bytes, size_t length)
{
    if (is_fast())
        fast_add(state_of(state), bytes, length);
    else
        crypto_hash_sha256_update(state_of(state), bytes, length);
}

void sha256_end(struct sha256 *state, uint8_t digest[SECRET_KEY_SIZE])
{
    if (is_fast())
        fast_end(state_of(state), digest);
    else
        crypto_hash_sha256_final(state_of(state), digest);
}

void sha256_bytes(const void *bytes, size_t length, uint8_t digest[SECRET_KEY_SIZE])
{
    struct sha256 state;
    sha256_start(&state);
    sha256_add(&state, bytes, length);
    sha256_end(&state, digest);
}
