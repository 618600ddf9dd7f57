/* The forms in which text goes into other languages: JSON, HTML, CSV, URLs. */
#include <stdio.h>
#include <string.h>

#include "collector/base/buffer.h"
#include "collector/base/csv.h"
#include "collector/base/utf8.h"

static const char *json_short_escape(unsigned char byte)
{
    switch (byte) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\t':
        return "\\t";
    case '\n':
        return "\\n";
    case '\f':
        return "\\f";
    case '\r':
        return "\\r";
    default:
        return NULL;
    }
}

static void json_escape(struct buffer *buffer, unsigned char byte)
{
    const char *escape = json_short_escape(byte);
    if (escape != NULL)
        buffer_text(buffer, escape);
    else
        buffer_format(buffer, "\\u%04x", byte);
}

static bool json_plain(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

void buffer_json(struct buffer *buffer, const char *text, size_t length)
{
    buffer_char(buffer, '"');
    for (size_t i = 0; i < length;) {
        size_t start = i;
        while (i < length && json_plain((unsigned char)text[i]))
            i++;
        buffer_bytes(buffer, text + start, i - start);
        if (i < length)
            json_escape(buffer, (unsigned char)text[i++]);
    }
    buffer_char(buffer, '"');
}

static void json_unicode(struct buffer *buffer, uint32_t code_point)
{
    if (code_point < 0x10000) {
        buffer_format(buffer, "\\u%04x", (unsigned)code_point);
        return;
    }
    uint32_t rest = code_point - 0x10000;
    buffer_format(buffer, "\\u%04x\\u%04x", (unsigned)(0xd800 + (rest >> 10)),
                  (unsigned)(0xdc00 + (rest & 0x3ff)));
}

void buffer_json_ascii(struct buffer *buffer, const char *text, size_t length)
{
    buffer_char(buffer, '"');
    for (size_t i = 0; i < length;) {
        uint32_t code_point = utf8_next(text, length, &i);
        if (code_point >= 0x7f)
            json_unicode(buffer, code_point == UINT32_MAX ? 0xfffd : code_point);
        else if (json_plain((unsigned char)code_point))
            buffer_char(buffer, (char)code_point);
        else
            json_escape(buffer, (unsigned char)code_point);
    }
    buffer_char(buffer, '"');
}

static const char *html_escape(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void buffer_html(struct buffer *buffer, const char *text, size_t length)
{
    size_t start = 0;
    for (size_t i = 0; i < length; i++) {
        const char *escape = html_escape(text[i]);
        if (escape == NULL)
            continue;
        buffer_bytes(buffer, text + start, i - start);
        buffer_text(buffer, escape);
        start = i + 1;
    }
    buffer_bytes(buffer, text + start, length - start);
}

void buffer_csv(struct buffer *buffer, const char *text, size_t length, bool safe)
{
    bool formula = safe && length > 0 && strchr("=+-@\t", text[0]) != NULL;
    /* Many readers leave spaces out that are not within quotes. */
    bool spaced = length > 0 && (csv_is_space(text[0]) || csv_is_space(text[length - 1]));
    bool quoted = spaced || memchr(text, ',', length) != NULL ||
                  memchr(text, '"', length) != NULL || memchr(text, '\n', length) != NULL ||
                  memchr(text, '\r', length) != NULL;
    if (quoted)
        buffer_char(buffer, '"');
    if (formula)
        buffer_char(buffer, '\'');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            buffer_char(buffer, '"');
        buffer_char(buffer, text[i]);
    }
    if (quoted)
        buffer_char(buffer, '"');
}

static bool url_plain(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

void buffer_url(struct buffer *buffer, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (url_plain(byte))
            buffer_char(buffer, text[i]);
        else
            buffer_format(buffer, "%%%02X", byte);
    }
}
