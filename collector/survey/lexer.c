#include "collector/survey/lexer.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/utf8.h"

enum {
    SURROGATE_HIGH = 0xD800,
    SURROGATE_LOW = 0xDC00,
    SURROGATE_END = 0xE000
};

bool lexer_fault_at(struct lexer *lexer, const char *place, const char *what)
{
    size_t line = 1;
    size_t column = 1;
    for (const char *at = lexer->start; at < place; at++) {
        column += ((unsigned char)*at & 0xC0) != 0x80;
        if (*at == '\n') {
            line++;
            column = 1;
        }
    }
    snprintf(lexer->fault->reason, sizeof lexer->fault->reason, "line %zu, column %zu: %s", line,
             column, what);
    return false;
}

bool lexer_fault(struct lexer *lexer, const char *what)
{
    return lexer_fault_at(lexer, lexer->at,
                          lexer->at == lexer->end ? "the text ends too early" : what);
}

void lexer_space(struct lexer *lexer)
{
    while (lexer->at < lexer->end &&
           (*lexer->at == ' ' || *lexer->at == '\n' || *lexer->at == '\r' || *lexer->at == '\t'))
        lexer->at++;
}

bool lexer_take(struct lexer *lexer, char byte)
{
    if (lexer->at == lexer->end || *lexer->at != byte)
        return false;
    lexer->at++;
    return true;
}

/* Four hexadecimal digits; UINT32_MAX if there are none. */
static uint32_t take_unit(struct lexer *lexer)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit =
            lexer->at == lexer->end || *lexer->at == '\0' ? NULL : strchr(digits, *lexer->at);
        if (digit == NULL)
            return UINT32_MAX;
        uint32_t value = (uint32_t)(digit - digits);
        unit = unit * 16 + (value < 16 ? value : value - 6);
        lexer->at++;
    }
    return unit;
}

/* What follows \u, a surrogate pair joined. */
static bool take_code_point(struct lexer *lexer, uint32_t *point_out)
{
    const char *place = lexer->at;
    uint32_t high = take_unit(lexer);
    if (high == UINT32_MAX)
        return lexer_fault(lexer, "\\u needs four hexadecimal digits");
    if (high < SURROGATE_HIGH || high >= SURROGATE_END) {
        *point_out = high;
        return true;
    }
    uint32_t low = UINT32_MAX;
    if (high < SURROGATE_LOW && lexer_take(lexer, '\\') && lexer_take(lexer, 'u'))
        low = take_unit(lexer);
    if (low < SURROGATE_LOW || low >= SURROGATE_END)
        return lexer_fault_at(lexer, place, "half of a surrogate pair");
    *point_out = 0x10000 + ((high - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
    return true;
}

/* What follows a backslash, decoded to the end of the document's bytes. */
static bool take_escape(struct lexer *lexer)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    struct document *document = lexer->document;
    char *place = document->decoded + document->decoded_length;
    if (lexer->at == lexer->end)
        return lexer_fault(lexer, "");
    if (lexer_take(lexer, 'u')) {
        uint32_t point = 0;
        if (!take_code_point(lexer, &point))
            return false;
        document->decoded_length += utf8_write(point, place);
        return true;
    }
    const char *letter = *lexer->at == '\0' ? NULL : strchr(letters, *lexer->at);
    if (letter == NULL)
        return lexer_fault(lexer, "no such escape");
    *place = meanings[letter - letters];
    document->decoded_length++;
    lexer->at++;
    return true;
}

/* Of eight bytes, the lowest is the first of the text: a bit for each that is a quote, a backslash, a
 * control character or no ASCII. What borrows is one of them itself, so the lowest bit is exact
 * (Bit Twiddling Hacks, "Determine if a word has a byte less than n"). */
static uint64_t find_special(uint64_t word)
{
    const uint64_t ones = UINT64_MAX / 0xFF;
    uint64_t quote = word ^ ones * '"';
    uint64_t backslash = word ^ ones * '\\';
    return ((word - ones * ' ') | (quote - ones) | (backslash - ones) | word) & ones * 0x80;
}

/* Moves over eight bytes at a time of plain ASCII. */
static void take_words(struct lexer *lexer)
{
    uint64_t word;
    while (lexer->end - lexer->at >= (ptrdiff_t)sizeof word) {
        memcpy(&word, lexer->at, sizeof word);
        uint64_t special = find_special(le64toh(word));
        if (special != 0) {
            lexer->at += __builtin_ctzll(special) / 8;
            return;
        }
        lexer->at += sizeof word;
    }
}

/* Moves over what needs no decoding: up to a quote, a backslash or a fault. */
static void take_plain(struct lexer *lexer)
{
    take_words(lexer);
    while (lexer->at < lexer->end) {
        unsigned char byte = (unsigned char)*lexer->at;
        if (byte == '"' || byte == '\\' || byte < ' ')
            return;
        if (byte < 0x80) {
            lexer->at++;
            continue;
        }
        size_t position = 0;
        if (utf8_next(lexer->at, (size_t)(lexer->end - lexer->at), &position) == UINT32_MAX)
            return;
        lexer->at += position;
    }
}

static bool plain_fault(struct lexer *lexer)
{
    if (lexer->at < lexer->end && (unsigned char)*lexer->at >= 0x80)
        return lexer_fault(lexer, "not UTF-8");
    return lexer_fault(lexer, "a control character must be escaped");
}

static void decode_bytes(struct document *document, const char *bytes, size_t length)
{
    if (length > 0)
        memcpy(document->decoded + document->decoded_length, bytes, length);
    document->decoded_length += length;
}

/* A string with escapes, from its beginning; decoded it is never longer than written. */
static bool take_decoded(struct lexer *lexer, const char *begin, struct slice *text_out)
{
    struct document *document = lexer->document;
    if (document->decoded == NULL) {
        document->decoded_size = (size_t)(lexer->end - lexer->start);
        document->decoded = memory_alloc(document->decoded_size);
    }
    size_t decoded_begin = document->decoded_length;
    decode_bytes(document, begin, (size_t)(lexer->at - begin));
    while (lexer_take(lexer, '\\')) {
        if (!take_escape(lexer))
            return false;
        const char *plain = lexer->at;
        take_plain(lexer);
        decode_bytes(document, plain, (size_t)(lexer->at - plain));
    }
    if (!lexer_take(lexer, '"'))
        return plain_fault(lexer);
    *text_out =
        (struct slice){document->decoded + decoded_begin, document->decoded_length - decoded_begin};
    return true;
}

/* After the opening quote. */
bool lexer_string(struct lexer *lexer, struct slice *text_out)
{
    const char *begin = lexer->at;
    take_plain(lexer);
    if (lexer->at < lexer->end && *lexer->at == '\\')
        return take_decoded(lexer, begin, text_out);
    if (!lexer_take(lexer, '"'))
        return plain_fault(lexer);
    *text_out = (struct slice){begin, (size_t)(lexer->at - begin) - 1};
    return true;
}

static size_t take_digits(struct lexer *lexer)
{
    const char *begin = lexer->at;
    while (lexer->at < lexer->end && *lexer->at >= '0' && *lexer->at <= '9')
        lexer->at++;
    return (size_t)(lexer->at - begin);
}

bool lexer_number(struct lexer *lexer)
{
    lexer_take(lexer, '-');
    if (!lexer_take(lexer, '0') && take_digits(lexer) == 0)
        return lexer_fault(lexer, "a value is missing");
    if (lexer_take(lexer, '.') && take_digits(lexer) == 0)
        return lexer_fault(lexer, "a digit is missing");
    if (!lexer_take(lexer, 'e') && !lexer_take(lexer, 'E'))
        return true;
    if (!lexer_take(lexer, '+'))
        lexer_take(lexer, '-');
    return take_digits(lexer) > 0 || lexer_fault(lexer, "a digit is missing");
}

bool lexer_word(struct lexer *lexer, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(lexer->end - lexer->at) < length || memcmp(lexer->at, word, length) != 0)
        return lexer_fault_at(lexer, lexer->at, "a value is missing");
    lexer->at += length;
    return true;
}
