#include "collector/log/proof.h"

#include <string.h>

/* Leaves [begin, end). Every range of RFC 6962's recursion begins at a multiple of the largest
 * power of two that fits into it, so its complete subtrees are aligned. */
struct range {
    uint64_t begin;
    uint64_t end;
};

/* begin + k of RFC 6962 §2.1: k is the largest power of two smaller than the range (≥ 2). */
static uint64_t middle(struct range range)
{
    return range.begin + (UINT64_C(1) << (63 - __builtin_clzll(range.end - range.begin - 1)));
}

static bool read_range(const struct merkle_source *source, struct range range,
                       struct hash *hash_out, struct error *error)
{
    uint64_t count = range.end - range.begin;
    uint64_t end = range.end;
    struct hash root;
    bool has_root = false;

    for (unsigned level = 0; count >> level != 0; level++) {
        struct hash left;
        if ((count >> level & 1) == 0)
            continue;
        end -= UINT64_C(1) << level;
        if (!source->read(source->context, level, end >> level, &left, error))
            return false;
        root = has_root ? merkle_node(&left, &root) : left;
        has_root = true;
    }
    *hash_out = root;
    return true;
}

static bool read_memory(const void *context, unsigned level, uint64_t index, struct hash *hash_out,
                        struct error *error)
{
    const struct hash *leaves = context;

    (void)error;
    *hash_out = merkle_root(leaves + (index << level), (size_t)1 << level);
    return true;
}

struct merkle_source merkle_source_memory(const struct hash *leaves)
{
    return (struct merkle_source){read_memory, leaves};
}

bool merkle_source_root(const struct merkle_source *source, uint64_t size, struct hash *root_out,
                        struct error *error)
{
    if (size == 0) {
        *root_out = merkle_root(NULL, 0);
        return true;
    }
    return read_range(source, (struct range){0, size}, root_out, error);
}

static bool add_range(const struct merkle_source *source, struct range range, struct proof *proof,
                      struct error *error)
{
    if (!read_range(source, range, &proof->hashes[proof->count], error))
        return false;
    proof->count++;
    return true;
}

/* Proofs are found from the root downwards and written from the leaf upwards. */
static void hand_over(const struct proof *found, struct proof *proof_out)
{
    proof_out->count = found->count;
    for (size_t i = 0; i < found->count; i++)
        proof_out->hashes[i] = found->hashes[found->count - 1 - i];
}

bool proof_inclusion(const struct merkle_source *source, uint64_t index, uint64_t size,
                     struct proof *proof_out, struct error *error)
{
    struct range range = {0, size};
    struct proof found;

    if (index >= size) {
        return error_set(error, ERROR_INVALID, "there is no entry %llu in a tree of %llu",
                         (unsigned long long)index, (unsigned long long)size);
    }
    found.count = 0;
    while (range.end - range.begin > 1) {
        uint64_t split = middle(range);
        struct range below = {range.begin, split};
        struct range above = {split, range.end};
        bool is_below = index < split;
        if (!add_range(source, is_below ? above : below, &found, error))
            return false;
        range = is_below ? below : above;
    }
    hand_over(&found, proof_out);
    return true;
}

bool proof_consistency(const struct merkle_source *source, uint64_t old_size, uint64_t size,
                       struct proof *proof_out, struct error *error)
{
    struct range range = {0, size};
    struct proof found;

    if (old_size == 0 || old_size > size) {
        return error_set(error, ERROR_INVALID, "a tree of %llu does not grow from one of %llu",
                         (unsigned long long)size, (unsigned long long)old_size);
    }
    found.count = 0;
    while (range.end != old_size) {
        uint64_t split = middle(range);
        struct range below = {range.begin, split};
        struct range above = {split, range.end};
        bool is_below = old_size <= split;
        if (!add_range(source, is_below ? above : below, &found, error))
            return false;
        range = is_below ? below : above;
    }
    /* A range that begins the tree is the old root itself, which the verifier has. */
    if (range.begin != 0 && !add_range(source, range, &found, error))
        return false;
    hand_over(&found, proof_out);
    return true;
}

static bool same_hash(const struct hash *left, const struct hash *right)
{
    return memcmp(left->bytes, right->bytes, sizeof(left->bytes)) == 0;
}

/* The names fn, sn, r, fr and sr are those of RFC 9162 §2.1.3.2 and §2.1.4.2. */
bool proof_inclusion_verify(const struct proof *proof, uint64_t index, uint64_t size,
                            const struct hash *leaf, const struct hash *root)
{
    uint64_t fn = index;
    uint64_t sn = size - 1;
    struct hash r = *leaf;

    if (index >= size || proof->count > PROOF_MAX)
        return false;
    for (size_t i = 0; i < proof->count; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) == 0 && fn != sn) {
            r = merkle_node(&r, &proof->hashes[i]);
        } else {
            r = merkle_node(&proof->hashes[i], &r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && same_hash(&r, root);
}

struct walk {
    uint64_t fn, sn;
    struct hash fr, sr;
};

static bool walk_step(struct walk *walk, const struct hash *c)
{
    if (walk->sn == 0)
        return false;
    if ((walk->fn & 1) == 1 || walk->fn == walk->sn) {
        walk->fr = merkle_node(c, &walk->fr);
        walk->sr = merkle_node(c, &walk->sr);
        while ((walk->fn & 1) == 0 && walk->fn != 0) {
            walk->fn >>= 1;
            walk->sn >>= 1;
        }
    } else {
        walk->sr = merkle_node(&walk->sr, c);
    }
    walk->fn >>= 1;
    walk->sn >>= 1;
    return true;
}

bool proof_consistency_verify(const struct proof *proof, uint64_t old_size,
                              const struct hash *old_root, uint64_t size, const struct hash *root)
{
    bool is_complete = (old_size & (old_size - 1)) == 0;
    struct walk walk = {.fn = old_size - 1, .sn = size - 1};
    size_t next = 0;

    if (old_size == 0 || old_size > size || proof->count > PROOF_MAX)
        return false;
    if (old_size == size)
        return proof->count == 0 && same_hash(old_root, root);
    if (proof->count == 0)
        return false;
    walk.fr = is_complete ? *old_root : proof->hashes[next++];
    walk.sr = walk.fr;
    while ((walk.fn & 1) == 1) {
        walk.fn >>= 1;
        walk.sn >>= 1;
    }
    while (next < proof->count)
        if (!walk_step(&walk, &proof->hashes[next++]))
            return false;
    return walk.sn == 0 && same_hash(&walk.fr, old_root) && same_hash(&walk.sr, root);
}
