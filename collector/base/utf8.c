#include "collector/base/utf8.h"

#include "collector/base/error.h"

/* The shape of a sequence by its first byte: length, payload bits, least code point. */
struct shape {
    size_t length;
    uint32_t payload;
    uint32_t least;
};

static struct shape shape_of(unsigned char first)
{
    if (first < 0x80)
        return (struct shape){1, first, 0};
    if (first >= 0xc2 && first < 0xe0)
        return (struct shape){2, first & 0x1fU, 0x80};
    if (first >= 0xe0 && first < 0xf0)
        return (struct shape){3, first & 0x0fU, 0x800};
    if (first >= 0xf0 && first < 0xf5)
        return (struct shape){4, first & 0x07U, 0x10000};
    return (struct shape){0, 0, 0};
}

uint32_t utf8_next(const char *text, size_t length, size_t *position)
{
    const unsigned char *bytes = (const unsigned char *)text + *position;
    struct shape shape = shape_of(bytes[0]);
    bool whole = shape.length != 0 && shape.length <= length - *position;
    uint32_t code_point = shape.payload;
    for (size_t i = 1; whole && i < shape.length; i++) {
        whole = (bytes[i] & 0xc0U) == 0x80;
        code_point = code_point << 6 | (bytes[i] & 0x3fU);
    }
    bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
    if (!whole || code_point < shape.least || surrogate || code_point > 0x10ffff) {
        *position += 1;
        return UINT32_MAX;
    }
    *position += shape.length;
    return code_point;
}

bool utf8_valid(const char *text, size_t length)
{
    for (size_t i = 0; i < length;)
        if ((unsigned char)text[i] < 0x80)
            i++;
        else if (utf8_next(text, length, &i) == UINT32_MAX)
            return false;
    return true;
}

size_t utf8_length(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0U) != 0x80;
    return count;
}

size_t utf8_write(uint32_t code_point, char bytes_out[4])
{
    if (code_point < 0x80) {
        bytes_out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        bytes_out[0] = (char)(0xc0U | code_point >> 6);
        bytes_out[1] = (char)(0x80U | (code_point & 0x3fU));
        return 2;
    }
    if (code_point < 0x10000) {
        bytes_out[0] = (char)(0xe0U | code_point >> 12);
        bytes_out[1] = (char)(0x80U | (code_point >> 6 & 0x3fU));
        bytes_out[2] = (char)(0x80U | (code_point & 0x3fU));
        return 3;
    }
    bytes_out[0] = (char)(0xf0U | code_point >> 18);
    bytes_out[1] = (char)(0x80U | (code_point >> 12 & 0x3fU));
    bytes_out[2] = (char)(0x80U | (code_point >> 6 & 0x3fU));
    bytes_out[3] = (char)(0x80U | (code_point & 0x3fU));
    return 4;
}

struct range {
    uint32_t first, last;
};

/* Unicode 15 EastAsianWidth W and F, in broad blocks. */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},
    {0x26a1, 0x26a1},   {0x26aa, 0x26ab},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2795, 0x2797},
    {0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},
    {0xffe0, 0xffe6},   {0x16fe0, 0x18cff}, {0x1aff0, 0x1b2ff}, {0x1f004, 0x1f004},
    {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320},
    {0x1f32d, 0x1f335}, {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca},
    {0x1f3cf, 0x1f3d3}, {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e},
    {0x1f440, 0x1f440}, {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f567},
    {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f},
    {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6ff}, {0x1f7e0, 0x1f7eb}, {0x1f90c, 0x1faff},
    {0x20000, 0x3fffd},
};

static const struct range zero[] = {
    {0x0000, 0x001f},   {0x007f, 0x009f},   {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
    {0x0610, 0x061a},   {0x064b, 0x065f},   {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff},   {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2069},
    {0x20d0, 0x20ff},   {0x302a, 0x302d},   {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
    {0x1f3fb, 0x1f3ff}, {0xe0000, 0xe0fff},
};

static bool in_ranges(uint32_t code_point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code_point >= ranges[i].first && code_point <= ranges[i].last)
            return true;
    return false;
}

static size_t columns_of(uint32_t code_point)
{
    if (code_point >= 0x20 && code_point < 0x7f)
        return 1;
    if (in_ranges(code_point, zero, ARRAY_LENGTH(zero)))
        return 0;
    return in_ranges(code_point, wide, ARRAY_LENGTH(wide)) ? 2 : 1;
}

size_t utf8_columns(const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length;)
        columns += columns_of(utf8_next(text, length, &i));
    return columns;
}
