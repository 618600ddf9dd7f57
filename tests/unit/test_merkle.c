#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/log/edge.h"
#include "collector/log/proof.h"

enum {
    NAIVE_SIZES = 1024
};

/* The leaves and roots of the reference tests of RFC 6962 implementations (trust §3). */
static const struct {
    const char *bytes;
    size_t length;
} known_leaves[] = {
    {"", 0},
    {"\x00", 1},
    {"\x10", 1},
    {"\x20\x21", 2},
    {"\x30\x31", 2},
    {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
    {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

static const struct {
    size_t size;
    const char *root;
} known_roots[] = {
    {0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
    {3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
    {7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
    {8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
};

static void assert_hash(const struct hash *hash, const char *hex)
{
    struct hash expected;

    assert_true(hex_parse(hex, strlen(hex), expected.bytes, sizeof(expected.bytes)));
    assert_memory_equal(hash->bytes, expected.bytes, sizeof(expected.bytes));
}

static void hashes_the_known_trees(void **state)
{
    struct hash leaves[ARRAY_LENGTH(known_leaves)];

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(known_leaves); i++)
        leaves[i] = merkle_leaf(known_leaves[i].bytes, known_leaves[i].length);
    for (size_t i = 0; i < ARRAY_LENGTH(known_roots); i++) {
        struct hash root = merkle_root(leaves, known_roots[i].size);
        assert_hash(&root, known_roots[i].root);
    }
}

/* Roots that were worked out already, by where their leaves begin and how many they are: without
 * them all sizes would take minutes. */
struct naive {
    const struct hash *leaves;
    struct hash (*roots)[NAIVE_SIZES + 1];
    bool (*has_root)[NAIVE_SIZES + 1];
};

/* RFC 6962 §2.1 word for word. NOLINTBEGIN(misc-no-recursion) */
static struct hash naive_root(const struct naive *naive, size_t begin, size_t count)
{
    size_t split = 1;
    struct hash left;
    struct hash right;

    if (count == 1)
        return naive->leaves[begin];
    if (naive->has_root[begin][count])
        return naive->roots[begin][count];
    while (split * 2 < count)
        split *= 2;
    left = naive_root(naive, begin, split);
    right = naive_root(naive, begin + split, count - split);
    naive->has_root[begin][count] = true;
    return naive->roots[begin][count] = merkle_node(&left, &right);
}

static void naive_path(const struct naive *naive, size_t begin, size_t index, size_t count,
                       struct proof *proof)
{
    size_t split = 1;

    if (count == 1)
        return;
    while (split * 2 < count)
        split *= 2;
    if (index < split) {
        naive_path(naive, begin, index, split, proof);
        proof->hashes[proof->count++] = naive_root(naive, begin + split, count - split);
    } else {
        naive_path(naive, begin + split, index - split, count - split, proof);
        proof->hashes[proof->count++] = naive_root(naive, begin, split);
    }
}

static void naive_subproof(const struct naive *naive, size_t begin, size_t old, size_t count,
                           bool is_whole, struct proof *proof)
{
    size_t split = 1;

    if (old == count) {
        if (!is_whole)
            proof->hashes[proof->count++] = naive_root(naive, begin, count);
        return;
    }
    while (split * 2 < count)
        split *= 2;
    if (old <= split) {
        naive_subproof(naive, begin, old, split, is_whole, proof);
        proof->hashes[proof->count++] = naive_root(naive, begin + split, count - split);
    } else {
        naive_subproof(naive, begin + split, old - split, count - split, false, proof);
        proof->hashes[proof->count++] = naive_root(naive, begin, split);
    }
}

/* NOLINTEND(misc-no-recursion) */

static bool read_naive(const void *context, unsigned level, uint64_t index, struct hash *hash_out,
                       struct error *error)
{
    (void)error;
    *hash_out = naive_root(context, (size_t)index << level, (size_t)1 << level);
    return true;
}

static void make_leaves(struct hash *leaves, size_t count)
{
    for (size_t i = 0; i < count; i++)
        leaves[i] = merkle_leaf(&i, sizeof(i));
}

static void naive_start(struct naive *naive, struct hash *leaves)
{
    make_leaves(leaves, NAIVE_SIZES);
    naive->leaves = leaves;
    naive->roots = memory_zeroed(NAIVE_SIZES, sizeof(*naive->roots));
    naive->has_root = memory_zeroed(NAIVE_SIZES, sizeof(*naive->has_root));
}

static void naive_finish(struct naive *naive)
{
    free(naive->roots);
    free(naive->has_root);
}

static void assert_same_proof(const struct proof *left, const struct proof *right)
{
    assert_int_equal(left->count, right->count);
    assert_memory_equal(left->hashes, right->hashes, left->count * sizeof(left->hashes[0]));
}

static void proves_inclusion_as_the_naive_recursion_does(void **state)
{
    static struct hash leaves[NAIVE_SIZES];
    struct naive naive;
    struct merkle_source source = {read_naive, &naive};

    (void)state;
    naive_start(&naive, leaves);
    for (size_t size = 1; size <= NAIVE_SIZES; size++) {
        struct hash root = naive_root(&naive, 0, size);
        struct hash same = merkle_root(leaves, size);
        assert_memory_equal(root.bytes, same.bytes, sizeof(root.bytes));
        for (size_t index = 0; index < size; index++) {
            struct proof expected = {.count = 0};
            struct proof proof;
            naive_path(&naive, 0, index, size, &expected);
            assert_true(proof_inclusion(&source, index, size, &proof, NULL));
            assert_same_proof(&proof, &expected);
            assert_true(proof_inclusion_verify(&proof, index, size, &leaves[index], &root));
        }
    }
    naive_finish(&naive);
}

static void proves_consistency_as_the_naive_recursion_does(void **state)
{
    static struct hash leaves[NAIVE_SIZES];
    struct naive naive;
    struct merkle_source source = {read_naive, &naive};

    (void)state;
    naive_start(&naive, leaves);
    for (size_t size = 1; size <= NAIVE_SIZES; size++) {
        struct hash root = naive_root(&naive, 0, size);
        for (size_t old = 1; old <= size; old++) {
            struct hash old_root = naive_root(&naive, 0, old);
            struct proof expected = {.count = 0};
            struct proof proof;
            naive_subproof(&naive, 0, old, size, true, &expected);
            assert_true(proof_consistency(&source, old, size, &proof, NULL));
            assert_same_proof(&proof, &expected);
            assert_true(proof_consistency_verify(&proof, old, &old_root, size, &root));
        }
    }
    naive_finish(&naive);
}

static void ignore_tile(void *context, unsigned level, uint64_t number, const struct hash *hash)
{
    size_t *closed = context;

    (void)hash;
    closed[level] += number + 1 == closed[level] + 1 ? 1 : 1000;
}

/* Past the third level of tiles. */
static void an_edge_of_tiles_has_the_root_of_its_leaves(void **state)
{
    enum {
        PAST_TWO_LEVELS = 256 * 256 + 300
    };

    struct merkle_frontier frontier = {0};
    size_t closed[TILE_LEVELS + 1] = {0};
    struct edge *edge = memory_zeroed(1, sizeof(*edge));

    (void)state;
    for (size_t i = 0; i < PAST_TWO_LEVELS; i++) {
        struct hash leaf = merkle_leaf(&i, sizeof(i));
        merkle_append(&frontier, &leaf);
        edge_append(edge, &leaf, ignore_tile, closed);
        if (i > 1030 && i % 256 > 2 && i % 256 < 254 && i % 97 != 0)
            continue;
        struct hash expected = merkle_frontier_root(&frontier);
        struct hash root = edge_root(edge);
        assert_memory_equal(root.bytes, expected.bytes, sizeof(root.bytes));
    }
    assert_int_equal(closed[1], 257);
    assert_int_equal(closed[2], 1);
    assert_int_equal(closed[3], 0);
    free(edge);
}

/* Every bit of a few hashes, every neighbour of the numbers, a hash more and one fewer. */
static void refuses_an_inclusion_proof_that_is_changed(void **state)
{
    struct hash leaves[11] = {{{0}}};
    struct merkle_source source = merkle_source_memory(leaves);
    struct proof proof;
    struct hash root;

    (void)state;
    make_leaves(leaves, 11);
    root = merkle_root(leaves, 11);
    assert_true(proof_inclusion(&source, 9, 11, &proof, NULL));
    for (size_t i = 0; i < proof.count; i++) {
        proof.hashes[i].bytes[i] ^= 1;
        assert_false(proof_inclusion_verify(&proof, 9, 11, &leaves[9], &root));
        proof.hashes[i].bytes[i] ^= 1;
    }
    assert_false(proof_inclusion_verify(&proof, 8, 11, &leaves[9], &root));
    assert_false(proof_inclusion_verify(&proof, 9, 8, &leaves[9], &root));
    assert_false(proof_inclusion_verify(&proof, 9, 9, &leaves[9], &root));
    assert_false(proof_inclusion_verify(&proof, 9, 0, &leaves[9], &root));
    assert_false(proof_inclusion_verify(&proof, 9, 11, &leaves[8], &root));
    assert_false(proof_inclusion_verify(&proof, 9, 11, &leaves[9], &leaves[9]));
    proof.count--;
    assert_false(proof_inclusion_verify(&proof, 9, 11, &leaves[9], &root));
    proof.count += 2;
    proof.hashes[proof.count - 1] = root;
    assert_false(proof_inclusion_verify(&proof, 9, 11, &leaves[9], &root));
}

static void refuses_a_consistency_proof_that_is_changed(void **state)
{
    struct hash leaves[11] = {{{0}}};
    struct merkle_source source = merkle_source_memory(leaves);
    struct proof proof;
    struct hash old_root;
    struct hash root;

    (void)state;
    make_leaves(leaves, 11);
    old_root = merkle_root(leaves, 6);
    root = merkle_root(leaves, 11);
    assert_true(proof_consistency(&source, 6, 11, &proof, NULL));
    for (size_t i = 0; i < proof.count; i++) {
        proof.hashes[i].bytes[31] ^= 0x80;
        assert_false(proof_consistency_verify(&proof, 6, &old_root, 11, &root));
        proof.hashes[i].bytes[31] ^= 0x80;
    }
    assert_true(proof_consistency_verify(&proof, 6, &old_root, 11, &root));
    assert_false(proof_consistency_verify(&proof, 6, &root, 11, &root));
    assert_false(proof_consistency_verify(&proof, 6, &old_root, 11, &old_root));
    assert_false(proof_consistency_verify(&proof, 0, &old_root, 11, &root));
    assert_false(proof_consistency_verify(&proof, 11, &root, 11, &root));
    assert_false(proof_consistency_verify(&proof, 12, &old_root, 11, &root));
    proof.count--;
    assert_false(proof_consistency_verify(&proof, 6, &old_root, 11, &root));
    proof.count = 0;
    assert_false(proof_consistency_verify(&proof, 6, &old_root, 11, &root));
    assert_true(proof_consistency_verify(&proof, 11, &root, 11, &root));
}

static void refuses_to_prove_what_is_not_in_the_tree(void **state)
{
    struct hash leaves[4] = {{{0}}};
    struct merkle_source source = merkle_source_memory(leaves);
    struct proof proof = {.count = 77};
    struct error error = {0};

    (void)state;
    make_leaves(leaves, 4);
    assert_false(proof_inclusion(&source, 4, 4, &proof, &error));
    assert_int_equal(error.kind, ERROR_INVALID);
    assert_false(proof_consistency(&source, 0, 4, &proof, &error));
    assert_false(proof_consistency(&source, 5, 4, &proof, &error));
    assert_int_equal(proof.count, 77);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_the_known_trees),
        cmocka_unit_test(proves_inclusion_as_the_naive_recursion_does),
        cmocka_unit_test(proves_consistency_as_the_naive_recursion_does),
        cmocka_unit_test(an_edge_of_tiles_has_the_root_of_its_leaves),
        cmocka_unit_test(refuses_an_inclusion_proof_that_is_changed),
        cmocka_unit_test(refuses_a_consistency_proof_that_is_changed),
        cmocka_unit_test(refuses_to_prove_what_is_not_in_the_tree),
    };

    return cmocka_run_group_tests_name("merkle", tests, NULL, NULL);
}
