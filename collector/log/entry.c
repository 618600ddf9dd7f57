#include "collector/log/entry.h"

#include <string.h>

static const char signed_prefix[] = "zhanji-decision/v1\n";

static const char *const act_names[] = {
    [ACT_APPROVE] = "approve",
    [ACT_REJECT] = "reject",
    [ACT_WITHHOLD] = "withhold",
    [ACT_REVERT] = "revert",
    [ACT_WITHDRAW] = "withdraw",
    [ACT_AMEND] = "amend",
    [ACT_RECEIVED] = "received",
    [ACT_NOTICE] = "notice",
    [ACT_MODERATOR_ADD] = "moderator-add",
    [ACT_MODERATOR_RETIRE] = "moderator-retire",
    [ACT_PURGE] = "purge",
    [ACT_LOG_KEY] = "log-key",
};

const char *entry_act_name(enum entry_act act)
{
    return act_names[act];
}

bool entry_act_find(const char *name, enum entry_act *act_out)
{
    for (size_t act = 0; act < ARRAY_LENGTH(act_names); act++) {
        if (strcmp(act_names[act], name) == 0) {
            *act_out = (enum entry_act)act;
            return true;
        }
    }
    return false;
}

bool entry_act_is_decision(enum entry_act act)
{
    return act <= ACT_REVERT;
}

enum entry_author entry_act_author(enum entry_act act)
{
    if (entry_act_is_decision(act))
        return BY_MODERATOR;
    return act == ACT_WITHDRAW || act == ACT_AMEND ? BY_REPORTER : BY_SERVER;
}

static bool is_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

/* Every key but the first comes after a comma. */
static void print_key(struct buffer *buffer, const char *key)
{
    buffer_format(buffer, ",\"%s\":", key);
}

static bool stands(const struct entry *entry, enum entry_key key, bool otherwise)
{
    if (entry->is_read && entry->by == BY_MODERATOR)
        return (entry->keys & key) != 0;
    return otherwise;
}

static void print_text(struct buffer *buffer, const char *key, const char *text)
{
    print_key(buffer, key);
    buffer_json_ascii(buffer, text, strlen(text));
}

static void print_integer(struct buffer *buffer, const char *key, int64_t value)
{
    print_key(buffer, key);
    buffer_integer(buffer, value);
}

static void print_hex(struct buffer *buffer, const char *key, const uint8_t *bytes, size_t length)
{
    print_key(buffer, key);
    buffer_char(buffer, '"');
    buffer_hex(buffer, bytes, length);
    buffer_char(buffer, '"');
}

static void print_base64(struct buffer *buffer, const char *key, const uint8_t *bytes,
                         size_t length)
{
    print_key(buffer, key);
    buffer_char(buffer, '"');
    buffer_base64(buffer, bytes, length);
    buffer_char(buffer, '"');
}

static void print_author(const struct entry *entry, struct buffer *buffer)
{
    if (entry->by == BY_MODERATOR)
        print_hex(buffer, "by", entry->key, sizeof(entry->key));
    else
        print_text(buffer, "by", entry->by == BY_REPORTER ? "reporter" : "server");
}

static void print_report(const struct entry *entry, struct buffer *buffer)
{
    char uuid[UUID_TEXT_SIZE];

    if (entry->reports > 0)
        print_integer(buffer, "reports", entry->reports);
    if (entry->by == BY_SERVER)
        return;
    if (entry->reports > 0) {
        print_base64(buffer, "root", entry->root, sizeof(entry->root));
        return;
    }
    uuid_print(entry->report, uuid);
    print_text(buffer, "report", uuid);
}

static void print_remarks(const struct entry *entry, struct buffer *buffer)
{
    if (stands(entry, ENTRY_HIDE_NOTE, entry->act == ACT_APPROVE))
        print_integer(buffer, "hide_note", entry->hide_note ? 1 : 0);
    if (stands(entry, ENTRY_NOTE, entry->note[0] != '\0'))
        print_text(buffer, "note", entry->note);
    if (stands(entry, ENTRY_REASON, entry->reason[0] != '\0'))
        print_text(buffer, "reason", entry->reason);
}

static void print_line(const struct entry *entry, bool with_signature, struct buffer *buffer)
{
    buffer_format(buffer, "{\"act\":\"%s\"", entry_act_name(entry->act));
    print_integer(buffer, "at", entry->at);
    print_author(entry, buffer);
    if (!is_zero(entry->digest, sizeof(entry->digest)))
        print_hex(buffer, "digest", entry->digest, sizeof(entry->digest));
    print_remarks(entry, buffer);
    print_report(entry, buffer);
    if (with_signature)
        print_base64(buffer, "sig", entry->signature, sizeof(entry->signature));
    if (entry->subject[0] != '\0')
        print_text(buffer, "subject", entry->subject);
    print_text(buffer, "survey", entry->survey);
    print_integer(buffer, "v", 1);
    if (entry->by != BY_SERVER && entry->reports == 0)
        print_integer(buffer, "version", entry->version);
    buffer_char(buffer, '}');
}

void entry_print(const struct entry *entry, struct buffer *buffer)
{
    print_line(entry, entry->has_signature, buffer);
}

static void print_signed(const struct entry *entry, struct buffer *buffer)
{
    buffer_text(buffer, signed_prefix);
    print_line(entry, false, buffer);
}

void entry_sign(struct entry *entry, const struct secret_key *secret)
{
    auto_buffer struct buffer bytes = {0};

    /* libsodium keeps seed ‖ public key, so the author's key is the second half. */
    memcpy(entry->key, secret->bytes + SIGN_SEED_SIZE, SIGN_PUBLIC_SIZE);
    print_signed(entry, &bytes);
    sign_bytes(secret, bytes.data, bytes.length, entry->signature);
    entry->has_signature = true;
}

bool entry_verify(const struct entry *entry)
{
    auto_buffer struct buffer bytes = {0};

    if (!entry->has_signature || entry->by != BY_MODERATOR)
        return false;
    print_signed(entry, &bytes);
    return sign_verify(entry->key, bytes.data, bytes.length, entry->signature);
}
