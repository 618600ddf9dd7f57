#include "collector/aggregate/names.h"

#include <string.h>

void names_start(struct names *names)
{
    *names = (struct names){.map = map_create()};
}

void names_finish(struct names *names)
{
    map_destroy(names->map);
    free(names->text);
    free(names->length);
    free(names->number);
    *names = (struct names){0};
}

uint32_t names_number(struct names *names, const char *text, size_t length)
{
    uint64_t number;
    if (map_get(names->map, text, length, &number)) {
        return (uint32_t)number;
    }
    (void)map_put(names->map, text, length, names->count);
    return (uint32_t)names->count++;
}

struct named {
    const char *text;
    uint32_t length;
    uint32_t number;
};

static int name_compare(const void *left, const void *right)
{
    const struct named *a = left;
    const struct named *b = right;
    uint32_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->text, b->text, shorter);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

void names_sort(struct names *names)
{
    auto_free struct named *sorted = memory_zeroed(names->count, sizeof(*sorted));
    const void *key;
    size_t cursor = 0;
    size_t length;
    uint64_t number;
    for (size_t i = 0; map_next(names->map, &cursor, &key, &length, &number); i++) {
        sorted[i] = (struct named){key, (uint32_t)length, (uint32_t)number};
    }
    qsort(sorted, names->count, sizeof(*sorted), name_compare);
    names->text = memory_zeroed(names->count, sizeof(*names->text));
    names->length = memory_zeroed(names->count, sizeof(*names->length));
    names->number = memory_zeroed(names->count, sizeof(*names->number));
    for (size_t i = 0; i < names->count; i++) {
        names->text[i] = sorted[i].text;
        names->length[i] = sorted[i].length;
        names->number[sorted[i].number] = (uint32_t)i;
    }
}

int64_t names_find(const struct names *names, const char *text, size_t length)
{
    uint64_t number;
    return map_get(names->map, text, length, &number) ? (int64_t)names->number[number] : -1;
}
