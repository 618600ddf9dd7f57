#include "collector/intake/seal.h"

#include <string.h>

/* A note in clear, wiped at the end of its scope. */
struct plain_note {
    uint8_t bytes[SEAL_PLAIN_SIZE];
};

#define auto_plain __attribute__((cleanup(plain_wipe)))

static void plain_wipe(struct plain_note *plain)
{
    secret_wipe(plain, sizeof *plain);
}

static void plain_fill(struct plain_note *plain, const uint8_t uuid[UUID_SIZE], const char *note)
{
    size_t length = strnlen(note, SEAL_NOTE_SIZE);
    memset(plain, 0, sizeof *plain);
    memcpy(plain->bytes, uuid, UUID_SIZE);
    plain->bytes[UUID_SIZE] = (uint8_t)(length >> 8);
    plain->bytes[UUID_SIZE + 1] = (uint8_t)length;
    memcpy(plain->bytes + UUID_SIZE + 2, note, length);
}

static bool plain_seal(const struct plain_note *plain, const uint8_t reader[SIGN_PUBLIC_SIZE],
                       struct buffer *sealed)
{
    uint8_t *part = (uint8_t *)buffer_reserve(sealed, SEAL_PART_SIZE);
    if (!box_seal(reader, plain->bytes, sizeof plain->bytes, part + SIGN_PUBLIC_SIZE))
        return false;
    memcpy(part, reader, SIGN_PUBLIC_SIZE);
    sealed->length += SEAL_PART_SIZE;
    return true;
}

bool seal_note(const uint8_t reader[SIGN_PUBLIC_SIZE], const uint8_t uuid[UUID_SIZE],
               const char *note, struct buffer *sealed)
{
    auto_plain struct plain_note plain;
    plain_fill(&plain, uuid, note);
    return plain_seal(&plain, reader, sealed);
}

const uint8_t *seal_part(const void *sealed, size_t length, const uint8_t reader[SIGN_PUBLIC_SIZE])
{
    const uint8_t *part = sealed;
    for (; length >= SEAL_PART_SIZE; part += SEAL_PART_SIZE, length -= SEAL_PART_SIZE)
        if (memcmp(part, reader, SIGN_PUBLIC_SIZE) == 0)
            return part;
    return NULL;
}

bool seal_open(const uint8_t part[SEAL_PART_SIZE], const uint8_t reader[SIGN_PUBLIC_SIZE],
               const struct secret_key *secret, const uint8_t uuid[UUID_SIZE],
               struct buffer *note_out)
{
    auto_plain struct plain_note plain;
    if (!box_open(reader, secret, part + SIGN_PUBLIC_SIZE, SEAL_PART_SIZE - SIGN_PUBLIC_SIZE,
                  plain.bytes))
        return false;
    size_t length = (size_t)plain.bytes[UUID_SIZE] << 8 | plain.bytes[UUID_SIZE + 1];
    if (memcmp(plain.bytes, uuid, UUID_SIZE) != 0 || length > SEAL_NOTE_SIZE)
        return false;
    buffer_bytes(note_out, plain.bytes + UUID_SIZE + 2, length);
    return true;
}
