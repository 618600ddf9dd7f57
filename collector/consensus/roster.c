#include "collector/consensus/roster.h"

static int reporter_compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* In the order of the table's numbers, so that sums over them are taken in that order. */
static size_t number_reporters(const struct report_table *table, const uint32_t *items,
                               size_t count, struct roster *roster)
{
    size_t found = 0;
    for (size_t n = 0; n < count; n++) {
        for (uint32_t i = table->first[items[n]]; i < table->first[items[n] + 1]; i++) {
            uint32_t reporter = table->reporter[i];
            if (!roster->is_listed[reporter])
                roster->listed[found++] = reporter;
            roster->is_listed[reporter] = true;
        }
    }
    qsort(roster->listed, found, sizeof(*roster->listed), reporter_compare);
    for (size_t i = 0; i < found; i++) {
        roster->number[roster->listed[i]] = (uint32_t)i;
        roster->is_listed[roster->listed[i]] = false;
    }
    return found;
}

struct labels_task roster_take(const struct report_table *table, uint32_t question, double trust,
                               struct roster *roster)
{
    struct labels_task task = {
        .table = table,
        .items = roster->order + roster->first[question],
        .item_count = roster->first[question + 1] - roster->first[question],
        .options = table->options[question],
        .number = roster->number,
    };
    task.reporters = number_reporters(table, task.items, task.item_count, roster);
    if (roster->elsewhere && trust > 0) {
        elsewhere_tally(roster->elsewhere, &task, roster->listed, trust, roster->tally);
        task.elsewhere = roster->tally;
    }
    return task;
}

struct roster *roster_create(const struct report_table *table, const float *right)
{
    struct roster *roster = memory_zeroed(1, sizeof(*roster));
    size_t reporters = (size_t)table->reporters + 1;
    report_table_order(table, &roster->order, &roster->first);
    roster->listed = memory_zeroed(reporters, sizeof(*roster->listed));
    roster->number = memory_zeroed(reporters, sizeof(*roster->number));
    roster->is_listed = memory_zeroed(reporters, sizeof(*roster->is_listed));
    if (right && table->questions > 1) {
        roster->elsewhere = elsewhere_create(table, right);
        roster->tally = memory_zeroed(reporters, sizeof(*roster->tally));
    }
    return roster;
}

void roster_destroy(struct roster *roster)
{
    elsewhere_destroy(roster->elsewhere);
    free(roster->tally);
    free(roster->order);
    free(roster->first);
    free(roster->listed);
    free(roster->number);
    free(roster->is_listed);
    free(roster);
}
