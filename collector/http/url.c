#include "collector/http/url.h"

#include <stdint.h>
#include <string.h>

#include "collector/base/utf8.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t url_decode(const char *text, size_t length, bool plus, char *out)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%') {
            out[used] = text[i];
            if (plus && text[i] == '+')
                out[used] = ' ';
            used++;
            continue;
        }
        if (length - i < 3)
            return URL_BAD;
        int high = hex_digit(text[i + 1]);
        int low = hex_digit(text[i + 2]);
        if (high < 0 || low < 0)
            return URL_BAD;
        out[used++] = (char)(high * 16 + low);
        i += 2;
    }
    return used;
}

bool url_is_text(const char *bytes, size_t length)
{
    return memchr(bytes, '\0', length) == NULL && utf8_valid(bytes, length);
}
