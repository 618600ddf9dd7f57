#ifndef ZHANJI_INTAKE_KEYS_H
#define ZHANJI_INTAKE_KEYS_H

#include "collector/base/error.h"
#include "collector/base/secret.h"

/* The server's own secrets (trust §1), in <db>.state/ (0700), one 0600 file each, fsynced before
 * the server listens; made on the first start, wiped from memory at the end. */
struct server_keys {
    uint8_t pseudonym[SECRET_KEY_SIZE];   /* reporter → per-survey id → per-station pseudonym */
    uint8_t tracking[SECRET_KEY_SIZE];    /* BLAKE2b(key, report id) = tracking token */
    uint8_t commitment[SECRET_KEY_SIZE];  /* BLAKE2b-256(key, id) = nonce of the content hash */
    uint8_t box_public[SIGN_PUBLIC_SIZE]; /* seals private notes while there is no moderator */
    struct secret_key box_secret;
};

NODISCARD bool keys_load(const char *state_folder, struct server_keys *keys_out,
                         struct error *error);
void keys_wipe(struct server_keys *keys);
/* Whether every key file is there already: what this user may not look at is not taken for missing,
 * and keys_load says what is wrong with it. */
NODISCARD bool keys_present(const char *state_folder);

/* What the database remembers of its keys, to refuse others: a digest that tells nothing of them. */
enum {
    KEYS_FINGERPRINT_TEXT_SIZE = 33
};

void keys_fingerprint(const struct server_keys *keys, char text_out[KEYS_FINGERPRINT_TEXT_SIZE]);

enum {
    TRACKING_SIZE = 32,
    TRACKING_TEXT_SIZE = 44
}; /* 43 characters of base64url and a NUL */

void keys_tracking(const struct server_keys *keys, const uint8_t uuid[UUID_SIZE],
                   char text_out[TRACKING_TEXT_SIZE]);
/* Constant time. */
NODISCARD bool keys_tracking_matches(const struct server_keys *keys, const uint8_t uuid[UUID_SIZE],
                                     const char *text, size_t length);
/* The per-survey id of a reporter's secret (16 bytes of keyed BLAKE2b over survey id and secret),
 * and its public form for one station (22 characters of base64url and a NUL). */
void keys_reporter(const struct server_keys *keys, const char *survey_id, const char *reporter,
                   uint8_t id_out[16]);

enum {
    PSEUDONYM_TEXT_SIZE = 23
};

void keys_pseudonym(const struct server_keys *keys, const uint8_t reporter_id[16],
                    const char *station_id, char text_out[PSEUDONYM_TEXT_SIZE]);

#endif
