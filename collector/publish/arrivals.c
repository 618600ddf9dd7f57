/* How many reports and reporters a station has had, by the interval of the visit. */
#include <string.h>

#include "collector/publish/observe.h"

struct mark {
    int32_t first, last;
    uint32_t reporter;
    size_t report; /* index in the order of ids */
    const int8_t *answers;
    size_t answers_size;
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

/* By interval, then so that equal unnamed reports of one interval are neighbours. */
static int compare_marks(const void *left, const void *right)
{
    const struct mark *a = left;
    const struct mark *b = right;
    int order = compare_integers(a->first, b->first);
    if (order == 0)
        order = compare_integers(a->last, b->last);
    if (order == 0)
        order = compare_integers(a->reporter, b->reporter);
    if (order == 0)
        order = memcmp(a->answers, b->answers, a->answers_size);
    return order != 0 ? order : compare_integers((int64_t)a->report, (int64_t)b->report);
}

static struct mark *sorted_marks(const struct observed *observed)
{
    struct mark *marks = memory_zeroed(observed->count + 1, sizeof *marks);
    size_t size = (size_t)observed->question_count;
    for (size_t i = 0; i < observed->count; i++)
        marks[i] = (struct mark){observed->reports[i].first,    observed->reports[i].last,
                                 observed->reports[i].reporter, i,
                                 observed->answers + i * size,  size};
    qsort(marks, observed->count, sizeof *marks, compare_marks);
    return marks;
}

static bool same_interval(const struct mark *a, const struct mark *b)
{
    return a->first == b->first && a->last == b->last;
}

static bool is_fresh(const struct mark *mark, const struct mark *before, bool *seen)
{
    if (mark->reporter != CONSENSUS_NOBODY) {
        bool fresh = !seen[mark->reporter];
        seen[mark->reporter] = true;
        return fresh;
    }
    return before == NULL || !same_interval(mark, before) || before->reporter != CONSENSUS_NOBODY ||
           memcmp(mark->answers, before->answers, mark->answers_size) != 0;
}

void observed_arrivals(const struct observed *observed, struct arrivals *arrivals_out)
{
    auto_free struct mark *marks = sorted_marks(observed);
    auto_free bool *seen = memory_zeroed(observed->reporter_count + 1, sizeof *seen);
    struct arrivals arrivals = {.at = memory_zeroed(observed->count + 1, sizeof *arrivals.at)};
    for (size_t i = 0; i < observed->count; i++) {
        const struct mark *before = i == 0 ? NULL : &marks[i - 1];
        if (before == NULL || !same_interval(&marks[i], before))
            arrivals.at[arrivals.count++] =
                (struct arrival){.first = marks[i].first, .last = marks[i].last};
        struct arrival *arrival = &arrivals.at[arrivals.count - 1];
        arrival->reports++;
        arrival->fresh_reporters += is_fresh(&marks[i], before, seen);
    }
    *arrivals_out = arrivals;
}
