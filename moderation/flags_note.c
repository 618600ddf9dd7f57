/* What a note alone shows: numbers that may be a person's, and ways to reach somebody. */
#include <string.h>

#include "collector/base/utf8.h"
#include "moderation/flags.h"

enum {
    PHONE_DIGITS = 7,     /* the shortest number that is a telephone's */
    IDENTITY_DIGITS = 15, /* and from here on a document's */
    GAP_MAX = 2           /* spaces, dashes or dots between digits of one number */
};

/* 0–9, full-width too; -1 for anything else. */
static int digit_of(uint32_t code)
{
    if (code >= '0' && code <= '9')
        return (int)(code - '0');
    return code >= 0xFF10 && code <= 0xFF19 ? (int)(code - 0xFF10) : -1;
}

static bool is_gap(uint32_t code)
{
    return code == ' ' || code == '-' || code == '.' || code == '(' || code == ')' ||
           code == 0x2013 || code == 0x3000;
}

/* 2026-11-22 and 20261122 are dates, not numbers of anybody. */
static bool is_date(const char *digits, size_t count)
{
    return (count == 8 || count == 12) && (memcmp(digits, "20", 2) == 0) && digits[4] <= '1' &&
           digits[6] <= '3';
}

static bool is_telling(const char *digits, size_t count)
{
    return count >= PHONE_DIGITS && !is_date(digits, count);
}

static bool holds_number(const char *note, size_t length)
{
    char digits[IDENTITY_DIGITS + 4] = "";
    size_t count = 0;
    size_t gap = 0;
    size_t at = 0;

    while (at < length) {
        uint32_t code = utf8_next(note, length, &at);
        int digit = digit_of(code);
        if (digit >= 0 && count < sizeof digits)
            digits[count++] = (char)('0' + digit);
        gap = digit >= 0 ? 0 : gap + 1;
        if (digit >= 0 || (is_gap(code) && gap <= GAP_MAX && count > 0))
            continue;
        if (is_telling(digits, count))
            return true;
        count = 0;
    }
    return is_telling(digits, count);
}

static bool holds_link(const char *note)
{
    static const char *const signs[] = {"http://", "https://", "www.",   ".com", ".cn/",
                                        ".net",    ".org",     ".top",   ".xyz", "t.me",
                                        "@",       "微信号",   "加微信", "vx:",  "vx：",
                                        "wx:",     "QQ群",     "qq群",   "扣扣", "公众号",
                                        "weixin:", "telegram"};

    for (size_t i = 0; i < ARRAY_LENGTH(signs); i++)
        if (strcasestr(note, signs[i]) != NULL)
            return true;
    return false;
}

void flags_of_note(const char *note, struct flags *flags)
{
    if (note == NULL)
        return;
    if (holds_number(note, strlen(note)))
        flag_raise(flags, FLAG_NUMBERS, 1);
    if (holds_link(note))
        flag_raise(flags, FLAG_LINKS, 1);
}
