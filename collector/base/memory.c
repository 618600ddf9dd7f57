#include "collector/base/memory.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum {
    LINE_SIZE = 64,
    LARGE_PAGE = 1 << 21,
    KEPT_ARRAY = 1 << 22,
    KEPT_FREE = 1 << 24
};

static void *checked(void *pointer)
{
    if (pointer == NULL) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return pointer;
}

void *memory_alloc(size_t size)
{
    return checked(malloc(size == 0 ? 1 : size));
}

void *memory_zeroed(size_t count, size_t size)
{
    return checked(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

void *memory_zeroed_lines(size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - LARGE_PAGE) / size)
        return checked(NULL);
    size_t bytes = count * size;
    size_t grain = bytes < LARGE_PAGE ? LINE_SIZE : LARGE_PAGE;
    size_t rounded = (bytes / grain + 1) * grain;
    void *lines = checked(aligned_alloc(grain, rounded));
    /* Only a hint: where it is not taken, the pages are small. */
    if (grain == LARGE_PAGE)
        (void)madvise(lines, rounded, MADV_HUGEPAGE);
    return memset(lines, 0, bytes);
}

void *memory_resize_take(void *pointer, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return checked(NULL);
    size_t bytes = count * size;
    return checked(realloc(pointer, bytes == 0 ? 1 : bytes));
}

void *memory_copy(const void *elements, size_t count, size_t size)
{
    void *copy = memory_zeroed(count + 1, size);
    if (count > 0)
        memcpy(copy, elements, count * size);
    return copy;
}

char *memory_text(const char *text)
{
    return text == NULL ? NULL : memory_slice(text, strlen(text));
}

char *memory_slice(const char *bytes, size_t length)
{
    if (bytes == NULL)
        return NULL;
    char *copy = memory_alloc(length + 1);
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

void memory_release(void *pointer)
{
    void **holder = pointer;
    free(*holder);
    *holder = NULL;
}

void memory_keep_freed(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, KEPT_ARRAY);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_FREE);
}
