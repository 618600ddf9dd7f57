#include "collector/log/note.h"

#include <string.h>

#include "collector/base/utf8.h"

static const char dash[] = "\xE2\x80\x94 "; /* U+2014 and a space */
static const uint8_t type_ed25519 = 0x01;

enum {
    DASH_SIZE = sizeof(dash) - 1,
    SIGNED_SIZE = NOTE_KEY_ID_SIZE + SIGNATURE_SIZE
};

/* White space as Unicode has it (property White_Space), without the controls. */
static bool is_space(uint32_t code)
{
    return code == 0x20 || code == 0x85 || code == 0xA0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
           code == 0x202F || code == 0x205F || code == 0x3000;
}

bool note_name_valid(const char *name)
{
    size_t length = strlen(name);
    size_t position = 0;

    if (length == 0 || length > NOTE_NAME_MAX)
        return false;
    while (position < length) {
        uint32_t code = utf8_next(name, length, &position);
        if (code == UINT32_MAX || code < 0x20 || code == 0x7F || code == '+' || is_space(code))
            return false;
    }
    return true;
}

bool note_key_make(const char *name, const uint8_t public_key[SIGN_PUBLIC_SIZE],
                   struct note_key *key_out, struct error *error)
{
    uint8_t digest[SECRET_KEY_SIZE];
    struct sha256 state;

    if (!note_name_valid(name)) {
        return error_set(error, ERROR_INVALID,
                         "a key name has 1 to %d bytes and neither spaces nor '+'", NOTE_NAME_MAX);
    }
    sha256_start(&state);
    sha256_add(&state, name, strlen(name));
    sha256_add(&state, "\n", 1);
    sha256_add(&state, &type_ed25519, 1);
    sha256_add(&state, public_key, SIGN_PUBLIC_SIZE);
    sha256_end(&state, digest);
    memcpy(key_out->name, name, strlen(name) + 1);
    memcpy(key_out->id, digest, sizeof(key_out->id));
    memcpy(key_out->public_key, public_key, SIGN_PUBLIC_SIZE);
    return true;
}

void note_key_print(const struct note_key *key, struct buffer *buffer)
{
    uint8_t typed[1 + SIGN_PUBLIC_SIZE];

    typed[0] = type_ed25519;
    memcpy(typed + 1, key->public_key, SIGN_PUBLIC_SIZE);
    buffer_format(buffer, "%s+", key->name);
    buffer_hex(buffer, key->id, sizeof(key->id));
    buffer_char(buffer, '+');
    buffer_base64(buffer, typed, sizeof(typed));
}

bool note_key_parse(const char *text, size_t length, struct note_key *key_out, struct error *error)
{
    auto_free char *copy = memory_slice(text, length);
    char *id = strchr(copy, '+');
    char *encoded = id == NULL ? NULL : strchr(id + 1, '+');
    uint8_t given[NOTE_KEY_ID_SIZE];
    uint8_t typed[1 + SIGN_PUBLIC_SIZE];
    struct note_key key;

    if (encoded == NULL || strlen(copy) != length)
        return error_set(error, ERROR_INVALID, "a verifier key reads NAME+HEX+BASE64");
    *id++ = '\0';
    *encoded++ = '\0';
    if (!hex_parse(id, strlen(id), given, sizeof(given)) ||
        !base64_parse(encoded, strlen(encoded), typed, sizeof(typed)) || typed[0] != type_ed25519)
        return error_set(error, ERROR_INVALID, "not an Ed25519 verifier key");
    if (!note_key_make(copy, typed + 1, &key, error))
        return false;
    if (memcmp(key.id, given, sizeof(given)) != 0)
        return error_set(error, ERROR_INVALID, "the verifier key's id does not belong to its key");
    *key_out = key;
    return true;
}

void note_sign(const char *text, size_t length, const struct note_key *key,
               const struct secret_key *secret, struct buffer *buffer)
{
    uint8_t bytes[SIGNED_SIZE];

    memcpy(bytes, key->id, NOTE_KEY_ID_SIZE);
    sign_bytes(secret, text, length, bytes + NOTE_KEY_ID_SIZE);
    buffer_format(buffer, "%s%s ", dash, key->name);
    buffer_base64(buffer, bytes, sizeof(bytes));
    buffer_char(buffer, '\n');
}

struct opening {
    const char *note;
    size_t text_length;
    const struct note_verifiers *verifiers;
    size_t verified;
    struct error *error;
};

static const struct note_key *known_key(const struct opening *opening, const char *name,
                                        const uint8_t id[NOTE_KEY_ID_SIZE])
{
    for (size_t i = 0; i < opening->verifiers->count; i++) {
        const struct note_key *key = &opening->verifiers->keys[i];
        if (strcmp(key->name, name) == 0 && memcmp(key->id, id, NOTE_KEY_ID_SIZE) == 0)
            return key;
    }
    return NULL;
}

/* A line by a key of another type has another length: it is nobody's whom we know. */
static bool check_signature(struct opening *opening, const char *name, const char *encoded)
{
    uint8_t bytes[SIGNED_SIZE];
    const struct note_key *key;

    if (!base64_parse(encoded, strlen(encoded), bytes, sizeof(bytes)))
        return true;
    key = known_key(opening, name, bytes);
    if (key == NULL)
        return true;
    if (!sign_verify(key->public_key, opening->note, opening->text_length,
                     bytes + NOTE_KEY_ID_SIZE))
        return error_set(opening->error, ERROR_INVALID, "the signature of %s is wrong", key->name);
    opening->verified++;
    return true;
}

static bool check_line(struct opening *opening, const char *line, size_t length)
{
    auto_free char *copy = memory_slice(line, length);
    char *encoded = length > DASH_SIZE ? strchr(copy + DASH_SIZE, ' ') : NULL;

    if (encoded == NULL || memcmp(copy, dash, DASH_SIZE) != 0)
        return error_set(opening->error, ERROR_INVALID, "a note's signature line is malformed");
    *encoded++ = '\0';
    if (!note_name_valid(copy + DASH_SIZE) || encoded[0] == '\0')
        return error_set(opening->error, ERROR_INVALID, "a note's signature line is malformed");
    return check_signature(opening, copy + DASH_SIZE, encoded);
}

static bool is_plain(const char *note, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)note[i] < 0x20 && note[i] != '\n')
            return false;
    return utf8_valid(note, length);
}

/* The end of the text with its newline: before the last empty line; 0 if there is none. */
static size_t text_end(const char *note, size_t length)
{
    for (size_t at = length; at >= 2; at--)
        if (note[at - 1] == '\n' && note[at - 2] == '\n')
            return at - 1;
    return 0;
}

bool note_open(const char *note, size_t length, const struct note_verifiers *verifiers,
               size_t *text_length_out, struct error *error)
{
    struct opening opening = {note, text_end(note, length), verifiers, 0, error};
    const char *line = note + opening.text_length + 1;
    int lines = 0;

    if (length > NOTE_SIZE_MAX || opening.text_length == 0 || line >= note + length ||
        note[length - 1] != '\n' || !is_plain(note, length))
        return error_set(error, ERROR_INVALID, "not a signed note");
    while (line < note + length) {
        const char *end = memchr(line, '\n', (size_t)(note + length - line));
        if (++lines > NOTE_SIGNATURES_MAX)
            return error_set(error, ERROR_INVALID, "a note with too many signatures");
        if (!check_line(&opening, line, (size_t)(end - line)))
            return false;
        line = end + 1;
    }
    if (opening.verified == 0)
        return error_set(error, ERROR_INVALID, "the note is signed by no key that is known here");
    *text_length_out = opening.text_length;
    return true;
}
