#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "collector/base/secret.h"

/* RFC 8032 §7.1, test 1. */
static const char seed_hex[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char public_hex[] = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
static const char signature_hex[] =
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";

static void signatures_are_plain_ed25519(void **state)
{
    (void)state;
    uint8_t seed[SIGN_SEED_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    uint8_t signature[SIGNATURE_SIZE];
    auto_secret struct secret_key secret;
    auto_buffer struct buffer text = {0};
    assert_true(hex_parse(seed_hex, strlen(seed_hex), seed, sizeof seed));
    sign_from_seed(seed, public_key, &secret);
    buffer_hex(&text, public_key, sizeof public_key);
    assert_string_equal(text.data, public_hex);
    sign_bytes(&secret, "", 0, signature);
    buffer_clear(&text);
    buffer_hex(&text, signature, sizeof signature);
    assert_string_equal(text.data, signature_hex);
    assert_true(sign_verify(public_key, "", 0, signature));
    assert_false(sign_verify(public_key, "x", 1, signature));
    signature[3] ^= 1;
    assert_false(sign_verify(public_key, "", 0, signature));
}

static void sha256_in_parts_is_sha256(void **state)
{
    (void)state;
    uint8_t whole[SECRET_KEY_SIZE];
    uint8_t parts[SECRET_KEY_SIZE];
    struct sha256 sum;
    auto_buffer struct buffer text = {0};
    sha256_bytes("abc", 3, whole);
    buffer_hex(&text, whole, sizeof whole);
    assert_string_equal(text.data,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_start(&sum);
    sha256_add(&sum, "a", 1);
    sha256_add(&sum, "bc", 2);
    sha256_end(&sum, parts);
    assert_memory_equal(whole, parts, sizeof whole);
}

static void sha256_of_any_length_in_any_two_parts_is_that_of_libsodium(void **state)
{
    (void)state;
    uint8_t bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        uint8_t expected[SECRET_KEY_SIZE];
        crypto_hash_sha256(expected, bytes, length);
        for (size_t cut = 0; cut <= length; cut++) {
            uint8_t digest[SECRET_KEY_SIZE];
            struct sha256 sum;
            sha256_start(&sum);
            sha256_add(&sum, bytes, cut);
            sha256_add(&sum, bytes + cut, length - cut);
            sha256_end(&sum, digest);
            assert_memory_equal(digest, expected, sizeof digest);
        }
    }
}

static void a_sealed_box_opens_with_its_key_alone(void **state)
{
    (void)state;
    uint8_t mine[SIGN_PUBLIC_SIZE];
    uint8_t other[SIGN_PUBLIC_SIZE];
    auto_secret struct secret_key my_secret;
    auto_secret struct secret_key other_secret;
    uint8_t sealed[5 + BOX_OVERHEAD];
    uint8_t opened[5];
    sign_keypair(mine, &my_secret);
    sign_keypair(other, &other_secret);
    assert_true(box_seal(mine, "hello", 5, sealed));
    assert_true(box_open(mine, &my_secret, sealed, sizeof sealed, opened));
    assert_memory_equal(opened, "hello", 5);
    assert_false(box_open(other, &other_secret, sealed, sizeof sealed, opened));
    assert_false(box_open(mine, &my_secret, sealed, 10, opened));
}

/* RFC 4648 §10, and one that has the two letters in which the alphabets differ. */
static void base64_is_written_as_the_rfc_says(void **state)
{
    (void)state;

    static const struct {
        const char *bytes, *base64, *base64url;
    } cases[] = {
        {"", "", ""},
        {"f", "Zg==", "Zg"},
        {"fo", "Zm8=", "Zm8"},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg==", "Zm9vYg"},
        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xfe\xff", "+//+/w==", "-__-_w"},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        auto_buffer struct buffer text = {0};
        buffer_text(&text, ":"); /* they append */
        buffer_base64(&text, cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(text.data + 1, cases[i].base64);
        assert_int_equal(text.length, strlen(text.data));
        buffer_clear(&text);
        buffer_base64url(&text, cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(text.data, cases[i].base64url);
        assert_int_equal(text.length, strlen(text.data));
    }
}

static void base64_is_strict(void **state)
{
    (void)state;
    uint8_t bytes[4];
    assert_true(base64_parse("AAECAw==", 8, bytes, 4));
    assert_int_equal(bytes[3], 3);
    assert_true(base64url_parse("AAECAw", 6, bytes, 4));
    static const char *const refused[] = {"AAECAw", "AAECAw=", "AAECAx==", "AAEC Aw=", "AAECA-=="};
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
        assert_false(base64_parse(refused[i], strlen(refused[i]), bytes, 4));
    assert_false(base64url_parse("AAECAw==", 8, bytes, 4));
}

/* Of all bytes in one place, the 64 letters alone are read, each as its own value. */
static void base64_knows_its_letters_alone(void **state)
{
    (void)state;
    bool seen[256] = {false};
    int letters = 0;
    for (int byte = 0; byte < 256; byte++) {
        char text[4] = {'A', (char)byte, 'A', 'A'};
        uint8_t bytes[3];
        if (!base64_parse(text, sizeof text, bytes, sizeof bytes))
            continue;
        int value = (bytes[0] & 3) << 4 | bytes[1] >> 4;
        assert_false(seen[value]);
        seen[value] = true;
        letters++;
    }
    assert_int_equal(letters, 64);
}

static void report_ids_are_read_in_any_case_and_printed_in_lower(void **state)
{
    (void)state;
    uint8_t uuid[UUID_SIZE];
    char text[UUID_TEXT_SIZE];
    const char *id = "6F1c2c1e-5d0C-4a56-9b53-6d1a0f6f5a11";
    assert_true(uuid_parse(id, strlen(id), uuid));
    uuid_print(uuid, text);
    assert_string_equal(text, "6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11");
    static const char *const refused[] = {
        "6f1c2c1e5d0c4a569b536d1a0f6f5a11",     "6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a1",
        "6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a1g", "{f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11}",
        "6f1c2c1-e5d0c-4a56-9b53-6d1a0f6f5a11",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
        assert_false(uuid_parse(refused[i], strlen(refused[i]), uuid));
}

static int start(void **state)
{
    (void)state;
    struct error error = {0};
    return secret_start(&error) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_plain_ed25519),
        cmocka_unit_test(sha256_in_parts_is_sha256),
        cmocka_unit_test(sha256_of_any_length_in_any_two_parts_is_that_of_libsodium),
        cmocka_unit_test(a_sealed_box_opens_with_its_key_alone),
        cmocka_unit_test(base64_is_written_as_the_rfc_says),
        cmocka_unit_test(base64_is_strict),
        cmocka_unit_test(base64_knows_its_letters_alone),
        cmocka_unit_test(report_ids_are_read_in_any_case_and_printed_in_lower),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
