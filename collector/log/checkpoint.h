#ifndef ZHANJI_LOG_CHECKPOINT_H
#define ZHANJI_LOG_CHECKPOINT_H

#include "collector/log/note.h"
#include "collector/log/proof.h"

/* C2SP tlog-checkpoint: a signed tree head, "ORIGIN\nSIZE\nbase64(ROOT)\n" as a signed note. */
struct checkpoint {
    char origin[NOTE_NAME_MAX + 1];
    uint64_t size;
    struct hash root;
};

/* The note text alone. Appends. */
void checkpoint_text(const struct checkpoint *checkpoint, struct buffer *buffer);
/* The whole note, signed by the log's key, whose name is the origin. Appends. */
void checkpoint_sign(const struct checkpoint *checkpoint, const struct note_key *key,
                     const struct secret_key *secret, struct buffer *buffer);
/* Strict; extension lines are allowed and ignored. */
NODISCARD bool checkpoint_parse(const char *text, size_t length, struct checkpoint *checkpoint_out,
                                struct error *error);
/* Opens a note that one of the keys signed, and whose origin is that of `origin`. */
NODISCARD bool checkpoint_open(const char *note, size_t length, const char *origin,
                               const struct note_verifiers *verifiers,
                               struct checkpoint *checkpoint_out, struct error *error);

/* C2SP tlog-proof@v1: the place of an entry, its inclusion proof, and the checkpoint verbatim. */
struct tlog_proof {
    uint64_t index;
    struct proof proof;
    const char *checkpoint; /* a signed note; borrowed from the text when parsed */
    size_t checkpoint_length;
};

void tlog_proof_print(const struct tlog_proof *proof, struct buffer *buffer);
NODISCARD bool tlog_proof_parse(const char *text, size_t length, struct tlog_proof *proof_out,
                                struct error *error);

#endif
