#include "collector/consensus/given.h"

enum {
    WORD = 64
};

static uint64_t *words_of(const struct given *given, size_t reporter)
{
    return given->bits + reporter * given->words;
}

void given_start(size_t reporters, size_t options, struct given *given)
{
    given->words = (options + WORD - 1) / WORD;
    given->bits = memory_zeroed(reporters * given->words, sizeof(*given->bits));
}

void given_finish(struct given *given)
{
    free(given->bits);
    *given = (struct given){0};
}

void given_mark(struct given *given, size_t reporter, size_t answer)
{
    words_of(given, reporter)[answer / WORD] |= UINT64_C(1) << answer % WORD;
}

uint32_t given_list(const struct given *given, size_t reporter, uint16_t *answers_out)
{
    const uint64_t *words = words_of(given, reporter);
    uint32_t count = 0;
    for (size_t word = 0; word < given->words; word++)
        for (uint64_t left = words[word]; left != 0; left &= left - 1)
            answers_out[count++] = (uint16_t)(word * WORD + (size_t)__builtin_ctzll(left));
    return count;
}

uint32_t given_rank(const struct given *given, size_t reporter, size_t answer)
{
    const uint64_t *words = words_of(given, reporter);
    uint64_t below = words[answer / WORD] & ((UINT64_C(1) << answer % WORD) - 1);
    uint32_t rank = (uint32_t)__builtin_popcountll(below);
    for (size_t word = 0; word < answer / WORD; word++)
        rank += (uint32_t)__builtin_popcountll(words[word]);
    return rank;
}
