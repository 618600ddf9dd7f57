#include "collector/consensus/table.h"

size_t report_table_most_options(const struct report_table *table)
{
    size_t most = 0;
    for (uint32_t q = 0; q < table->questions; q++)
        most = table->options[q] > most ? table->options[q] : most;
    return most;
}

size_t report_table_largest(const struct report_table *table)
{
    size_t largest = 0;
    for (size_t item = 0; item < table->items; item++) {
        size_t count = table->first[item + 1] - table->first[item];
        largest = count > largest ? count : largest;
    }
    return largest;
}

void report_table_order(const struct report_table *table, uint32_t **order_out,
                        uint32_t **first_out)
{
    uint32_t *order = memory_zeroed(table->items, sizeof(*order));
    uint32_t *first = memory_zeroed((size_t)table->questions + 2, sizeof(*first));
    for (size_t item = 0; item < table->items; item++)
        first[table->question[item] + 2]++;
    for (uint32_t q = 0; q < table->questions; q++)
        first[q + 2] += first[q + 1];
    for (size_t item = 0; item < table->items; item++)
        order[first[table->question[item] + 1]++] = (uint32_t)item;
    *order_out = order;
    *first_out = first;
}

void report_table_finish(struct report_table *table)
{
    free(table->options);
    free(table->question);
    free(table->interval);
    free(table->first);
    free(table->reporter);
    free(table->when);
    free(table->answer);
    free(table->weight);
    free(table->caution);
    *table = (struct report_table){0};
}

size_t report_table_item(const struct report_table *table, size_t item, struct observation *rows)
{
    size_t first = table->first[item];
    size_t count = table->first[item + 1] - first;
    for (size_t i = 0; i < count; i++) {
        const struct interval *interval = &table->interval[table->when[first + i]];
        uint32_t reporter = table->reporter[first + i];
        rows[i] = (struct observation){
            .order = i,
            .reporter = reporter == table->reporters ? CONSENSUS_NOBODY : reporter,
            .answer = table->answer[first + i],
            .begin = interval->begin,
            .end = interval->end,
            .time = interval->time,
            .weight = (double)table->weight[first + i],
        };
    }
    return count;
}
