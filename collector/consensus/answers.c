#include "collector/consensus/answers.h"

/* Few observations of a question with many answers are not sorted by counting. */
static bool is_sparse(size_t room, size_t count)
{
    return room > 8 * count + 64;
}

static int key_compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void sort_sparse(const struct observation *observations, size_t count, uint32_t *positions)
{
    auto_free uint64_t *keys = memory_alloc(count * sizeof(*keys));
    for (size_t i = 0; i < count; i++)
        keys[i] = (uint64_t)observations[i].answer << 32 | i;
    qsort(keys, count, sizeof(*keys), key_compare);
    for (size_t i = 0; i < count; i++)
        positions[i] = (uint32_t)keys[i];
}

static void sort_by_counting(const struct observation *observations, size_t count, size_t room,
                             uint32_t *positions)
{
    auto_free uint32_t *next = memory_zeroed(room + 1, sizeof(*next));
    for (size_t i = 0; i < count; i++)
        next[observations[i].answer + 1]++;
    for (size_t answer = 0; answer < room; answer++)
        next[answer + 1] += next[answer];
    for (size_t i = 0; i < count; i++)
        positions[next[observations[i].answer]++] = (uint32_t)i;
}

uint32_t *answers_sort(const struct observation *observations, size_t count)
{
    uint32_t *positions = memory_alloc(count * sizeof(*positions));
    size_t room = answers_room(observations, count);
    if (is_sparse(room, count))
        sort_sparse(observations, count, positions);
    else
        sort_by_counting(observations, count, room, positions);
    return positions;
}

size_t answers_end(const struct observation *observations, const uint32_t *positions, size_t count,
                   size_t first)
{
    size_t end = first + 1;
    while (end < count &&
           observations[positions[end]].answer == observations[positions[first]].answer)
        end++;
    return end;
}

size_t answers_room(const struct observation *observations, size_t count)
{
    size_t room = 0;
    for (size_t i = 0; i < count; i++)
        if (observations[i].answer >= room)
            room = (size_t)observations[i].answer + 1;
    return room;
}
