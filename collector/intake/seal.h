#ifndef ZHANJI_INTAKE_SEAL_H
#define ZHANJI_INTAKE_SEAL_H

#include "collector/intake/keys.h"
#include "collector/store/session.h"
#include "collector/survey/report.h"

/*
 * Private notes (trust §4): a note is sealed to each active moderator, so that the server cannot
 * read it again. A sealed note is one part for each reader, in any order:
 *   32 bytes public key ‖ crypto_box_seal(16 bytes id ‖ 2 bytes length, big-endian ‖ 8,000 bytes)
 * where the note's UTF-8 is padded with zeros, so that every part has the same length.
 */
enum {
    SEAL_NOTE_SIZE = REPORT_NOTE_MAX * 4,
    SEAL_PLAIN_SIZE = UUID_SIZE + 2 + SEAL_NOTE_SIZE,
    SEAL_PART_SIZE = SIGN_PUBLIC_SIZE + SEAL_PLAIN_SIZE + BOX_OVERHEAD
};

/* Appends the part for one reader. False: the key is no Ed25519 key; nothing was appended. */
NODISCARD bool seal_note(const uint8_t reader[SIGN_PUBLIC_SIZE], const uint8_t uuid[UUID_SIZE],
                         const char *note, struct buffer *sealed);
/* The part that a reader can open, or NULL. */
const uint8_t *seal_part(const void *sealed, size_t length, const uint8_t reader[SIGN_PUBLIC_SIZE]);
/* Opens one part and checks that it belongs to this report; appends the note. */
NODISCARD bool seal_open(const uint8_t part[SEAL_PART_SIZE], const uint8_t reader[SIGN_PUBLIC_SIZE],
                         const struct secret_key *secret, const uint8_t uuid[UUID_SIZE],
                         struct buffer *note_out);

/* In a store job: seals to every active moderator, or to the server's own key while there is
 * none. False only when the database failed. */
NODISCARD bool seal_for_moderators(struct session *session, const struct server_keys *keys,
                                   const uint8_t uuid[UUID_SIZE], const char *note,
                                   struct buffer *sealed, struct error *error);
/* In the store job that adds a moderator: what was sealed to the server's own key is sealed to
 * this one instead. False only when the database failed. */
NODISCARD bool seal_again(struct session *session, const struct server_keys *keys,
                          const uint8_t reader[SIGN_PUBLIC_SIZE], struct error *error);

#endif
