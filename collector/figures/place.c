#include "collector/figures/place.h"

#include <math.h>
#include <string.h>

static double item_begins(const struct rules *rules, int station, int question,
                          const struct packed_knots *knots)
{
    return fmin(rules_first_assertion(rules, station, question), knots->begin);
}

struct place *place_restore_take(struct rules *rules, int station, struct packed_knots **knots,
                                 struct arrivals *arrivals)
{
    int questions = rules->survey->question_count;
    struct place *place = memory_zeroed(1, sizeof *place);
    atomic_init(&place->references, 1);
    place->rules = rules_hold(rules);
    place->station = station;
    place->items = memory_zeroed((size_t)questions, sizeof *place->items);
    place->arrivals = *arrivals;
    *arrivals = (struct arrivals){0};
    for (size_t i = 0; i < place->arrivals.count; i++)
        place->reports += place->arrivals.at[i].reports;
    for (int q = 0; q < questions; q++) {
        struct item *item = &place->items[q];
        item->knots = TAKE(knots[q]);
        item->begins = item_begins(rules, station, q, item->knots);
    }
    return place;
}

static struct packed_knots *observe_item(const struct rules *rules, const struct observed *observed,
                                         int question, const struct place *before)
{
    struct knots knots;
    observed_knots(observed, rules->survey, rules->model, question, &knots);
    struct packed_knots *packed = packed_create(&knots);
    knots_finish(&knots);
    if (before == NULL || !packed_equal(before->items[question].knots, packed))
        return packed;
    packed_drop(packed);
    return packed_hold(before->items[question].knots);
}

static void *copy_rows(const void *rows, size_t count, size_t size)
{
    void *copy = memory_zeroed(count + 1, size);
    if (count > 0)
        memcpy(copy, rows, count * size);
    return copy;
}

/* A trace that goes on makes no edges, and once the place is published nobody may. */
static void copy_edges(const struct item *from, struct item *to)
{
    if (to->knots != from->knots || from->edges.forward == NULL)
        return;
    size_t count = (to->knots->piece_count + 1) * (size_t)to->knots->options;
    to->edges.forward = copy_rows(from->edges.forward, count, sizeof *to->edges.forward);
    to->edges.backward = copy_rows(from->edges.backward, count, sizeof *to->edges.backward);
}

struct place *place_observe(struct rules *rules, int station, const struct observed *observed,
                            const struct place *before, uint64_t questions)
{
    struct packed_knots *knots[SURVEY_QUESTIONS_MAX] = {0};
    struct arrivals arrivals = {0};
    for (int q = 0; q < rules->survey->question_count; q++) {
        bool is_same = before != NULL && (questions >> q & 1) == 0;
        knots[q] = is_same ? packed_hold(before->items[q].knots)
                           : observe_item(rules, observed, q, before);
    }
    observed_arrivals(observed, &arrivals);
    struct place *place = place_restore_take(rules, station, knots, &arrivals);
    for (int q = 0; before != NULL && before->rules == rules && q < rules->survey->question_count;
         q++)
        copy_edges(&before->items[q], &place->items[q]);
    return place;
}

struct place *place_with_rules(const struct place *place, struct rules *rules)
{
    struct packed_knots *knots[SURVEY_QUESTIONS_MAX] = {0};
    for (int q = 0; q < rules->survey->question_count; q++)
        knots[q] = packed_hold(place->items[q].knots);
    struct arrivals arrivals = {
        .at = copy_rows(place->arrivals.at, place->arrivals.count, sizeof *place->arrivals.at),
        .count = place->arrivals.count,
    };
    return place_restore_take(rules, place->station, knots, &arrivals);
}

struct place *place_hold(struct place *place)
{
    atomic_fetch_add_explicit(&place->references, 1, memory_order_relaxed);
    return place;
}

void place_drop(struct place *place)
{
    if (place == NULL || atomic_fetch_sub_explicit(&place->references, 1, memory_order_acq_rel) > 1)
        return;
    for (int q = 0; q < place->rules->survey->question_count; q++) {
        packed_drop(place->items[q].knots);
        free(place->items[q].edges.forward);
        free(place->items[q].edges.backward);
    }
    free(place->items);
    arrivals_finish(&place->arrivals);
    rules_drop(place->rules);
    free(place);
}

void place_span(const struct place *place, double *first, double *last)
{
    for (size_t i = 0; i < place->arrivals.count; i++) {
        const struct arrival *arrival = &place->arrivals.at[i];
        double time = ((double)arrival->first + (double)arrival->last + 1) / 2;
        *first = time < *first ? time : *first;
        *last = time > *last ? time : *last;
    }
}
