#ifndef ZHANJI_LOG_ENTRY_H
#define ZHANJI_LOG_ENTRY_H

#include "collector/base/buffer.h"
#include "collector/base/error.h"
#include "collector/base/secret.h"

/* Canonical log entries (trust §2): one line of ASCII JSON, sorted keys, integers and strings. */
enum {
    ENTRY_MAX = 4096,
    ENTRY_REPORTS_MAX = 10000,
    ENTRY_NOTE_MAX = 2000
};

enum entry_act {
    ACT_APPROVE,
    ACT_REJECT,
    ACT_WITHHOLD,
    ACT_REVERT,
    ACT_WITHDRAW,
    ACT_AMEND,
    ACT_RECEIVED,
    ACT_NOTICE,
    ACT_MODERATOR_ADD,
    ACT_MODERATOR_RETIRE,
    ACT_PURGE,
    ACT_LOG_KEY
};

const char *entry_act_name(enum entry_act act); /* "moderator-add" */
NODISCARD bool entry_act_find(const char *name, enum entry_act *act_out);
/* Acts that a moderator signs: approve, reject, withhold, revert. */
bool entry_act_is_decision(enum entry_act act);

enum entry_author {
    BY_MODERATOR,
    BY_REPORTER,
    BY_SERVER
};

/* Whose act it is: decisions are a moderator's, withdraw and amend the reporter's. */
enum entry_author entry_act_author(enum entry_act act);

/* Keys that a moderator's line may leave out. */
enum entry_key {
    ENTRY_HIDE_NOTE = 1, /* absent is 0 */
    ENTRY_NOTE = 2,      /* absent is "" */
    ENTRY_REASON = 4     /* of a revert, which needs none */
};

/* A parsed entry. Fields that an act does not have are zero. */
struct entry {
    enum entry_act act;
    int64_t at; /* Unix seconds */
    enum entry_author by;
    bool is_read;                  /* from a line, so that `keys` tells what stood there */
    unsigned keys;                 /* of enum entry_key */
    uint8_t key[SIGN_PUBLIC_SIZE]; /* BY_MODERATOR */
    bool hide_note;
    char note[ENTRY_NOTE_MAX * 4 + 1]; /* UTF-8, "" where none */
    char reason[32];                   /* "" where none */
    uint8_t report[UUID_SIZE];         /* one report … */
    uint32_t version;
    uint32_t reports;              /* … or this many … (`received`, `purge`: that many) */
    uint8_t root[SECRET_KEY_SIZE]; /* … with this RFC 6962 root of their ids in id order */
    char survey[64];
    char subject[256]; /* acts of the server: a moderator's line, a notice's id, … key "subject" */
    uint8_t digest[SECRET_KEY_SIZE]; /* acts of the server: SHA-256 of what they cover, "digest" */
    bool has_signature;
    uint8_t signature[SIGNATURE_SIZE];
};

/* The canonical line, without a newline: with "sig" if has_signature. Keys that do not belong to
 * the act are left out. Of those that may be left out, a moderator's line that was read has what it
 * had, since that was signed; a new one has `hide_note` for approve alone, and no empty text.
 * Appends. */
void entry_print(const struct entry *entry, struct buffer *buffer);
/* Fills key, has_signature and signature: Ed25519 over "zhanji-decision/v1\n" + the line without
 * "sig". */
void entry_sign(struct entry *entry, const struct secret_key *secret);
/* The reverse of entry_print, strict: anything but the canonical bytes is refused with the place
 * and reason. Does not check the signature. */
NODISCARD bool entry_parse(const char *line, size_t length, struct entry *entry_out,
                           struct error *error);
NODISCARD bool entry_verify(const struct entry *entry);

#endif
