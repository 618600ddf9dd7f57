#include "collector/base/number.h"

#include <errno.h>
#include <math.h>
#include <string.h>

bool number_unsigned(const char *text, size_t length, uint64_t maximum, uint64_t *value_out)
{
    if (length == 0)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value > maximum)
        return false;
    *value_out = value;
    return true;
}

bool number_signed(const char *text, size_t length, int64_t minimum, int64_t maximum,
                   int64_t *value_out)
{
    bool negative = length > 0 && text[0] == '-';
    uint64_t magnitude;
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    if (!number_unsigned(text + negative, length - negative, limit, &magnitude))
        return false;
    int64_t value = (int64_t)(negative ? 0 - magnitude : magnitude);
    if (value < minimum || value > maximum)
        return false;
    *value_out = value;
    return true;
}

static size_t digits_at(const char *text, size_t length, size_t position)
{
    size_t count = 0;
    while (position + count < length && text[position + count] >= '0' &&
           text[position + count] <= '9')
        count++;
    return count;
}

/* RFC 8259 §6: [-] int [frac] [exp]. */
static bool is_json_number(const char *text, size_t length)
{
    size_t i = length > 0 && text[0] == '-';
    size_t whole = digits_at(text, length, i);
    if (whole == 0 || (whole > 1 && text[i] == '0'))
        return false;
    i += whole;
    if (i < length && text[i] == '.') {
        size_t decimals = digits_at(text, length, i + 1);
        if (decimals == 0)
            return false;
        i += 1 + decimals;
    }
    if (i < length && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        i += i < length && (text[i] == '+' || text[i] == '-');
        size_t exponent = digits_at(text, length, i);
        if (exponent == 0)
            return false;
        i += exponent;
    }
    return i == length;
}

bool number_real(const char *text, size_t length, double *value_out)
{
    char copy[64];
    if (length >= sizeof copy || !is_json_number(text, length))
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    double value = strtod(copy, NULL);
    if (!isfinite(value))
        return false;
    *value_out = value;
    return true;
}
