#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/log/checkpoint.h"
#include "collector/log/tile.h"

/* The seed of RFC 8032 §7.1 test 1, and the known answers of trust §3. */
static const char seed_hex[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char origin[] = "reports.example.org/decisions";
static const char verifier[] =
    "reports.example.org/decisions+92281d56+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
static const char known_note[] =
    "reports.example.org/decisions\n3\ntV7yMvSedvDaQVL2B3FuF2gzxyof1/Znw8gSL69g97E=\n\n"
    "\xE2\x80\x94 reports.example.org/decisions "
    "kigdVjRusg0uP40jt8s/QtojJyYGw5vFZbhRAjH55Mh1X/"
    "uY0phD9Vcl92AmY0p2jM25CubjR+/Vam8QDX057FKGggk=\n";
static const char *const entries[] = {
    "{\"v\":1,\"t\":\"open\",\"seq\":0}",
    "{\"v\":1,\"t\":\"decide\",\"seq\":1}",
    "{\"v\":1,\"t\":\"decide\",\"seq\":2}",
};

struct fixture {
    struct note_key key;
    struct secret_key secret;
    struct hash leaves[ARRAY_LENGTH(entries)];
    struct checkpoint checkpoint;
};

static struct fixture make_fixture(void)
{
    struct fixture fixture = {0};
    uint8_t seed[SIGN_SEED_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];

    assert_true(hex_parse(seed_hex, strlen(seed_hex), seed, sizeof(seed)));
    sign_from_seed(seed, public_key, &fixture.secret);
    assert_true(note_key_make(origin, public_key, &fixture.key, NULL));
    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++)
        fixture.leaves[i] = merkle_leaf(entries[i], strlen(entries[i]));
    memcpy(fixture.checkpoint.origin, origin, sizeof(origin));
    fixture.checkpoint.size = ARRAY_LENGTH(entries);
    fixture.checkpoint.root = merkle_root(fixture.leaves, ARRAY_LENGTH(entries));
    return fixture;
}

static void assert_hash_base64(const struct hash *hash, const char *text)
{
    struct hash expected;

    assert_true(base64_parse(text, strlen(text), expected.bytes, sizeof(expected.bytes)));
    assert_memory_equal(hash->bytes, expected.bytes, sizeof(expected.bytes));
}

static void prints_and_reads_the_known_verifier_key(void **state)
{
    struct fixture fixture = make_fixture();
    auto_buffer struct buffer text = {0};
    struct note_key parsed;

    (void)state;
    note_key_print(&fixture.key, &text);
    assert_string_equal(text.data, verifier);
    assert_true(note_key_parse(verifier, strlen(verifier), &parsed, NULL));
    assert_string_equal(parsed.name, origin);
    assert_memory_equal(parsed.id, fixture.key.id, sizeof(parsed.id));
    assert_memory_equal(parsed.public_key, fixture.key.public_key, sizeof(parsed.public_key));
}

static void signs_the_known_checkpoint(void **state)
{
    struct fixture fixture = make_fixture();
    auto_buffer struct buffer note = {0};
    struct checkpoint opened;

    (void)state;
    checkpoint_sign(&fixture.checkpoint, &fixture.key, &fixture.secret, &note);
    assert_string_equal(note.data, known_note);
    assert_true(checkpoint_open(note.data, note.length, origin,
                                &(struct note_verifiers){&fixture.key, 1}, &opened, NULL));
    assert_int_equal(opened.size, 3);
    assert_memory_equal(opened.root.bytes, fixture.checkpoint.root.bytes, SECRET_KEY_SIZE);
}

static void gives_the_known_proofs(void **state)
{
    struct fixture fixture = make_fixture();
    struct merkle_source source = merkle_source_memory(fixture.leaves);
    struct proof proof;

    (void)state;
    assert_true(proof_inclusion(&source, 1, 3, &proof, NULL));
    assert_int_equal(proof.count, 2);
    assert_hash_base64(&proof.hashes[0], "g7IIEtUnXRxos9MWN1hZUo42+BIs5liEPXEJpJsgWoE=");
    assert_hash_base64(&proof.hashes[1], "uVKK7pXNDWu+UdDD/b5QFa75ZIaNvA9czPhq2+8t6fU=");
    assert_true(proof_consistency(&source, 1, 3, &proof, NULL));
    assert_int_equal(proof.count, 2);
    assert_hash_base64(&proof.hashes[0], "I4xCvGiLctM9vZBNuwIiCRtgnzOzgrxM+9g5LEoZ2KU=");
    assert_hash_base64(&proof.hashes[1], "uVKK7pXNDWu+UdDD/b5QFa75ZIaNvA9czPhq2+8t6fU=");
}

static void refuses_a_note_with_any_byte_changed(void **state)
{
    struct fixture fixture = make_fixture();
    char note[sizeof(known_note)];
    struct checkpoint opened;

    (void)state;
    memcpy(note, known_note, sizeof(known_note));
    for (size_t i = 0; i < sizeof(known_note) - 1; i++) {
        note[i] ^= 1;
        assert_false(checkpoint_open(note, sizeof(note) - 1, origin,
                                     &(struct note_verifiers){&fixture.key, 1}, &opened, NULL));
        note[i] ^= 1;
    }
    for (size_t length = 0; length < sizeof(known_note) - 1; length++)
        assert_false(checkpoint_open(note, length, origin,
                                     &(struct note_verifiers){&fixture.key, 1}, &opened, NULL));
}

static void ignores_signatures_of_unknown_keys_beside_a_known_one(void **state)
{
    struct fixture fixture = make_fixture();
    auto_buffer struct buffer note = {0};
    struct checkpoint opened;

    (void)state;
    buffer_text(&note, known_note);
    buffer_text(&note, "\xE2\x80\x94 witness.example AAAAAAAA\n");
    assert_true(checkpoint_open(note.data, note.length, origin,
                                &(struct note_verifiers){&fixture.key, 1}, &opened, NULL));
    assert_false(checkpoint_open(note.data, note.length, "other.example",
                                 &(struct note_verifiers){&fixture.key, 1}, &opened, NULL));
    assert_false(checkpoint_open(note.data, note.length, origin,
                                 &(struct note_verifiers){&fixture.key, 0}, &opened, NULL));
}

static void refuses_malformed_verifier_keys_and_names(void **state)
{
    static const char *const bad[] = {
        "",
        "reports.example.org/decisions",
        "a b+92281d56+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "reports.example.org/decisions+92281d57+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "reports.example.org/decisions+92281d56+AtdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "reports.example.org/decisions+92281d56+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1",
    };
    struct note_key key;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(note_key_parse(bad[i], strlen(bad[i]), &key, NULL));
    assert_false(note_name_valid("a\xE3\x80\x80z"));
    assert_false(note_name_valid("a+b"));
    assert_true(note_name_valid("\xE7\xAB\x99\xE8\xAE\xB0"));
}

static void proof_files_survive_printing_and_parsing(void **state)
{
    struct fixture fixture = make_fixture();
    struct merkle_source source = merkle_source_memory(fixture.leaves);
    struct tlog_proof proof = {.index = 1, .checkpoint = known_note};
    auto_buffer struct buffer text = {0};
    struct tlog_proof parsed;

    (void)state;
    proof.checkpoint_length = strlen(known_note);
    assert_true(proof_inclusion(&source, 1, 3, &proof.proof, NULL));
    tlog_proof_print(&proof, &text);
    assert_true(strncmp(text.data, "c2sp.org/tlog-proof@v1\nindex 1\ng7II", 35) == 0);
    assert_true(tlog_proof_parse(text.data, text.length, &parsed, NULL));
    assert_int_equal(parsed.index, 1);
    assert_int_equal(parsed.proof.count, 2);
    assert_true(
        proof_inclusion_verify(&parsed.proof, 1, 3, &fixture.leaves[1], &fixture.checkpoint.root));
    assert_int_equal(parsed.checkpoint_length, strlen(known_note));
    assert_false(tlog_proof_parse(text.data, 60, &parsed, NULL));
}

static const struct {
    struct tile tile;
    const char *path;
} known_paths[] = {
    {{0, 0, 256}, "tile/0/000"},
    {{0, 1234067, 256}, "tile/0/x001/x234/067"},
    {{1, 273, 17}, "tile/1/273.p/17"},
    {{TILE_ENTRIES, 999, 256}, "tile/entries/999"},
    {{TILE_ENTRIES, 1000, 255}, "tile/entries/x001/000.p/255"},
};

static void tile_paths_go_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(known_paths); i++) {
        auto_buffer struct buffer path = {0};
        struct tile tile;
        tile_path(&known_paths[i].tile, &path);
        assert_string_equal(path.data, known_paths[i].path);
        assert_true(tile_path_parse(path.data, path.length, &tile));
        assert_int_equal(tile.level, known_paths[i].tile.level);
        assert_int_equal(tile.index, known_paths[i].tile.index);
        assert_int_equal(tile.width, known_paths[i].tile.width);
    }
}

static void refuses_tile_paths_that_are_not_canonical(void **state)
{
    static const char *const bad[] = {
        "",
        "tile",
        "tile/",
        "tile/0/",
        "tile/0/0",
        "tile/00/000",
        "tile/8/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/0/000.p/",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/0000",
        "tile/0/000/",
        "tile/entries/",
        "tile/entries/a00",
        "tile/0/-01",
        "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001",
    };
    struct tile tile;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(tile_path_parse(bad[i], strlen(bad[i]), &tile));
}

/* The example of the C2SP document: a tree of 70,000. */
static void knows_the_widths_of_tiles(void **state)
{
    (void)state;
    assert_int_equal(tile_width(0, 272, 70000), 256);
    assert_int_equal(tile_width(0, 273, 70000), 112);
    assert_int_equal(tile_width(0, 274, 70000), 0);
    assert_int_equal(tile_width(1, 0, 70000), 256);
    assert_int_equal(tile_width(1, 1, 70000), 17);
    assert_int_equal(tile_width(2, 0, 70000), 1);
    assert_int_equal(tile_width(1, 0, 256), 1);
    assert_int_equal(tile_width(TILE_ENTRIES, 1, 256), 0);
}

static void bundles_give_back_their_entries(void **state)
{
    auto_buffer struct buffer bundle = {0};
    const char *entry;
    size_t length;
    size_t position = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++)
        tile_bundle_add(&bundle, entries[i], strlen(entries[i]));
    for (size_t i = 0; i < ARRAY_LENGTH(entries); i++) {
        assert_true(tile_bundle_next(bundle.data, bundle.length, &position, &entry, &length));
        assert_int_equal(length, strlen(entries[i]));
        assert_memory_equal(entry, entries[i], length);
    }
    assert_false(tile_bundle_next(bundle.data, bundle.length, &position, &entry, &length));
    assert_int_equal(position, bundle.length);
    position = 0;
    assert_false(tile_bundle_next(bundle.data, 5, &position, &entry, &length));
    assert_int_equal(position, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_and_reads_the_known_verifier_key),
        cmocka_unit_test(signs_the_known_checkpoint),
        cmocka_unit_test(gives_the_known_proofs),
        cmocka_unit_test(refuses_a_note_with_any_byte_changed),
        cmocka_unit_test(ignores_signatures_of_unknown_keys_beside_a_known_one),
        cmocka_unit_test(refuses_malformed_verifier_keys_and_names),
        cmocka_unit_test(proof_files_survive_printing_and_parsing),
        cmocka_unit_test(tile_paths_go_both_ways),
        cmocka_unit_test(refuses_tile_paths_that_are_not_canonical),
        cmocka_unit_test(knows_the_widths_of_tiles),
        cmocka_unit_test(bundles_give_back_their_entries),
    };

    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
