#include "collector/consensus/weigh.h"

#include <math.h>

#include "collector/consensus/answers.h"
#include "collector/consensus/dense.h"
#include "collector/consensus/exact.h"

static const double repeat_days = 30;
static const double allowance_share = 0.6;
static const double shortest_span = 28;

struct place {
    uint32_t reporter;
    uint32_t position;
};

static int place_compare(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    if (a->reporter != b->reporter)
        return a->reporter < b->reporter ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

/* One reporter's visits in order of time: clusters of 30 days from their first. */
static void share_cluster(struct observation *observations, const struct place *places,
                          size_t count)
{
    for (size_t first = 0, end; first < count; first = end) {
        double limit = observations[places[first].position].time + repeat_days;
        for (end = first + 1; end < count && observations[places[end].position].time <= limit;)
            end++;
        for (size_t i = first; i < end; i++) {
            double *weight = &observations[places[i].position].weight;
            *weight = exact(*weight / (double)(end - first));
        }
    }
}

/* Unnamed reports: those of one day with the same answer count together once. `sizes`, by answer,
 * is zero before and after. */
static void share_days(struct observation *observations, const struct place *places, size_t count,
                       double *sizes)
{
    for (size_t first = 0, end; first < count; first = end) {
        double midnight = floor(observations[places[first].position].time) + 1;
        for (end = first; end < count && observations[places[end].position].time < midnight; end++)
            sizes[observations[places[end].position].answer] += 1;
        for (size_t i = first; i < end; i++) {
            struct observation *observation = &observations[places[i].position];
            observation->weight = exact(observation->weight / sizes[observation->answer]);
        }
        for (size_t i = first; i < end; i++)
            sizes[observations[places[i].position].answer] = 0;
    }
}

static void sort_by_counting(const struct observation *observations, size_t count, size_t kinds,
                             struct place *places)
{
    auto_free uint32_t *next = memory_zeroed(kinds + 1, sizeof(*next));
    for (size_t i = 0; i < count; i++)
        next[dense_kind(observations[i].reporter, kinds) + 1]++;
    for (size_t kind = 0; kind < kinds; kind++)
        next[kind + 1] += next[kind];
    for (size_t i = 0; i < count; i++) {
        uint32_t reporter = observations[i].reporter;
        places[next[dense_kind(reporter, kinds)]++] = (struct place){reporter, (uint32_t)i};
    }
}

/* By reporter, then position. */
static struct place *sort_places(const struct observation *observations, size_t count)
{
    struct place *places = memory_zeroed(count, sizeof(*places));
    size_t kinds = dense_kinds(observations, count);
    if (kinds > 0) {
        sort_by_counting(observations, count, kinds, places);
        return places;
    }
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){observations[i].reporter, (uint32_t)i};
    qsort(places, count, sizeof(*places), place_compare);
    return places;
}

static void share_repeats(struct observation *observations, size_t count)
{
    auto_free struct place *places = sort_places(observations, count);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && places[end].reporter == places[first].reporter;)
            end++;
        if (places[first].reporter != CONSENSUS_NOBODY) {
            share_cluster(observations, places + first, end - first);
            continue;
        }
        auto_free double *sizes = memory_zeroed(answers_room(observations, count), sizeof(*sizes));
        share_days(observations, places + first, end - first, sizes);
    }
}

/* M_j of one answer's observations, by two pointers over prefix sums; `before` has room for one more
 * than there are. */
static void sum_windows(const struct observation *observations, const uint32_t *positions,
                        size_t count, double *before, double *mass_out)
{
    before[0] = 0;
    for (size_t i = 0; i < count; i++)
        before[i + 1] = before[i] + observations[positions[i]].weight;
    size_t low = 0;
    size_t high = 0;
    for (size_t i = 0; i < count; i++) {
        double time = observations[positions[i]].time;
        while (observations[positions[low]].time < time - WEIGH_BURST_DAYS)
            low++;
        while (high < count && observations[positions[high]].time <= time + WEIGH_BURST_DAYS)
            high++;
        mass_out[positions[i]] = before[high] - before[low];
    }
}

void weigh_masses(const struct observation *observations, size_t count, double *mass_out)
{
    auto_free double *before = memory_alloc((count + 1) * sizeof(*before));
    auto_free uint32_t *positions = answers_sort(observations, count);
    for (size_t first = 0, end; first < count; first = end) {
        end = answers_end(observations, positions, count, first);
        sum_windows(observations, positions + first, end - first, before, mass_out);
    }
}

/* In steps of 2^(1/4), so that one report more seldom moves the weights of a whole past. */
static double step_down(double allowance)
{
    return exp2(floor(4 * log2(allowance)) / 4);
}

double weigh_total(const struct observation *observations, size_t count)
{
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += observations[i].weight;
    return total;
}

double weigh_allowance(double total, double span)
{
    double allowed = allowance_share * 2 * WEIGH_BURST_DAYS * total / fmax(span, shortest_span);
    return step_down(fmax(1, allowed));
}

void weigh_saturate(struct observation *observations, size_t count, double allowance,
                    const double *mass)
{
    for (size_t i = 0; i < count; i++)
        if (mass[i] > allowance)
            observations[i].weight = exact(observations[i].weight * (allowance / mass[i]));
}

void weigh_repeats(struct observation *observations, size_t count)
{
    for (size_t i = 0; i < count; i++)
        observations[i].weight = exact(observations[i].weight);
    if (count > 1)
        share_repeats(observations, count);
}

double consensus_weigh(struct observation *observations, size_t count, double span, bool saturate)
{
    weigh_repeats(observations, count);
    double total = weigh_total(observations, count);
    if (!saturate || count < 2)
        return total;
    auto_free double *mass = memory_zeroed(count, sizeof(*mass));
    weigh_masses(observations, count, mass);
    weigh_saturate(observations, count, weigh_allowance(total, span), mass);
    return total;
}
