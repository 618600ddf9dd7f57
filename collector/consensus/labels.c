#include "collector/consensus/labels.h"

enum {
    WORD = 64
};

/* Which answers each reporter gave: options bits a reporter, in whole words. */
struct said {
    size_t words; /* a reporter */
    uint64_t *bits;
};

static uint64_t *words_of(const struct said *said, size_t reporter)
{
    return said->bits + reporter * said->words;
}

static void list_items(struct labels *labels)
{
    const struct labels_task *task = &labels->of;
    labels->first = memory_zeroed(task->item_count + 1, sizeof(*labels->first));
    for (size_t place = 0; place < task->item_count; place++) {
        const uint32_t *first = task->table->first + task->items[place];
        labels->count += first[1] - first[0];
        labels->first[place + 1] = (uint32_t)labels->count;
    }
}

static size_t reporter_of(const struct labels *labels, size_t observation)
{
    return labels->of.number[labels->of.table->reporter[observation]];
}

static void mark_answers(const struct labels *labels, const struct said *said)
{
    for (size_t place = 0; place < labels->of.item_count; place++) {
        for (size_t i = labels->first[place]; i < labels->first[place + 1]; i++) {
            size_t observation = labels_observation(labels, place, i);
            size_t answer = labels->of.table->answer[observation];
            uint64_t *words = words_of(said, reporter_of(labels, observation));
            words[answer / WORD] |= (uint64_t)1 << answer % WORD;
        }
    }
}

static void number_rows(struct labels *labels, const struct said *said)
{
    size_t reporters = labels->of.reporters;
    labels->first_row = memory_zeroed(reporters + 1, sizeof(*labels->first_row));
    for (size_t r = 0; r < reporters; r++) {
        uint32_t rows = 0;
        for (size_t word = 0; word < said->words; word++)
            rows += (uint32_t)__builtin_popcountll(words_of(said, r)[word]);
        labels->first_row[r + 1] = labels->first_row[r] + rows;
    }
    labels->rows = labels->first_row[reporters];
}

static void name_rows(struct labels *labels, const struct said *said)
{
    uint16_t *answer = labels->answer = memory_zeroed(labels->rows, sizeof(*labels->answer));
    for (size_t r = 0; r < labels->of.reporters; r++) {
        for (size_t word = 0; word < said->words; word++) {
            for (uint64_t left = words_of(said, r)[word]; left != 0; left &= left - 1)
                *answer++ = (uint16_t)(word * WORD + (size_t)__builtin_ctzll(left));
        }
    }
}

/* The number of a row: how many there are before it. */
static uint32_t find_row(const struct labels *labels, const struct said *said, size_t reporter,
                         size_t answer)
{
    const uint64_t *words = words_of(said, reporter);
    uint64_t below = words[answer / WORD] & (((uint64_t)1 << answer % WORD) - 1);
    uint32_t row = labels->first_row[reporter] + (uint32_t)__builtin_popcountll(below);
    for (size_t word = 0; word < answer / WORD; word++)
        row += (uint32_t)__builtin_popcountll(words[word]);
    return row;
}

static void list_labels(struct labels *labels, const struct said *said)
{
    const struct report_table *table = labels->of.table;
    labels->label = memory_zeroed(labels->count, sizeof(*labels->label));
    for (size_t place = 0; place < labels->of.item_count; place++) {
        for (size_t i = labels->first[place]; i < labels->first[place + 1]; i++) {
            size_t observation = labels_observation(labels, place, i);
            uint32_t row = find_row(labels, said, reporter_of(labels, observation),
                                    table->answer[observation]);
            labels->label[i] = (struct label){row, table->weight[observation]};
        }
    }
}

struct labels *labels_create(const struct labels_task *task)
{
    struct labels *labels = memory_zeroed(1, sizeof(*labels));
    size_t words = ((size_t)task->options + WORD - 1) / WORD;
    auto_free uint64_t *bits = memory_zeroed(task->reporters * words, sizeof(*bits));
    struct said said = {words, bits};
    labels->of = *task;
    list_items(labels);
    mark_answers(labels, &said);
    number_rows(labels, &said);
    name_rows(labels, &said);
    list_labels(labels, &said);
    return labels;
}

void labels_destroy(struct labels *labels)
{
    if (!labels)
        return;
    free(labels->label);
    free(labels->first);
    free(labels->answer);
    free(labels->first_row);
    free(labels);
}
