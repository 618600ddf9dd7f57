/* Arrivals after a few reports more: only theirs, and where their reporters had come first. */
#include <string.h>

#include "collector/figures/observe.h"

struct arriving {
    const struct observed *observed;
    const struct published_answer *added;
    size_t added_count;
    struct arrivals *arrivals; /* with room for more */
};

static bool is_earlier(const struct visit *a, const struct visit *b)
{
    return a->first < b->first || (a->first == b->first && a->last < b->last);
}

static bool is_same(const struct visit *a, const struct visit *b)
{
    return a->first == b->first && a->last == b->last;
}

/* That of an interval, which may be a new one. */
static struct arrival *arrival_of(struct arrivals *arrivals, const struct visit *visited)
{
    size_t low = 0;
    size_t high = arrivals->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct visit seen = {.first = arrivals->at[middle].first,
                                   .last = arrivals->at[middle].last};
        if (is_earlier(&seen, visited))
            low = middle + 1;
        else
            high = middle;
    }
    struct arrival *arrival = &arrivals->at[low];
    if (low < arrivals->count && arrival->first == visited->first && arrival->last == visited->last)
        return arrival;
    memmove(arrival + 1, arrival, (arrivals->count++ - low) * sizeof *arrival);
    *arrival = (struct arrival){.first = visited->first, .last = visited->last};
    return arrival;
}

/* The earliest of a reporter's visits before those that were added; false: there was none. */
static bool find_first(const struct arriving *arriving, uint32_t number, struct visit *first_out)
{
    const struct observed *observed = arriving->observed;
    uint32_t reporter = observed_reporter_index(observed, number);
    auto_free bool *is_met = memory_zeroed(arriving->added_count, sizeof *is_met);
    bool is_found = false;
    for (size_t i = 0; i < observed->count; i++) {
        if (observed->reporter[i] != reporter)
            continue;
        const struct visit visited = {.first = observed->first[i],
                                      .last = observed_last(observed, i)};
        size_t a = 0;
        while (a < arriving->added_count &&
               (is_met[a] || arriving->added[a].reporter_number != number ||
                !is_same(&arriving->added[a].visited, &visited)))
            a++;
        if (a < arriving->added_count) {
            is_met[a] = true;
        } else if (!is_found || is_earlier(&visited, first_out)) {
            *first_out = visited;
            is_found = true;
        }
    }
    return is_found;
}

/* Where a reporter came first, before and now. */
static void move_first(const struct arriving *arriving, uint32_t number)
{
    struct visit before = {0};
    const struct visit *now = NULL;
    bool was_there = find_first(arriving, number, &before);
    for (size_t a = 0; a < arriving->added_count; a++)
        if (arriving->added[a].reporter_number == number &&
            (now == NULL || is_earlier(&arriving->added[a].visited, now)))
            now = &arriving->added[a].visited;
    if (was_there && !is_earlier(now, &before))
        return;
    if (was_there)
        arrival_of(arriving->arrivals, &before)->fresh_reporters--;
    arrival_of(arriving->arrivals, now)->fresh_reporters++;
}

/* How many unnamed reports of one interval say the same as this one. */
static size_t count_same(const struct observed *observed, const struct published_answer *answer)
{
    uint8_t bytes[SURVEY_QUESTIONS_MAX + 1];
    size_t size = observed->packing.size;
    double time = ((double)answer->visited.first + (double)answer->visited.last + 1) / 2;
    size_t count = 0;
    packing_put(&observed->packing, answer->answers, bytes);
    for (size_t i = observed_from(observed, time);
         i < observed->count && observed_time(observed, i) <= time; i++)
        count += observed->reporter[i] == CONSENSUS_NOBODY &&
                 observed->first[i] == answer->visited.first &&
                 observed_last(observed, i) == answer->visited.last &&
                 memcmp(observed->answers + i * size, bytes, size) == 0;
    return count;
}

/* Whether a report that was added is the first to come from its reporter, or the first to say the
 * same as others that came with it. */
static bool is_first_added(const struct arriving *arriving, size_t place, size_t *same_out)
{
    const struct published_answer *answer = &arriving->added[place];
    bool is_named = answer->reporter_number != CONSENSUS_NOBODY;
    bool is_first = true;
    *same_out = 0;
    for (size_t a = 0; a < arriving->added_count; a++) {
        const struct published_answer *other = &arriving->added[a];
        bool is_like = other->reporter_number == answer->reporter_number &&
                       (is_named || (is_same(&other->visited, &answer->visited) &&
                                     memcmp(other->answers, answer->answers,
                                            (size_t)arriving->observed->packing.questions) == 0));
        *same_out += is_like;
        is_first = is_first && !(is_like && a < place);
    }
    return is_first;
}

static void arrive(const struct arriving *arriving, size_t place)
{
    const struct published_answer *answer = &arriving->added[place];
    size_t same = 0;
    arrival_of(arriving->arrivals, &answer->visited)->reports++;
    if (!is_first_added(arriving, place, &same))
        return;
    if (answer->reporter_number != CONSENSUS_NOBODY)
        move_first(arriving, answer->reporter_number);
    else if (count_same(arriving->observed, answer) == same)
        arrival_of(arriving->arrivals, &answer->visited)->fresh_reporters++;
}

void observed_arrivals_after(const struct observed *observed, const struct arrivals *before,
                             const struct published_answer *added, size_t added_count,
                             struct arrivals *arrivals_out)
{
    struct arrivals arrivals = {.count = before->count};
    const struct arriving arriving = {observed, added, added_count, &arrivals};
    arrivals.at = memory_alloc((before->count + added_count + 1) * sizeof *arrivals.at);
    if (before->count > 0)
        memcpy(arrivals.at, before->at, before->count * sizeof *arrivals.at);
    for (size_t i = 0; i < added_count; i++)
        arrive(&arriving, i);
    *arrivals_out = arrivals;
}
