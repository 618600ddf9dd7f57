#include "collector/aggregate/names.h"

#include <string.h>

enum {
    FIRST_SLOTS = 16,
    FIRST_NAMES = 4, /* most questions have few answers */
    SHORT_NAME = 20
};

/* A short name lies in its place, so that finding it again touches one line of memory. */
struct name {
    uint32_t length;
    char text[SHORT_NAME]; /* of a longer one, where it is */
};

/* Half of the hash beside the number keeps most names that are others from being looked at. */
struct slot {
    uint32_t hash;
    uint32_t number; /* + 1; 0: free */
};

static const char *name_text(const struct name *name)
{
    const char *text = name->text;
    if (name->length > SHORT_NAME)
        memcpy(&text, name->text, sizeof(text));
    return text;
}

static void name_set(const char *text, size_t length, struct name *name)
{
    name->length = (uint32_t)length;
    if (length <= SHORT_NAME) {
        memcpy(name->text, text, length);
        return;
    }
    char *copy = memory_slice(text, length);
    memcpy(name->text, &copy, sizeof(copy));
}

void names_start(struct names *names)
{
    *names = (struct names){.slot_count = FIRST_SLOTS};
    names->slots = memory_zeroed(FIRST_SLOTS, sizeof(*names->slots));
    secret_random(names->seed, sizeof(names->seed));
}

static void free_long_names(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (names->name[i].length > SHORT_NAME) {
            char *copy;
            memcpy(&copy, names->name[i].text, sizeof(copy));
            free(copy);
        }
    }
}

void names_finish(struct names *names)
{
    free_long_names(names);
    free(names->name);
    free(names->slots);
    free(names->text);
    free(names->length);
    free(names->number);
    *names = (struct names){0};
}

static bool name_is(const struct name *name, const char *text, size_t length)
{
    return name->length == length && memcmp(name_text(name), text, length) == 0;
}

/* The slot of a name, or the free one where it would go. */
static struct slot *find_slot(const struct names *names, uint64_t hash, const char *text,
                              size_t length)
{
    size_t mask = names->slot_count - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct slot *slot = &names->slots[i];
        if (slot->number == 0 || (slot->hash == (uint32_t)(hash >> 32) &&
                                  name_is(&names->name[slot->number - 1], text, length))) {
            return slot;
        }
    }
}

static uint64_t hash_name(const struct names *names, const char *text, size_t length)
{
    return hash_short(names->seed, text, length);
}

/* All different, so none is compared. */
static void place_again(struct names *names, uint32_t number)
{
    size_t mask = names->slot_count - 1;
    const struct name *name = &names->name[number];
    uint64_t hash = hash_name(names, name_text(name), name->length);
    size_t i = hash & mask;
    while (names->slots[i].number != 0)
        i = (i + 1) & mask;
    names->slots[i] = (struct slot){(uint32_t)(hash >> 32), number + 1};
}

/* Between a half and a quarter of the slots are taken. */
static void slots_grow(struct names *names)
{
    names->slot_count *= 2;
    free(names->slots);
    names->slots = memory_zeroed_lines(names->slot_count, sizeof(*names->slots));
    for (uint32_t i = 0; i < names->count; i++)
        place_again(names, i);
}

static void names_reserve(struct names *names)
{
    size_t capacity = names->capacity * 2 + FIRST_NAMES;
    struct name *name = memory_zeroed_lines(capacity, sizeof(*name));
    if (names->count > 0)
        memcpy(name, names->name, names->count * sizeof(*name));
    free(names->name);
    names->name = name;
    names->capacity = capacity;
}

uint64_t names_hash(const struct names *names, const char *text, size_t length)
{
    uint64_t hash = hash_name(names, text, length);
    __builtin_prefetch(&names->slots[hash & (names->slot_count - 1)]);
    return hash;
}

void names_foresee(const struct names *names, uint64_t hash)
{
    const struct slot *slot = &names->slots[hash & (names->slot_count - 1)];
    if (slot->number != 0)
        __builtin_prefetch(&names->name[slot->number - 1]);
}

uint32_t names_number(struct names *names, const char *text, size_t length)
{
    return names_number_hashed(names, hash_name(names, text, length), text, length);
}

uint32_t names_number_hashed(struct names *names, uint64_t hash, const char *text, size_t length)
{
    struct slot *slot = find_slot(names, hash, text, length);
    if (slot->number != 0)
        return slot->number - 1;
    if (names->count == names->capacity)
        names_reserve(names);
    name_set(text, length, &names->name[names->count]);
    *slot = (struct slot){(uint32_t)(hash >> 32), (uint32_t)++names->count};
    if (names->count * 2 > names->slot_count)
        slots_grow(names);
    return (uint32_t)names->count - 1;
}

/* A name's place in the order: its first bytes as a number decide most often. */
struct named {
    uint64_t head;
    const struct name *name;
};

static int name_compare(const void *left, const void *right)
{
    const struct named *a = left;
    const struct named *b = right;
    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    uint32_t shorter = a->name->length < b->name->length ? a->name->length : b->name->length;
    int order = memcmp(name_text(a->name), name_text(b->name), shorter);
    return order != 0 ? order
                      : (a->name->length > b->name->length) - (a->name->length < b->name->length);
}

static uint64_t name_head(const struct name *name)
{
    const char *text = name_text(name);
    uint64_t head = 0;
    for (uint32_t i = 0; i < sizeof(head); i++)
        head = head << 8 | (i < name->length ? (uint8_t)text[i] : 0);
    return head;
}

void names_sort(struct names *names)
{
    auto_free struct named *sorted = memory_zeroed(names->count, sizeof(*sorted));
    for (size_t i = 0; i < names->count; i++)
        sorted[i] = (struct named){name_head(&names->name[i]), &names->name[i]};
    qsort(sorted, names->count, sizeof(*sorted), name_compare);
    names->text = memory_zeroed(names->count, sizeof(*names->text));
    names->length = memory_zeroed(names->count, sizeof(*names->length));
    names->number = memory_zeroed(names->count, sizeof(*names->number));
    for (size_t i = 0; i < names->count; i++) {
        names->text[i] = name_text(sorted[i].name);
        names->length[i] = sorted[i].name->length;
        names->number[sorted[i].name - names->name] = (uint32_t)i;
    }
}

void names_arrange(struct names *names, const uint16_t *place)
{
    const char **text = memory_zeroed(names->count, sizeof(*text));
    uint32_t *length = memory_zeroed(names->count, sizeof(*length));
    for (size_t i = 0; i < names->count; i++) {
        text[place[i]] = names->text[i];
        length[place[i]] = names->length[i];
        names->number[i] = place[names->number[i]];
    }
    free(names->text);
    free(names->length);
    names->text = text;
    names->length = length;
}

int64_t names_find(const struct names *names, const char *text, size_t length)
{
    const struct slot *slot = find_slot(names, hash_name(names, text, length), text, length);
    return slot->number != 0 ? (int64_t)names->number[slot->number - 1] : -1;
}
