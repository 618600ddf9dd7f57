#include "collector/aggregate/spans.h"

#include <string.h>

struct span {
    int64_t begin, end;
};

struct spans {
    struct span *span;
    size_t count, capacity;
    uint32_t *slots; /* number + 1 by hash, 0 is free */
    size_t slot_count;
};

enum {
    FIRST_CAPACITY = 512,
    LONGEST_TIME = 40
};

struct spans *spans_create(void)
{
    struct spans *spans = memory_zeroed(1, sizeof(*spans));
    spans->capacity = FIRST_CAPACITY;
    spans->span = memory_zeroed(spans->capacity, sizeof(*spans->span));
    spans->slot_count = 2 * FIRST_CAPACITY;
    spans->slots = memory_zeroed(spans->slot_count, sizeof(*spans->slots));
    return spans;
}

void spans_destroy(struct spans *spans)
{
    if (!spans)
        return;
    free(spans->span);
    free(spans->slots);
    free(spans);
}

/* The slot of a span, or the free one where it would go. */
static size_t find_slot(const struct spans *spans, const struct span *span)
{
    uint64_t hash = (uint64_t)span->begin * 0x9e3779b97f4a7c15U ^ (uint64_t)span->end;
    hash *= 0xbf58476d1ce4e5b9U;
    size_t slot = (hash >> 20) & (spans->slot_count - 1);
    for (;; slot = (slot + 1) & (spans->slot_count - 1)) {
        uint32_t number = spans->slots[slot];
        if (number == 0)
            return slot;
        const struct span *there = &spans->span[number - 1];
        if (there->begin == span->begin && there->end == span->end)
            return slot;
    }
}

static void spans_grow(struct spans *spans)
{
    spans->capacity *= 2;
    spans->slot_count *= 2;
    spans->span = memory_resize_take(spans->span, spans->capacity, sizeof(*spans->span));
    free(spans->slots);
    spans->slots = memory_zeroed(spans->slot_count, sizeof(*spans->slots));
    for (size_t i = 0; i < spans->count; i++)
        spans->slots[find_slot(spans, &spans->span[i])] = (uint32_t)i + 1;
}

uint32_t spans_number(struct spans *spans, const struct visit *visit)
{
    struct span span = {visit->begin, visit->end};
    size_t slot = find_slot(spans, &span);
    if (spans->slots[slot] != 0)
        return spans->slots[slot] - 1;
    if (spans->count == spans->capacity) {
        spans_grow(spans);
        slot = find_slot(spans, &span);
    }
    spans->span[spans->count++] = span;
    spans->slots[slot] = (uint32_t)spans->count;
    return (uint32_t)spans->count - 1;
}

size_t spans_count(const struct spans *spans)
{
    return spans->count;
}

struct interval time_interval(const struct visit *visit)
{
    double begin = (double)visit->begin / DAY_SECONDS;
    double end = (double)visit->end / DAY_SECONDS;
    return (struct interval){begin, end, (begin + end) / 2};
}

struct placed {
    struct interval interval;
    uint32_t number;
};

static int real_order(double a, double b)
{
    return (a > b) - (a < b);
}

static int placed_compare(const void *left, const void *right)
{
    const struct interval *a = &((const struct placed *)left)->interval;
    const struct interval *b = &((const struct placed *)right)->interval;
    int order = real_order(a->time, b->time);
    order = order != 0 ? order : real_order(a->begin, b->begin);
    return order != 0 ? order : real_order(a->end, b->end);
}

void spans_sort(const struct spans *spans, struct interval **intervals_out, uint32_t **number_out)
{
    auto_free struct placed *placed = memory_zeroed(spans->count, sizeof(*placed));
    for (size_t i = 0; i < spans->count; i++) {
        struct visit visit = {0, 0, spans->span[i].begin, spans->span[i].end};
        placed[i] = (struct placed){time_interval(&visit), (uint32_t)i};
    }
    qsort(placed, spans->count, sizeof(*placed), placed_compare);
    struct interval *intervals = memory_zeroed(spans->count, sizeof(*intervals));
    uint32_t *number = memory_zeroed(spans->count, sizeof(*number));
    for (size_t i = 0; i < spans->count; i++) {
        intervals[i] = placed[i].interval;
        number[placed[i].number] = (uint32_t)i;
    }
    *intervals_out = intervals;
    *number_out = number;
}

/* As many programs print it: a space between day and time, no offset. */
bool time_parse(const char *text, size_t length, struct visit *visit_out)
{
    enum {
        DAY_LENGTH = 10 /* YYYY-MM-DD */
    };

    char whole[LONGEST_TIME];
    if (length + 1 >= sizeof(whole))
        return false;
    memcpy(whole, text, length);
    if (length > DAY_LENGTH && whole[DAY_LENGTH] == ' ')
        whole[DAY_LENGTH] = 'T';
    if (visit_parse(whole, length, 0, visit_out))
        return true;
    whole[length] = 'Z';
    return visit_parse(whole, length + 1, 0, visit_out);
}
