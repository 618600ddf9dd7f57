/* Tables of reports, from rows as they come. */
#include <string.h>

#include "collector/consensus/table.h"

struct report_table_builder {
    size_t count, capacity;
    uint32_t *item;
    uint32_t *reporter;
    uint32_t *when;
    uint16_t *answer;
    float *weight;
};

struct report_table_builder *report_table_builder_create(void)
{
    return memory_zeroed(1, sizeof(struct report_table_builder));
}

void report_table_builder_destroy(struct report_table_builder *builder)
{
    if (!builder)
        return;
    free(builder->item);
    free(builder->reporter);
    free(builder->when);
    free(builder->answer);
    free(builder->weight);
    free(builder);
}

static void builder_grow(struct report_table_builder *builder)
{
    size_t capacity = builder->capacity < 1024 ? 1024 : builder->capacity + builder->capacity / 2;
    builder->item = memory_resize_take(builder->item, capacity, sizeof(uint32_t));
    builder->reporter = memory_resize_take(builder->reporter, capacity, sizeof(uint32_t));
    builder->when = memory_resize_take(builder->when, capacity, sizeof(uint32_t));
    builder->answer = memory_resize_take(builder->answer, capacity, sizeof(uint16_t));
    builder->weight = memory_resize_take(builder->weight, capacity, sizeof(float));
    builder->capacity = capacity;
}

void report_table_add(struct report_table_builder *builder, const struct report_table_row *row)
{
    if (builder->count == builder->capacity)
        builder_grow(builder);
    size_t i = builder->count++;
    builder->item[i] = row->item;
    builder->reporter[i] = row->reporter;
    builder->when[i] = row->when;
    builder->answer[i] = row->answer;
    builder->weight[i] = row->weight;
}

size_t report_table_rows(const struct report_table_builder *builder)
{
    return builder->count;
}

void report_table_renumber(struct report_table_builder *builder,
                           const struct renumbering *renumbering)
{
    for (size_t i = 0; i < builder->count; i++) {
        uint32_t item = builder->item[i];
        if (renumbering->answers) {
            uint32_t first = renumbering->first[renumbering->question[item]];
            builder->answer[i] = renumbering->answers[first + builder->answer[i]];
        }
        if (renumbering->items)
            builder->item[i] = renumbering->items[item];
        if (renumbering->reporters && builder->reporter[i] != CONSENSUS_NOBODY)
            builder->reporter[i] = renumbering->reporters[builder->reporter[i]];
        if (renumbering->intervals)
            builder->when[i] = renumbering->intervals[builder->when[i]];
    }
}

/* The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9U;
    value = (value ^ value >> 27) * 0x94d049bb133111ebU;
    return value ^ value >> 31;
}

void report_table_trace(const struct report_table_builder *builder, const uint16_t *question,
                        const uint32_t *first, struct answer_trace *traces)
{
    for (size_t i = 0; i < builder->count; i++) {
        uint32_t item = builder->item[i];
        struct answer_trace *trace = &traces[first[question[item]] + builder->answer[i]];
        uint64_t who = (uint64_t)item << 32 | builder->reporter[i];
        trace->rows++;
        trace->digest += mix(mix(who) + builder->when[i]);
    }
}

/* first[] by counting; returns the place of each row, grouped by item. */
static uint32_t *place_rows(const struct report_table_builder *builder, struct report_table *table)
{
    uint32_t *place = memory_alloc(builder->count * sizeof(*place));
    table->first = memory_zeroed(table->items + 2, sizeof(*table->first));
    for (size_t i = 0; i < builder->count; i++)
        table->first[builder->item[i] + 2]++;
    for (size_t item = 0; item < table->items; item++)
        table->first[item + 2] += table->first[item + 1];
    for (size_t i = 0; i < builder->count; i++)
        place[i] = table->first[builder->item[i] + 1]++;
    return place;
}

static uint32_t *move_numbers_take(uint32_t *column, const uint32_t *place, size_t count)
{
    uint32_t *moved = memory_alloc(count * sizeof(*moved));
    for (size_t i = 0; i < count; i++)
        moved[place[i]] = column[i];
    free(column);
    return moved;
}

static void move_rest(struct report_table_builder *builder, const uint32_t *place,
                      struct report_table *table)
{
    table->answer = memory_alloc(builder->count * sizeof(uint16_t));
    for (size_t i = 0; i < builder->count; i++)
        table->answer[place[i]] = builder->answer[i];
    free(TAKE(builder->answer));
    table->weight = memory_alloc(builder->count * sizeof(float));
    for (size_t i = 0; i < builder->count; i++)
        table->weight[place[i]] = builder->weight[i];
}

struct sorted_row {
    uint64_t key; /* interval and reporter */
    float weight;
    uint16_t answer;
};

static int row_compare(const void *left, const void *right)
{
    const struct sorted_row *a = left;
    const struct sorted_row *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->answer != b->answer)
        return a->answer < b->answer ? -1 : 1;
    return (a->weight > b->weight) - (a->weight < b->weight);
}

static void sort_rows(struct sorted_row *rows, size_t count)
{
    if (count > 32) {
        qsort(rows, count, sizeof(*rows), row_compare);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        struct sorted_row row = rows[i];
        size_t place = i;
        for (; place > 0 && row_compare(&rows[place - 1], &row) > 0; place--)
            rows[place] = rows[place - 1];
        rows[place] = row;
    }
}

static void sort_item(struct report_table *table, size_t item, struct sorted_row *rows)
{
    size_t first = table->first[item];
    size_t count = table->first[item + 1] - first;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = (uint64_t)table->when[first + i] << 32 | table->reporter[first + i];
        rows[i] = (struct sorted_row){key, table->weight[first + i], table->answer[first + i]};
    }
    sort_rows(rows, count);
    for (size_t i = 0; i < count; i++) {
        table->when[first + i] = (uint32_t)(rows[i].key >> 32);
        table->reporter[first + i] = (uint32_t)rows[i].key;
        table->answer[first + i] = rows[i].answer;
        table->weight[first + i] = rows[i].weight;
    }
}

void report_table_build_take(struct report_table_builder *builder, const struct report_table *shape,
                             struct report_table *table_out)
{
    *table_out = *shape;
    table_out->count = builder->count;
    for (size_t i = 0; i < builder->count; i++)
        if (builder->reporter[i] == CONSENSUS_NOBODY)
            builder->reporter[i] = shape->reporters;
    auto_free uint32_t *place = place_rows(builder, table_out);
    free(TAKE(builder->item));
    table_out->reporter = move_numbers_take(TAKE(builder->reporter), place, builder->count);
    table_out->when = move_numbers_take(TAKE(builder->when), place, builder->count);
    move_rest(builder, place, table_out);
    report_table_builder_destroy(builder);
    auto_free struct sorted_row *rows =
        memory_zeroed(report_table_largest(table_out), sizeof(struct sorted_row));
    for (size_t item = 0; item < table_out->items; item++)
        sort_item(table_out, item, rows);
}
