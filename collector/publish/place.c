#include "collector/publish/place.h"

#include <math.h>
#include <string.h>

static double item_begins(const struct rules *rules, int station, int question,
                          const struct knots *knots)
{
    double begins = rules_first_assertion(rules, station, question);
    for (size_t i = 0; i < knots->count; i++)
        if (isnan(begins) || knots->at[i].begin < begins)
            begins = knots->at[i].begin;
    return begins;
}

struct place *place_restore_take(struct rules *rules, int station, struct knots *knots,
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
        item->knots = knots[q];
        knots[q] = (struct knots){0};
        item->begins = item_begins(rules, station, q, &item->knots);
        item->smoother = smoother_create(&item->knots, rules_dynamics(rules, station, q));
    }
    return place;
}

struct place *place_observe(struct rules *rules, int station, const struct observed *observed)
{
    struct knots knots[SURVEY_QUESTIONS_MAX] = {0};
    struct arrivals arrivals = {0};
    for (int q = 0; q < rules->survey->question_count; q++)
        observed_knots(observed, rules->survey, rules->model, q, &knots[q]);
    observed_arrivals(observed, &arrivals);
    return place_restore_take(rules, station, knots, &arrivals);
}

static void *copy_rows(const void *rows, size_t count, size_t size)
{
    void *copy = memory_zeroed(count + 1, size);
    if (count > 0)
        memcpy(copy, rows, count * size);
    return copy;
}

static struct knots knots_copy(const struct knots *knots)
{
    size_t cells = knots->count * (size_t)knots->options;
    return (struct knots){
        .options = knots->options,
        .count = knots->count,
        .at = copy_rows(knots->at, knots->count, sizeof *knots->at),
        .log_likelihood = copy_rows(knots->log_likelihood, cells, sizeof(double)),
        .weight = copy_rows(knots->weight, cells, sizeof(double)),
    };
}

struct place *place_with_rules(const struct place *place, struct rules *rules)
{
    struct knots knots[SURVEY_QUESTIONS_MAX] = {0};
    for (int q = 0; q < rules->survey->question_count; q++)
        knots[q] = knots_copy(&place->items[q].knots);
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
        smoother_destroy(place->items[q].smoother);
        knots_finish(&place->items[q].knots);
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
