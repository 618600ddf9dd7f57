#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector/log/entry.h"

#define KEY  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
#define ID   "6f1c2c1e-5d0c-4a56-9b53-6d1a0f6f5a11"
#define ROOT "tV7yMvSedvDaQVL2B3FuF2gzxyof1/Znw8gSL69g97E="

static const char seed_hex[] = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

static struct secret_key test_secret(void)
{
    uint8_t seed[SIGN_SEED_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    struct secret_key secret;

    assert_true(hex_parse(seed_hex, strlen(seed_hex), seed, sizeof(seed)));
    sign_from_seed(seed, public_key, &secret);
    return secret;
}

static struct entry approval(void)
{
    struct entry entry = {
        .act = ACT_APPROVE,
        .at = 1703980800,
        .by = BY_MODERATOR,
        .reason = "ok",
        .survey = "beijing-cards",
        .version = 1,
    };

    assert_true(uuid_parse(ID, strlen(ID), entry.report));
    return entry;
}

static const char *const canonical_lines[] = {
    "{\"act\":\"approve\",\"at\":1703980800,\"by\":\"" KEY "\",\"hide_note\":0,"
    "\"note\":\"\\u7ad9 \\\"a\\\" \\ud83d\\ude87\\n\",\"reason\":\"ok\",\"report\":\"" ID
    "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
    "{\"act\":\"approve\",\"at\":0,\"by\":\"" KEY "\",\"hide_note\":1,\"reason\":\"ok\","
    "\"reports\":10000,\"root\":\"" ROOT "\",\"survey\":\"s\",\"v\":1}",
    "{\"act\":\"reject\",\"at\":1,\"by\":\"" KEY "\",\"reason\":\"spam\",\"report\":\"" ID
    "\",\"survey\":\"s\",\"v\":1,\"version\":4294967295}",
    "{\"act\":\"revert\",\"at\":1,\"by\":\"" KEY "\",\"report\":\"" ID
    "\",\"survey\":\"s\",\"v\":1,\"version\":2}",
    /* All keys of trust §2, though they say nothing here. */
    "{\"act\":\"approve\",\"at\":1,\"by\":\"" KEY
    "\",\"hide_note\":0,\"note\":\"\",\"reason\":\"ok\","
    "\"report\":\"" ID "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
    "{\"act\":\"reject\",\"at\":1,\"by\":\"" KEY
    "\",\"hide_note\":0,\"note\":\"\",\"reason\":\"spam\","
    "\"report\":\"" ID "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
    "{\"act\":\"revert\",\"at\":1,\"by\":\"" KEY "\",\"hide_note\":0,\"note\":\"\",\"reason\":\"\","
    "\"report\":\"" ID "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
    "{\"act\":\"approve\",\"at\":1,\"by\":\"" KEY "\",\"reason\":\"ok\",\"report\":\"" ID
    "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
    "{\"act\":\"withdraw\",\"at\":3600,\"by\":\"reporter\",\"report\":\"" ID
    "\",\"survey\":\"s\",\"v\":1,\"version\":3}",
    "{\"act\":\"moderator-add\",\"at\":3600,\"by\":\"server\",\"subject\":\"ed25519 AA Lin\","
    "\"survey\":\"s\",\"v\":1}",
    "{\"act\":\"received\",\"at\":3600,\"by\":\"server\",\"digest\":\"" KEY
    "\",\"subject\":\"2026-11-22\",\"survey\":\"s\",\"v\":1}",
};

static void canonical_lines_come_back_byte_for_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(canonical_lines); i++) {
        auto_buffer struct buffer again = {0};
        struct error error = {0};
        struct entry entry;
        if (!entry_parse(canonical_lines[i], strlen(canonical_lines[i]), &entry, &error))
            fail_msg("%s: %s", canonical_lines[i], error.text);
        entry_print(&entry, &again);
        assert_string_equal(again.data, canonical_lines[i]);
    }
}

#define REST "\"hide_note\":0,\"reason\":\"ok\",\"report\":\"" ID "\",\"survey\":\"s\",\"v\":1,"

static const struct {
    const char *line;
    const char *says;
} bad_lines[] = {
    {"", "object"},
    {"null", "object"},
    {"{}", "key"},
    {"{\"act\":\"approve\"", "end"},
    {"{\"act\":\"praise\"}", "unknown act"},
    {"{\"at\":1}", "\"act\" is missing"},
    {"{\"act\":\"approve\",\"by\":\"" KEY "\"}", "\"at\" is missing"},
    {"{ \"act\":\"approve\",\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":1}", "key"},
    {"{\"act\":\"approve\", \"at\":1,\"by\":\"" KEY "\"," REST "\"version\":1}", "key"},
    {"{\"act\":\"approve\",\"at\":01,\"by\":\"" KEY "\"," REST "\"version\":1}", "canonical"},
    {"{\"act\":\"approve\",\"at\":1.0,\"by\":\"" KEY "\"," REST "\"version\":1}", "end"},
    {"{\"act\":\"approve\",\"at\":-1,\"by\":\"" KEY "\"," REST "\"version\":1}", "integer"},
    {"{\"act\":\"approve\",\"at\":9007199254740992,\"by\":\"" KEY "\"," REST "\"version\":1}",
     "integer"},
    {"{\"act\":\"approve\",\"at\":1,\"by\":\"someone\"," REST "\"version\":1}", "public key"},
    {"{\"act\":\"approve\",\"at\":1,\"by\":\"server\"," REST "\"version\":1}", "who may"},
    {"{\"act\":\"received\",\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":1}", "who may"},
    {"{\"act\":\"approve\",\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":0}", "integer"},
    {"{\"act\":\"approve\",\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":4294967296}", "integer"},
    {"{\"act\":\"approve\",\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":1,\"x\":1}", "unknown"},
    {"{\"act\":\"approve\",\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":1} ", "end"},
    {"{\"act\":\"approve\",\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":1}}", "end"},
    {"{\"act\":\"approve\",\"at\":1,\"at\":1,\"by\":\"" KEY "\"," REST "\"version\":1}", "missing"},
    {"{\"act\":\"approve\",\"by\":\"" KEY "\",\"at\":1," REST "\"version\":1}", "missing"},
    {"{\"act\":\"reject\",\"at\":1,\"by\":\"" KEY
     "\",\"hide_note\":1,\"reason\":\"spam\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "only an approval"},
    {"{\"act\":\"withdraw\",\"at\":3600,\"by\":\"reporter\",\"note\":\"\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":3}",
     "canonical"},
    {"{\"act\":\"reject\",\"at\":1,\"by\":\"" KEY "\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "\"reason\" is missing"},
    {"{\"act\":\"withdraw\",\"at\":1,\"by\":\"reporter\",\"reason\":\"ok\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "no \"reason\""},
    {"{\"act\":\"revert\",\"at\":1,\"by\":\"" KEY "\",\"note\":\"\\u0041\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "canonical"},
    {"{\"act\":\"revert\",\"at\":1,\"by\":\"" KEY "\",\"note\":\"\\ud83d\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "surrogate"},
    {"{\"act\":\"revert\",\"at\":1,\"by\":\"" KEY "\",\"note\":\"\\u0000\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "U+0000"},
    {"{\"act\":\"revert\",\"at\":1,\"by\":\"" KEY "\",\"note\":\"\xE7\xAB\x99\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "ASCII"},
    {"{\"act\":\"revert\",\"at\":1,\"by\":\"" KEY "\",\"note\":\"\\x\",\"report\":\"" ID
     "\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "escape"},
    {"{\"act\":\"withdraw\",\"at\":1,\"by\":\"reporter\",\"report\":\"" ID
     "\",\"sig\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAA==\",\"survey\":\"s\",\"v\":1,\"version\":1}",
     "moderator"},
};

static void refuses_what_is_not_canonical_and_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(bad_lines); i++) {
        struct error error = {0};
        struct entry entry = {.at = 77};
        assert_false(entry_parse(bad_lines[i].line, strlen(bad_lines[i].line), &entry, &error));
        if (strstr(error.text, bad_lines[i].says) == NULL)
            fail_msg("%s: %s", bad_lines[i].line, error.text);
        assert_int_equal(entry.at, 77);
    }
}

static void refuses_every_cut_of_a_line(void **state)
{
    const char *line = canonical_lines[0];

    (void)state;
    for (size_t length = 0; length < strlen(line); length++) {
        auto_free char *cut = memory_slice(line, length);
        struct entry entry;
        assert_false(entry_parse(cut, length, &entry, NULL));
    }
}

static void refuses_a_line_over_the_limit(void **state)
{
    char line[ENTRY_MAX + 2];
    struct error error = {0};
    struct entry entry;

    (void)state;
    memset(line, 'a', sizeof(line));
    assert_false(entry_parse(line, ENTRY_MAX + 1, &entry, &error));
    assert_int_equal(error.kind, ERROR_TOO_LARGE);
}

static void signs_over_the_line_without_its_signature(void **state)
{
    struct secret_key secret = test_secret();
    struct entry entry = approval();
    auto_buffer struct buffer signed_bytes = {0};
    uint8_t signature[SIGNATURE_SIZE];

    (void)state;
    entry_sign(&entry, &secret);
    assert_true(entry_verify(&entry));
    buffer_text(&signed_bytes,
                "zhanji-decision/v1\n{\"act\":\"approve\",\"at\":1703980800,\"by\":\"" KEY
                "\",\"hide_note\":0,\"reason\":\"ok\",\"report\":\"" ID
                "\",\"survey\":\"beijing-cards\",\"v\":1,\"version\":1}");
    sign_bytes(&secret, signed_bytes.data, signed_bytes.length, signature);
    assert_memory_equal(entry.signature, signature, sizeof(signature));
}

static void a_signed_line_is_refused_when_any_field_changes(void **state)
{
    struct secret_key secret = test_secret();
    struct entry entry = approval();
    struct entry changed;

    (void)state;
    entry_sign(&entry, &secret);
    changed = entry;
    changed.version = 2;
    assert_false(entry_verify(&changed));
    changed = entry;
    changed.hide_note = true;
    assert_false(entry_verify(&changed));
    changed = entry;
    changed.key[0] ^= 1;
    assert_false(entry_verify(&changed));
    changed = entry;
    changed.has_signature = false;
    assert_false(entry_verify(&changed));
}

static void a_signed_line_survives_printing_and_parsing(void **state)
{
    struct secret_key secret = test_secret();
    struct entry entry = approval();
    auto_buffer struct buffer line = {0};
    struct entry parsed;

    (void)state;
    entry_sign(&entry, &secret);
    entry_print(&entry, &line);
    assert_true(entry_parse(line.data, line.length, &parsed, NULL));
    assert_true(entry_verify(&parsed));
}

static void names_of_acts_go_both_ways(void **state)
{
    enum entry_act found;

    (void)state;
    for (int act = ACT_APPROVE; act <= ACT_LOG_KEY; act++) {
        assert_true(entry_act_find(entry_act_name((enum entry_act)act), &found));
        assert_int_equal(found, act);
    }
    assert_false(entry_act_find("", &found));
    assert_true(entry_act_is_decision(ACT_REVERT));
    assert_false(entry_act_is_decision(ACT_WITHDRAW));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_lines_come_back_byte_for_byte),
        cmocka_unit_test(refuses_what_is_not_canonical_and_says_why),
        cmocka_unit_test(refuses_every_cut_of_a_line),
        cmocka_unit_test(refuses_a_line_over_the_limit),
        cmocka_unit_test(signs_over_the_line_without_its_signature),
        cmocka_unit_test(a_signed_line_is_refused_when_any_field_changes),
        cmocka_unit_test(a_signed_line_survives_printing_and_parsing),
        cmocka_unit_test(names_of_acts_go_both_ways),
    };

    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
