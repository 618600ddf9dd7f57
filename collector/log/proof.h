#ifndef ZHANJI_LOG_PROOF_H
#define ZHANJI_LOG_PROOF_H

#include "collector/log/merkle.h"

/*
 * Inclusion and consistency proofs (RFC 6962 §2.1.1, §2.1.2), made from complete subtrees in
 * O(log n) reads, and verified as RFC 9162 §2.1.3.2 and §2.1.4.2 say.
 */
enum {
    PROOF_MAX = 65 /* hashes; a tree of 2^63 leaves needs 64 at most */
};

struct proof {
    struct hash hashes[PROOF_MAX]; /* from the leaf's side up to the root's */
    size_t count;
};

/* Where complete subtrees come from: the root over the leaves [index × 2^level,
 * (index + 1) × 2^level), all of them in the tree. */
struct merkle_source {
    bool (*read)(const void *context, unsigned level, uint64_t index, struct hash *hash_out,
                 struct error *error);
    const void *context;
};

/* A source over leaf hashes in memory; `leaves` is borrowed. */
struct merkle_source merkle_source_memory(const struct hash *leaves);

/* The root of the first `size` leaves. */
NODISCARD bool merkle_source_root(const struct merkle_source *source, uint64_t size,
                                  struct hash *root_out, struct error *error);
/* Needs index < size (else ERROR_INVALID). */
NODISCARD bool proof_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                               struct proof *proof_out, struct error *error);
/* From the tree of `old_size` to that of `size`: 1 ≤ old_size ≤ size (else ERROR_INVALID); equal
 * sizes give an empty proof. */
NODISCARD bool proof_consistency(const struct merkle_source *source, uint64_t old_size,
                                 uint64_t size, struct proof *proof_out, struct error *error);

NODISCARD bool proof_inclusion_verify(const struct proof *proof, uint64_t index, uint64_t size,
                                      const struct hash *leaf, const struct hash *root);
NODISCARD bool proof_consistency_verify(const struct proof *proof, uint64_t old_size,
                                        const struct hash *old_root, uint64_t size,
                                        const struct hash *root);

#endif
