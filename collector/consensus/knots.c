#include <math.h>
#include <string.h>

#include "collector/consensus/answers.h"
#include "collector/consensus/dense.h"
#include "collector/consensus/evidence.h"
#include "collector/consensus/exact.h"

void knots_finish(struct knots *knots)
{
    free(knots->at);
    free(knots->log_likelihood);
    free(knots->weight);
    *knots = (struct knots){0};
}

/* Who a visit counts for among the reporters: a named one, or a day's unnamed with one answer. */
struct visit_key {
    double day;
    double begin;
    uint32_t reporter;
    uint32_t position;
    uint16_t answer;
    bool first; /* the key's earliest visit here */
};

static int real_order(double a, double b)
{
    return (a > b) - (a < b);
}

static int same_source(const struct visit_key *a, const struct visit_key *b)
{
    if (a->reporter != b->reporter)
        return a->reporter < b->reporter ? -1 : 1;
    int day = real_order(a->day, b->day);
    return day != 0 ? day : a->answer - b->answer;
}

static int source_compare(const void *left, const void *right)
{
    const struct visit_key *a = left;
    const struct visit_key *b = right;
    int source = same_source(a, b);
    if (source != 0)
        return source;
    int begin = real_order(a->begin, b->begin);
    return begin != 0 ? begin : (a->position > b->position) - (a->position < b->position);
}

static void mark_sorted(const struct observation *observations, size_t count, bool *first)
{
    auto_free struct visit_key *keys = memory_zeroed(count, sizeof(*keys));
    for (size_t i = 0; i < count; i++) {
        const struct observation *seen = &observations[i];
        bool named = seen->reporter != CONSENSUS_NOBODY;
        keys[i] = (struct visit_key){
            .day = named ? 0 : floor(seen->time),
            .begin = seen->begin,
            .reporter = seen->reporter,
            .position = (uint32_t)i,
            .answer = named ? 0 : seen->answer,
        };
    }
    qsort(keys, count, sizeof(*keys), source_compare);
    for (size_t i = 0; i < count; i++)
        first[keys[i].position] = i == 0 || same_source(&keys[i - 1], &keys[i]) != 0;
}

/* Moves a source's mark to a visit that begins earlier; *best is one more than the position. */
static void move_mark(const struct observation *observations, size_t i, uint32_t *best, bool *first)
{
    if (*best > 0 && observations[*best - 1].begin <= observations[i].begin)
        return;
    if (*best > 0)
        first[*best - 1] = false;
    first[i] = true;
    *best = (uint32_t)i + 1;
}

/* The same where reporters are numbered densely. */
static void mark_dense(const struct observation *observations, size_t count, size_t kinds,
                       bool *first)
{
    auto_free uint32_t *named = memory_zeroed(kinds, sizeof(*named));
    auto_free uint32_t *unnamed =
        memory_zeroed(answers_room(observations, count), sizeof(*unnamed));
    double midnight = -HUGE_VAL;
    size_t day = 0;
    for (size_t i = 0; i < count; i++) {
        const struct observation *seen = &observations[i];
        bool is_named = seen->reporter != CONSENSUS_NOBODY;
        if (!is_named && seen->time >= midnight) {
            for (; day < i; day++)
                unnamed[observations[day].answer] = 0;
            midnight = floor(seen->time) + 1;
        }
        move_mark(observations, i, is_named ? &named[seen->reporter] : &unnamed[seen->answer],
                  first);
    }
}

void knots_mark_first(const struct observation *observations, size_t count, bool *first_out)
{
    size_t kinds = dense_kinds(observations, count);
    memset(first_out, false, count);
    if (kinds == 0)
        mark_sorted(observations, count, first_out);
    else
        mark_dense(observations, count, kinds, first_out);
}

/* Observations in order of interval, for grouping. */
struct interval_key {
    double time, begin, end;
    size_t position;
};

static int same_interval(const struct interval_key *a, const struct interval_key *b)
{
    int time = real_order(a->time, b->time);
    int begin = real_order(a->begin, b->begin);
    if (time != 0)
        return time;
    return begin != 0 ? begin : real_order(a->end, b->end);
}

static int interval_compare(const void *left, const void *right)
{
    const struct interval_key *a = left;
    const struct interval_key *b = right;
    int interval = same_interval(a, b);
    return interval != 0 ? interval : (a->position > b->position) - (a->position < b->position);
}

static struct interval_key interval_of(const struct observation *observations, size_t position)
{
    const struct observation *seen = &observations[position];
    return (struct interval_key){seen->time, seen->begin, seen->end, position};
}

static bool is_sorted(const struct observation *observations, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct interval_key before = interval_of(observations, i - 1);
        const struct interval_key key = interval_of(observations, i);
        if (same_interval(&before, &key) > 0)
            return false;
    }
    return true;
}

/* NULL: they are in order already. */
static struct interval_key *sort_intervals(const struct observation *observations, size_t count)
{
    if (is_sorted(observations, count))
        return NULL;
    struct interval_key *keys = memory_alloc(count * sizeof(*keys));
    for (size_t i = 0; i < count; i++)
        keys[i] = interval_of(observations, i);
    qsort(keys, count, sizeof(*keys), interval_compare);
    return keys;
}

static void shift_to_zero(double *row, int options)
{
    double greatest = row[0];
    for (int k = 1; k < options; k++)
        greatest = row[k] > greatest ? row[k] : greatest;
    for (int k = 0; k < options; k++)
        row[k] -= greatest;
}

/* Room for as many as there can be; each is cleared when it begins. */
static void knots_reserve(struct knots *knots, int options, size_t count)
{
    size_t cells = count * (size_t)options;
    *knots = (struct knots){.options = options};
    knots->at = memory_alloc(count * sizeof(*knots->at));
    knots->log_likelihood = memory_alloc(cells * sizeof(*knots->log_likelihood));
    knots->weight = memory_alloc(cells * sizeof(*knots->weight));
}

static void begin_knot(struct knots *knots, const struct observation *seen)
{
    size_t options = (size_t)knots->options;
    size_t row = knots->count * options;
    struct knot knot = {.time = seen->time, .begin = seen->begin, .end = seen->end};
    for (size_t k = 0; k < options; k++) {
        knots->log_likelihood[row + k] = 0;
        knots->weight[row + k] = 0;
    }
    knots->at[knots->count++] = knot;
}

static bool is_of_knot(const struct knot *knot, const struct observation *seen)
{
    return knot->time >= seen->time && knot->time <= seen->time && knot->begin >= seen->begin &&
           knot->begin <= seen->begin && knot->end >= seen->end && knot->end <= seen->end;
}

void knots_build_marked(const struct observation *observations, const bool *first, size_t count,
                        const struct emission *emission, const double *accuracy, double unnamed,
                        struct knots *knots_out)
{
    size_t options = (size_t)emission->options;
    knots_reserve(knots_out, emission->options, count);
    struct evidence evidence = {.emission = emission};
    auto_free struct interval_key *keys = sort_intervals(observations, count);
    for (size_t i = 0; i < count; i++) {
        size_t position = keys ? keys[i].position : i;
        const struct observation *seen = &observations[position];
        if (i == 0 || !is_of_knot(&knots_out->at[knots_out->count - 1], seen))
            begin_knot(knots_out, seen);
        struct knot *knot = &knots_out->at[knots_out->count - 1];
        size_t row = (knots_out->count - 1) * options;
        bool named = seen->reporter != CONSENSUS_NOBODY;
        knot->reports++;
        knot->fresh_reporters += first[position];
        knots_out->weight[row + seen->answer] += exact(seen->weight);
        if (accuracy) {
            evidence_add(&evidence, seen, named ? accuracy[seen->reporter] : unnamed,
                         knots_out->log_likelihood + row);
        }
    }
    for (size_t j = 0; j < knots_out->count; j++)
        shift_to_zero(knots_out->log_likelihood + j * options, emission->options);
    evidence_finish(&evidence);
}

void knots_build(const struct observation *observations, size_t count,
                 const struct emission *emission, const double *accuracy, double unnamed,
                 struct knots *knots_out)
{
    auto_free bool *first = memory_alloc(count);
    knots_mark_first(observations, count, first);
    knots_build_marked(observations, first, count, emission, accuracy, unnamed, knots_out);
}
