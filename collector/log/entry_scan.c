#include "collector/log/entry_scan.h"

#include <string.h>

#include "collector/base/number.h"
#include "collector/base/secret.h"
#include "collector/base/utf8.h"

bool scan_refuse(const struct reader *reader, const char *reason)
{
    return error_set(reader->error, ERROR_INVALID, "entry, byte %zu: %s",
                     (size_t)(reader->at - reader->start), reason);
}

bool scan_char(struct reader *reader, char expected)
{
    if (reader->at >= reader->end || *reader->at != expected)
        return false;
    reader->at++;
    return true;
}

static bool read_hex4(struct reader *reader, uint32_t *unit_out)
{
    uint8_t bytes[2];

    if (reader->end - reader->at < 4 || !hex_parse(reader->at, 4, bytes, sizeof(bytes)))
        return scan_refuse(reader, "\\u must have four lower-case hex digits");
    *unit_out = (uint32_t)bytes[0] << 8 | bytes[1];
    reader->at += 4;
    return true;
}

/* After "\u": one code point, of a surrogate pair if need be. */
static bool read_code_point(struct reader *reader, uint32_t *code_out)
{
    uint32_t high;
    uint32_t low;

    if (!read_hex4(reader, &high))
        return false;
    if (high == 0)
        return scan_refuse(reader, "U+0000 is not text");
    if (high < 0xD800 || high > 0xDFFF) {
        *code_out = high;
        return true;
    }
    if (high > 0xDBFF || !scan_char(reader, '\\') || !scan_char(reader, 'u') ||
        !read_hex4(reader, &low) || low < 0xDC00 || low > 0xDFFF)
        return scan_refuse(reader, "a surrogate without its pair");
    *code_out = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static bool read_escape(struct reader *reader, uint32_t *code_out)
{
    static const char letters[] = "\"\\bfnrt";
    static const char meanings[] = "\"\\\b\f\n\r\t";
    const char *found;

    if (scan_char(reader, 'u'))
        return read_code_point(reader, code_out);
    if (reader->at >= reader->end || *reader->at == '\0' ||
        (found = strchr(letters, *reader->at)) == NULL)
        return scan_refuse(reader, "unknown escape");
    reader->at++;
    *code_out = (uint32_t)meanings[found - letters];
    return true;
}

static bool read_character(struct reader *reader, uint32_t *code_out)
{
    if (reader->at >= reader->end)
        return scan_refuse(reader, "the text has no end");
    if (*reader->at < 0x20 || *reader->at > 0x7E)
        return scan_refuse(reader, "only printable ASCII may stand here");
    *code_out = (uint32_t)*reader->at++;
    return *code_out != '\\' || read_escape(reader, code_out);
}

bool scan_text(struct reader *reader, char *text, size_t capacity)
{
    size_t length = 0;
    uint32_t code = 0;

    if (!scan_char(reader, '"'))
        return scan_refuse(reader, "a text should stand here");
    while (!scan_char(reader, '"')) {
        if (!read_character(reader, &code))
            return false;
        if (length + 4 >= capacity)
            return scan_refuse(reader, "the text is too long");
        length += utf8_write(code, text + length);
    }
    text[length] = '\0';
    return true;
}

bool scan_integer(struct reader *reader, uint64_t minimum, uint64_t maximum, uint64_t *value_out)
{
    const char *begin = reader->at;
    uint64_t value;

    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
        reader->at++;
    if (!number_unsigned(begin, (size_t)(reader->at - begin), maximum, &value) || value < minimum) {
        reader->at = begin;
        return scan_refuse(reader, "an integer within its range should stand here");
    }
    *value_out = value;
    return true;
}
