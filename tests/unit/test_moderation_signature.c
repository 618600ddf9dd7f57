#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "moderation/signature.h"

/* RFC 8032 §7.1 test 1, and the known answer of design §7. */
static const char seed_hex[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
static const char known_signature[] =
    "sig1=:ZJExkIXfKUukgEdvvrW95hYIRBi1dHNPBwvVwq+O7dGJiXWX02kgat9xTckkOP6Jdvrww+"
    "BZuPreehNIKxeYAA==:";
static const char known_input[] =
    "sig1=(\"@method\" \"@path\" \"@query\" \"content-digest\");created=1700000000;"
    "keyid=\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\";"
    "nonce=\"AAAAAAAAAAAAAAAAAAAAAA\"";

static const struct signed_request request = {
    .method = "POST",
    .path = "/api/v1/moderation/decisions",
    .query = "",
    .body = "{}",
    .body_length = 2,
};

static struct secret_key test_key(struct signature_parameters *parameters)
{
    uint8_t seed[SIGN_SEED_SIZE];
    struct secret_key secret;

    assert_true(hex_parse(seed_hex, strlen(seed_hex), seed, sizeof seed));
    sign_from_seed(seed, parameters->key, &secret);
    parameters->created = 1700000000;
    memcpy(parameters->nonce, "AAAAAAAAAAAAAAAAAAAAAA", 23);
    return secret;
}

static void signs_the_known_request(void **state)
{
    struct signature_parameters parameters;
    struct secret_key secret = test_key(&parameters);
    struct signature_headers headers;

    (void)state;
    signature_make(&request, &parameters, &secret, &headers);
    assert_string_equal(headers.signature.data, known_signature);
    assert_string_equal(headers.input.data, known_input);
    assert_string_equal(headers.content_digest.data,
                        "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:");
    signature_headers_finish(&headers);
}

static void accepts_what_it_signed(void **state)
{
    struct signature_parameters parameters;
    struct secret_key secret = test_key(&parameters);
    struct signature_parameters parsed;
    struct signature_headers headers;

    (void)state;
    signature_make(&request, &parameters, &secret, &headers);
    assert_true(signature_parse(headers.input.data, &parsed, NULL));
    assert_memory_equal(&parsed, &parameters, sizeof parsed.created + sizeof parsed.key);
    assert_string_equal(parsed.nonce, parameters.nonce);
    assert_true(signature_verify(&request, &parsed, headers.content_digest.data,
                                 headers.signature.data, NULL));
    signature_headers_finish(&headers);
}

/* Each row is the known request with one thing changed. */
static void refuses_a_request_that_was_changed(void **state)
{
    static const struct signed_request changed[] = {
        {"PUT", "/api/v1/moderation/decisions", "", "{}", 2},
        {"POST", "/api/v1/moderation/reports", "", "{}", 2},
        {"POST", "/api/v1/moderation/decisions", "a=b", "{}", 2},
        {"POST", "/api/v1/moderation/decisions", "", "{ }", 3},
        {"POST", "/api/v1/moderation/decisions", "", "", 0},
    };
    struct signature_parameters parameters;
    struct secret_key secret = test_key(&parameters);
    struct signature_headers headers;

    (void)state;
    signature_make(&request, &parameters, &secret, &headers);
    for (size_t i = 0; i < ARRAY_LENGTH(changed); i++)
        assert_false(signature_verify(&changed[i], &parameters, headers.content_digest.data,
                                      headers.signature.data, NULL));
    parameters.created++;
    assert_false(signature_verify(&request, &parameters, headers.content_digest.data,
                                  headers.signature.data, NULL));
    parameters.created--;
    parameters.nonce[3] = 'B';
    assert_false(signature_verify(&request, &parameters, headers.content_digest.data,
                                  headers.signature.data, NULL));
    signature_headers_finish(&headers);
}

static void refuses_malformed_headers(void **state)
{
#define KEY   ";keyid=\"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\""
#define NONCE ";nonce=\"AAAAAAAAAAAAAAAAAAAAAA\""
#define PARTS "(\"@method\" \"@path\" \"@query\" \"content-digest\")"
    static const char *const bad_inputs[] = {
        "",
        "sig1=",
        "sig2=" PARTS ";created=1700000000" KEY NONCE,
        "sig1=(\"@method\" \"@path\" \"@query\");created=1700000000" KEY NONCE,
        "sig1=(\"@path\" \"@method\" \"@query\" \"content-digest\");created=1700000000" KEY NONCE,
        "sig1=" PARTS KEY NONCE,
        "sig1=" PARTS ";created=" KEY NONCE,
        "sig1=" PARTS ";created=-1" KEY NONCE,
        "sig1=" PARTS ";created=99999999999999999999" KEY NONCE,
        "sig1=" PARTS ";created=1700000000" NONCE KEY,
        "sig1=" PARTS ";created=1700000000;keyid=\"d75a\"" NONCE,
        "sig1=" PARTS ";created=1700000000" KEY,
        "sig1=" PARTS ";created=1700000000" KEY ";nonce=\"AAAA\"",
        "sig1=" PARTS ";created=1700000000" KEY ";nonce=\"AAAAAAAAAAAAAAAAAAAAAA\nAAA\"",
        "sig1=" PARTS ";created=1700000000" KEY NONCE ", sig2=()",
        "sig1=" PARTS ";created=1700000000" KEY NONCE ";alg=\"ed25519\"",
    };
    struct signature_parameters parameters = {.created = 77};
    struct error error;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad_inputs); i++)
        assert_false(signature_parse(bad_inputs[i], &parameters, &error));
    assert_int_equal(parameters.created, 77);
}

static void refuses_malformed_signatures(void **state)
{
    static const char *const bad[] = {
        "", "sig1", "sig1=", "sig1=:", "sig1=::", "sig2=::", "sig1=:AAAA:", "ZJExkIXfKUukg"};
    struct signature_parameters parameters;
    struct secret_key secret = test_key(&parameters);
    struct signature_headers headers;

    (void)state;
    signature_make(&request, &parameters, &secret, &headers);
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(
            signature_verify(&request, &parameters, headers.content_digest.data, bad[i], NULL));
    assert_false(signature_verify(&request, &parameters, "", headers.signature.data, NULL));
    signature_headers_finish(&headers);
}

static void nonces_differ(void **state)
{
    char first[SIGNATURE_NONCE_MAX + 1];
    char second[SIGNATURE_NONCE_MAX + 1];

    (void)state;
    signature_nonce(first);
    signature_nonce(second);
    assert_int_equal(strlen(first), 22);
    assert_string_not_equal(first, second);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_the_known_request),
        cmocka_unit_test(accepts_what_it_signed),
        cmocka_unit_test(refuses_a_request_that_was_changed),
        cmocka_unit_test(refuses_malformed_headers),
        cmocka_unit_test(refuses_malformed_signatures),
        cmocka_unit_test(nonces_differ),
    };

    return cmocka_run_group_tests_name("moderation signature", tests, NULL, NULL);
}
