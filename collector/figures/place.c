#include "collector/figures/place.h"

#include <math.h>
#include <string.h>

#include "collector/figures/renew.h"

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
        item->weight = nan("");
    }
    return place;
}

/* One question that is made of knots, and its weight. */
struct observing {
    struct packed_knots *knots[SURVEY_QUESTIONS_MAX];
    double weights[SURVEY_QUESTIONS_MAX];
};

static void observe_item(const struct rules *rules, const struct observed *observed, int question,
                         const struct place *before, struct observing *observing)
{
    struct knots knots;
    observing->weights[question] =
        observed_knots(observed, rules->survey, rules->model, question, &knots);
    struct packed_knots *packed = packed_create(&knots);
    knots_finish(&knots);
    if (before != NULL && packed_equal(before->items[question].knots, packed)) {
        packed_drop(packed);
        packed = packed_hold(before->items[question].knots);
    }
    observing->knots[question] = packed;
}

static void keep_item(const struct place *before, int question, struct observing *observing)
{
    observing->knots[question] = packed_hold(before->items[question].knots);
    observing->weights[question] = before->items[question].weight;
}

/* A trace that goes on makes no edges, and once the place is published nobody may. */
static void copy_edges(const struct item *from, struct item *to)
{
    if (to->knots != from->knots || from->edges.forward == NULL)
        return;
    size_t count = (to->knots->piece_count + 1) * (size_t)to->knots->options;
    to->edges.forward = memory_copy(from->edges.forward, count, sizeof *to->edges.forward);
    to->edges.backward = memory_copy(from->edges.backward, count, sizeof *to->edges.backward);
}

/* The place of what was observed, with what stays of the one before. */
static struct place *make_place_take(struct rules *rules, int station, const struct place *before,
                                     struct observing *observing, struct arrivals *arrivals)
{
    struct place *place = place_restore_take(rules, station, observing->knots, arrivals);
    place->is_counted = true;
    for (int q = 0; q < rules->survey->question_count; q++) {
        place->items[q].weight = observing->weights[q];
        if (before != NULL && before->rules == rules)
            copy_edges(&before->items[q], &place->items[q]);
    }
    return place;
}

struct place *place_observe(struct rules *rules, int station, const struct observed *observed,
                            const struct place *before, uint64_t questions)
{
    struct observing observing = {0};
    for (int q = 0; q < rules->survey->question_count; q++) {
        if (before != NULL && (questions >> q & 1) == 0)
            keep_item(before, q, &observing);
        else
            observe_item(rules, observed, q, before, &observing);
    }
    struct arrivals arrivals = {0};
    observed_arrivals(observed, &arrivals);
    return make_place_take(rules, station, before, &observing, &arrivals);
}

/* Where few have come to what was counted from reports, they are counted alone. */
static void count_arrivals(const struct place *before, const struct renewal *renewal,
                           struct arrivals *arrivals_out)
{
    bool is_all = before->reports + renewal->added_count == renewal->observed->count;
    if (before->is_counted && is_all && renewal->added_count <= RENEWAL_MAX)
        observed_arrivals_after(renewal->observed, &before->arrivals, renewal->added,
                                renewal->added_count, arrivals_out);
    else
        observed_arrivals(renewal->observed, arrivals_out);
}

static bool is_answered(const struct published_answer *answers, size_t count, int question)
{
    for (size_t i = 0; i < count; i++)
        if (answers[i].answers[question] >= 0)
            return true;
    return false;
}

struct place *place_update(const struct place *before, const struct observed *observed,
                           uint64_t questions, const struct published_answer *added,
                           size_t added_count)
{
    struct observing observing = {0};
    const struct rules *rules = before->rules;
    const struct renewal renewal = {observed, rules->survey, rules->model, added, added_count};
    for (int q = 0; q < rules->survey->question_count; q++) {
        bool is_asked = (questions >> q & 1) != 0;
        keep_item(before, q, &observing);
        if (!is_asked && !is_answered(added, added_count, q))
            continue;
        struct packed_knots *renewed =
            is_asked ? NULL
                     : renew_knots(&renewal, q, before->items[q].knots, &observing.weights[q]);
        packed_drop(observing.knots[q]);
        observing.knots[q] = renewed;
        if (renewed == NULL)
            observe_item(rules, observed, q, before, &observing);
    }
    struct arrivals arrivals = {0};
    count_arrivals(before, &renewal, &arrivals);
    return make_place_take(before->rules, before->station, before, &observing, &arrivals);
}

struct place *place_with_rules(const struct place *place, struct rules *rules)
{
    struct packed_knots *knots[SURVEY_QUESTIONS_MAX] = {0};
    for (int q = 0; q < rules->survey->question_count; q++)
        knots[q] = packed_hold(place->items[q].knots);
    struct arrivals arrivals = {
        .at = memory_copy(place->arrivals.at, place->arrivals.count, sizeof *place->arrivals.at),
        .count = place->arrivals.count,
    };
    struct place *made = place_restore_take(rules, place->station, knots, &arrivals);
    made->is_counted = place->is_counted;
    for (int q = 0; made->rules->model == place->rules->model && q < rules->survey->question_count;
         q++)
        made->items[q].weight = place->items[q].weight;
    return made;
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
