#ifndef ZHANJI_BASE_MEMORY_H
#define ZHANJI_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
/* Of a large local that is written before it is read: the build clears all others. */
#define UNCLEARED           __attribute__((uninitialized))
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Owned locals: freed at the end of their scope, handed over with TAKE(x). */
#define auto_free __attribute__((cleanup(memory_release)))
#define TAKE(pointer)                                  \
    __extension__({                                    \
        __typeof__(pointer) taken_pointer = (pointer); \
        (pointer) = NULL;                              \
        taken_pointer;                                 \
    })

/*
 * Memory that is asked for here is always had: when there is none, one line goes to stderr and
 * the process aborts. Every limit on input is checked before, and a crash at any moment loses no
 * acknowledged report, so stopping is the honest answer to an exhausted machine.
 */
NODISCARD void *memory_alloc(size_t size);
/* count × size zeroed bytes; the product is checked. */
NODISCARD void *memory_zeroed(size_t count, size_t size);
/* The same, from a cache line's beginning on, and of few large pages where the system has them:
 * for tables that are read here and there. */
NODISCARD void *memory_zeroed_lines(size_t count, size_t size);
/* A copy of count × size bytes (NULL: none) with room for one element more, which is zero. */
NODISCARD void *memory_copy(const void *elements, size_t count, size_t size);
/* Like realloc to count × size bytes; takes the old pointer. */
NODISCARD void *memory_resize_take(void *pointer, size_t count, size_t size);
/* Copies of a text, or of length bytes with a NUL added. NULL gives NULL. */
NODISCARD char *memory_text(const char *text);
NODISCARD char *memory_slice(const char *bytes, size_t length);
/* For auto_free: frees *(void **)pointer. */
void memory_release(void *pointer);

/* For programs that do the same again and again: freed arrays of up to 4 MiB stay for the next,
 * at most 16 MiB at an end of the heap, instead of going to the kernel and coming back as pages
 * that fault one by one. Before threads. */
void memory_keep_freed(void);

#endif
