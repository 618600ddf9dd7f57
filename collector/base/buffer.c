#include "collector/base/buffer.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buffer_finish(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

static void grow(struct buffer *buffer, size_t needed)
{
    size_t capacity = buffer->capacity * 2 > needed ? buffer->capacity * 2 : needed + 64;
    buffer->data = memory_resize_take(buffer->data, capacity, 1);
    buffer->capacity = capacity;
}

static inline char *reserve(struct buffer *buffer, size_t extra)
{
    size_t needed = buffer->length + extra + 1;
    if (needed > buffer->capacity)
        grow(buffer, needed);
    return buffer->data + buffer->length;
}

char *buffer_reserve(struct buffer *buffer, size_t extra)
{
    return reserve(buffer, extra);
}

void buffer_bytes(struct buffer *buffer, const void *bytes, size_t length)
{
    char *end = reserve(buffer, length);
    if (length != 0)
        memcpy(end, bytes, length);
    end[length] = '\0';
    buffer->length += length;
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_bytes(buffer, text, strlen(text));
}

void buffer_char(struct buffer *buffer, char byte)
{
    char *end = reserve(buffer, 1);
    end[0] = byte;
    end[1] = '\0';
    buffer->length++;
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_list again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length > 0) {
        vsnprintf(buffer_reserve(buffer, (size_t)length), (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    va_end(again);
}

void buffer_integer(struct buffer *buffer, int64_t value)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, value);
    buffer_bytes(buffer, digits, (size_t)length);
}

void buffer_number(struct buffer *buffer, double value, int decimals)
{
    char digits[360]; /* the longest finite double and nine decimals */
    int length = snprintf(digits, sizeof digits, "%.*f", decimals, isfinite(value) ? value : 0.0);
    if (decimals > 0) {
        while (digits[length - 1] == '0')
            length--;
        if (digits[length - 1] == '.')
            length--;
    }
    if (length == 2 && digits[0] == '-' && digits[1] == '0') {
        buffer_char(buffer, '0');
        return;
    }
    buffer_bytes(buffer, digits, (size_t)length);
}

char *buffer_take(struct buffer *buffer)
{
    buffer_reserve(buffer, 0)[0] = '\0';
    char *data = buffer->data;
    *buffer = (struct buffer){0};
    return data;
}
