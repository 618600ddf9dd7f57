#include "collector/log/merkle.h"

struct hash merkle_leaf(const void *entry, size_t length)
{
    static const uint8_t prefix = 0x00;
    struct sha256 state;
    struct hash hash;

    sha256_start(&state);
    sha256_add(&state, &prefix, 1);
    sha256_add(&state, entry, length);
    sha256_end(&state, hash.bytes);
    return hash;
}

struct hash merkle_node(const struct hash *left, const struct hash *right)
{
    static const uint8_t prefix = 0x01;
    struct sha256 state;
    struct hash hash;

    sha256_start(&state);
    sha256_add(&state, &prefix, 1);
    sha256_add(&state, left->bytes, sizeof(left->bytes));
    sha256_add(&state, right->bytes, sizeof(right->bytes));
    sha256_end(&state, hash.bytes);
    return hash;
}

struct hash merkle_root(const struct hash *leaves, size_t count)
{
    struct merkle_frontier frontier = {0};

    for (size_t i = 0; i < count; i++)
        merkle_append(&frontier, &leaves[i]);
    return merkle_frontier_root(&frontier);
}

void merkle_append(struct merkle_frontier *frontier, const struct hash *leaf)
{
    struct hash carry = *leaf;
    unsigned level = 0;

    /* A binary counter: every set bit is a complete subtree that the carry closes. */
    for (; (frontier->size >> level & 1) != 0; level++)
        carry = merkle_node(&frontier->peaks[level], &carry);
    frontier->peaks[level] = carry;
    frontier->size++;
}

struct hash merkle_frontier_root(const struct merkle_frontier *frontier)
{
    struct hash root;
    bool has_root = false;

    for (unsigned level = 0; level < 64; level++) {
        if ((frontier->size >> level & 1) == 0)
            continue;
        root = has_root ? merkle_node(&frontier->peaks[level], &root) : frontier->peaks[level];
        has_root = true;
    }
    if (!has_root)
        sha256_bytes("", 0, root.bytes);
    return root;
}
