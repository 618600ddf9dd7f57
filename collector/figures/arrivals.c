/* How many reports and reporters a station has had, by the interval of the visit. */
#include <string.h>

#include "collector/figures/observe.h"

/* Rows of one interval, which are neighbours. */
struct group {
    int32_t first, last;
    size_t begin, end;
};

void arrivals_finish(struct arrivals *arrivals)
{
    free(arrivals->at);
    *arrivals = (struct arrivals){0};
}

static int compare_integers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left;
    const struct group *b = right;
    int order = compare_integers(a->first, b->first);
    return order != 0 ? order : compare_integers(a->last, b->last);
}

static bool same_interval(const struct observed *observed, size_t a, size_t b)
{
    return observed->first[a] == observed->first[b] && observed->span[a] == observed->span[b];
}

static size_t count_intervals(const struct observed *observed)
{
    size_t count = 0;
    for (size_t i = 0; i < observed->count; i++)
        count += i == 0 || !same_interval(observed, i, i - 1);
    return count;
}

/* Most are in order: a month's middle lies a few days off. What is left of the moves bounds them. */
static void sort_groups(struct group *groups, size_t count)
{
    size_t moves_left = 16 * count;
    for (size_t i = 1; i < count && moves_left > 0; i++) {
        const struct group group = groups[i];
        size_t place = i;
        for (; place > 0 && compare_groups(&groups[place - 1], &group) > 0; place--) {
            groups[place] = groups[place - 1];
            moves_left -= moves_left > 0;
        }
        groups[place] = group;
    }
    if (moves_left == 0)
        qsort(groups, count, sizeof *groups, compare_groups);
}

static struct group *list_groups(const struct observed *observed, size_t count)
{
    struct group *groups = memory_zeroed(count + 1, sizeof *groups);
    size_t used = 0;
    for (size_t i = 0; i < observed->count; i++) {
        if (i == 0 || !same_interval(observed, i, i - 1))
            groups[used++] = (struct group){observed->first[i], observed_last(observed, i), i, i};
        groups[used - 1].end = i + 1;
    }
    sort_groups(groups, count);
    return groups;
}

/* Equal unnamed reports of one interval are neighbours. */
static bool is_fresh(const struct observed *observed, const struct group *group, size_t row,
                     bool *seen)
{
    size_t size = observed->packing.size;
    uint32_t reporter = observed->reporter[row];
    if (reporter != CONSENSUS_NOBODY) {
        bool fresh = !seen[reporter];
        seen[reporter] = true;
        return fresh;
    }
    const uint8_t *answers = observed->answers + row * size;
    return row == group->begin || observed->reporter[row - 1] != CONSENSUS_NOBODY ||
           memcmp(answers, answers - size, size) != 0;
}

void observed_arrivals(const struct observed *observed, struct arrivals *arrivals_out)
{
    size_t count = count_intervals(observed);
    auto_free struct group *groups = list_groups(observed, count);
    auto_free bool *seen = memory_zeroed(observed->reporter_count + 1, sizeof *seen);
    struct arrivals arrivals = {.at = memory_zeroed(count + 1, sizeof *arrivals.at),
                                .count = count};
    for (size_t g = 0; g < count; g++) {
        const struct group *group = &groups[g];
        struct arrival *arrival = &arrivals.at[g];
        *arrival =
            (struct arrival){group->first, group->last, (uint32_t)(group->end - group->begin), 0};
        for (size_t i = group->begin; i < group->end; i++)
            arrival->fresh_reporters += is_fresh(observed, group, i, seen);
    }
    *arrivals_out = arrivals;
}
