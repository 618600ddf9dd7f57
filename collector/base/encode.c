/* Hex, base64 and report ids: how bytes are written as text. */
#include <sodium.h>
#include <string.h>

#include "collector/base/secret.h"

/* In one line of the cache, so that it does not tell which digits of a key were asked for. */
static const _Alignas(16) char hex_digits[] = "0123456789abcdef";

static char *print_hex(const uint8_t *bytes, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++) {
        *out++ = hex_digits[bytes[i] >> 4];
        *out++ = hex_digits[bytes[i] & 15];
    }
    return out;
}

void buffer_hex(struct buffer *buffer, const void *bytes, size_t length)
{
    *print_hex(bytes, length, buffer_reserve(buffer, 2 * length)) = '\0';
    buffer->length += 2 * length;
}

/* RFC 4648 §4 and §5. */
static const _Alignas(64) char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const _Alignas(64) char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* `count` digits of 24 bits, from the top. */
static char *print_base64(const char *digits, uint32_t bits, int count, char *out)
{
    for (int shift = 18; count > 0; shift -= 6, count--)
        *out++ = digits[bits >> shift & 63];
    return out;
}

static void encode_base64(struct buffer *buffer, const void *bytes, size_t length,
                          const char *digits, bool padded)
{
    const uint8_t *in = bytes;
    char *out = buffer_reserve(buffer, (length + 2) / 3 * 4);
    for (; length >= 3; in += 3, length -= 3)
        out = print_base64(digits, (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2], 4, out);
    if (length > 0) {
        uint32_t bits = (uint32_t)in[0] << 16 | (length == 2 ? (uint32_t)in[1] << 8 : 0);
        out = print_base64(digits, bits, (int)length + 1, out);
        for (size_t i = length; padded && i < 3; i++)
            *out++ = '=';
    }
    *out = '\0';
    buffer->length = (size_t)(out - buffer->data);
}

void buffer_base64(struct buffer *buffer, const void *bytes, size_t length)
{
    encode_base64(buffer, bytes, length, base64_digits, true);
}

void buffer_base64url(struct buffer *buffer, const void *bytes, size_t length)
{
    encode_base64(buffer, bytes, length, base64url_digits, false);
}

/* The value of each digit and one more; 0: no digit. Branches would be mispredicted half the time. */
static const uint8_t hex_values[UINT8_MAX + 1] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static bool is_hex(const char *text, size_t length)
{
    bool good = true;
    for (size_t i = 0; i < length; i++)
        good &= hex_values[(uint8_t)text[i]] != 0;
    return good;
}

bool hex_parse(const char *text, size_t length, void *bytes_out, size_t size)
{
    if (length != 2 * size || !is_hex(text, length))
        return false;
    uint8_t *bytes = bytes_out;
    for (size_t i = 0; i < size; i++, text += 2)
        bytes[i] =
            (uint8_t)((hex_values[(uint8_t)text[0]] - 1) << 4 | (hex_values[(uint8_t)text[1]] - 1));
    return true;
}

/* libsodium 1.0.18 takes bytes from 0x80 on for letters where char is signed. */
static bool is_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

static bool decode_base64(const char *text, size_t length, void *bytes_out, size_t size,
                          int variant)
{
    if (length + 1 != sodium_base64_encoded_len(size, variant) || !is_ascii(text, length))
        return false;
    uint8_t *copy = memory_alloc(size);
    size_t written = 0;
    const char *end = NULL;
    bool whole = sodium_base642bin(copy, size, text, length, NULL, &written, &end, variant) == 0 &&
                 written == size && end == text + length;
    if (whole)
        memcpy(bytes_out, copy, size);
    sodium_memzero(copy, size);
    free(copy);
    return whole;
}

bool base64_parse(const char *text, size_t length, void *bytes_out, size_t size)
{
    return decode_base64(text, length, bytes_out, size, sodium_base64_VARIANT_ORIGINAL);
}

bool base64url_parse(const char *text, size_t length, void *bytes_out, size_t size)
{
    return decode_base64(text, length, bytes_out, size, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Where the hyphens of 8-4-4-4-12 stand. */
static bool is_hyphen_place(size_t position)
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}

bool uuid_parse(const char *text, size_t length, uint8_t uuid_out[UUID_SIZE])
{
    if (length != UUID_TEXT_SIZE - 1)
        return false;
    char digits[2 * UUID_SIZE];
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_hyphen_place(i) != (text[i] == '-'))
            return false;
        if (text[i] != '-')
            digits[count++] = text[i];
    }
    return hex_parse(digits, count, uuid_out, UUID_SIZE);
}

void uuid_print(const uint8_t uuid[UUID_SIZE], char text_out[UUID_TEXT_SIZE])
{
    static const size_t parts[] = {4, 2, 2, 2, 6}; /* bytes between the hyphens */
    char *end = text_out;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; uuid += parts[i++]) {
        end = print_hex(uuid, parts[i], end);
        *end++ = '-';
    }
    end[-1] = '\0';
}

void uuid_random(uint8_t uuid_out[UUID_SIZE])
{
    secret_random(uuid_out, UUID_SIZE);
    uuid_out[6] = (uint8_t)((uuid_out[6] & 0x0fU) | 0x40U);
    uuid_out[8] = (uint8_t)((uuid_out[8] & 0x3fU) | 0x80U);
}
