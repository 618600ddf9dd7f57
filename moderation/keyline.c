#include "moderation/keyline.h"

#include <string.h>

#include "collector/base/utf8.h"

static const char type[] = "ed25519 ";

enum {
    KEY_TEXT_SIZE = 44 /* 32 bytes of base64 */
};

static bool is_control(uint32_t code)
{
    return code == UINT32_MAX || code < 0x20 || (code >= 0x7F && code <= 0x9F) ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

bool keyline_name_valid(const char *name)
{
    size_t length = strlen(name);
    size_t position = 0;

    if (length == 0 || length > KEYLINE_NAME_MAX || name[0] == ' ' || name[length - 1] == ' ')
        return false;
    while (position < length)
        if (is_control(utf8_next(name, length, &position)))
            return false;
    return true;
}

void keyline_print(const uint8_t key[SIGN_PUBLIC_SIZE], const char *name, struct buffer *buffer)
{
    buffer_text(buffer, type);
    buffer_base64(buffer, key, SIGN_PUBLIC_SIZE);
    buffer_format(buffer, " %s", name);
}

bool keyline_parse(const char *line, uint8_t key_out[SIGN_PUBLIC_SIZE],
                   char name_out[KEYLINE_NAME_MAX + 1], struct error *error)
{
    static const char space[] = " \t\r\n";
    const char *begin = line + strspn(line, space);
    size_t length = strlen(begin);
    auto_free char *copy = NULL;
    uint8_t key[SIGN_PUBLIC_SIZE];
    const char *name;

    while (length > 0 && strchr(space, begin[length - 1]) != NULL)
        length--;
    copy = memory_slice(begin, length);
    name = copy + sizeof type + KEY_TEXT_SIZE;
    if (length <= sizeof type + KEY_TEXT_SIZE || memcmp(copy, type, sizeof type - 1) != 0 ||
        name[-1] != ' ' || !base64_parse(copy + sizeof type - 1, KEY_TEXT_SIZE, key, sizeof key) ||
        !keyline_name_valid(name))
        return error_set(error, ERROR_INVALID,
                         "a moderator's line reads: ed25519 BASE64 NAME (zhanji-moderate key new "
                         "prints it)");
    memcpy(key_out, key, sizeof key);
    memcpy(name_out, name, strlen(name) + 1);
    return true;
}
