#ifndef ZHANJI_LOG_MERKLE_H
#define ZHANJI_LOG_MERKLE_H

#include "collector/base/error.h"
#include "collector/base/secret.h"

/* RFC 6962 §2.1 / RFC 9162 §2.1 Merkle tree hashing, inclusion and consistency. */
struct hash {
    uint8_t bytes[SECRET_KEY_SIZE];
};

struct hash merkle_leaf(const void *entry, size_t length); /* SHA-256(00 ‖ entry) */
struct hash merkle_node(const struct hash *left, const struct hash *right);
/* The root of `count` leaf hashes; count 0 gives SHA-256 of nothing. */
struct hash merkle_root(const struct hash *leaves, size_t count);

/* A tree that grows by one leaf at a time in O(log n) memory: the complete subtrees' roots. */
struct merkle_frontier {
    uint64_t size;
    struct hash peaks[64]; /* peaks[i] is set when bit i of size is */
};

void merkle_append(struct merkle_frontier *frontier, const struct hash *leaf);
struct hash merkle_frontier_root(const struct merkle_frontier *frontier);

#endif
