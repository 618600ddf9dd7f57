/* Reading an item out of its packed knots. */
#include <string.h>

#include "collector/figures/place.h"

void item_open(const struct place *place, int question, struct opened_item *opened_out)
{
    const struct packed_knots *packed = place->items[question].knots;
    packed_unpack(packed, 0, packed->piece_count, &opened_out->knots);
    opened_out->smoother =
        smoother_create(&opened_out->knots, rules_dynamics(place->rules, place->station, question));
}

void item_close(struct opened_item *opened)
{
    smoother_destroy(opened->smoother);
    knots_finish(&opened->knots);
    *opened = (struct opened_item){0};
}

void item_keep_edges(struct place *place, int question, const struct opened_item *opened)
{
    struct item *item = &place->items[question];
    size_t options = (size_t)item->knots->options;
    if (item->edges.forward != NULL)
        return;
    struct item_edges edges = {
        memory_zeroed(item->knots->piece_count + 1, options * sizeof(double)),
        memory_zeroed(item->knots->piece_count + 1, options * sizeof(double))};
    size_t last = 0;
    for (size_t piece = 0; piece < item->knots->piece_count; piece++) {
        last += item->knots->pieces[piece].count;
        memcpy(edges.forward + piece * options, opened->smoother->forward + (last - 1) * options,
               options * sizeof(double));
        memcpy(edges.backward + piece * options, opened->smoother->backward + (last - 1) * options,
               options * sizeof(double));
    }
    item->edges = edges;
}

/* The pieces that a reading needs, as smoother_create_part says. */
static void find_pieces(const struct packed_knots *packed, double moment, size_t *first_out,
                        size_t *end_out)
{
    size_t first = 0;
    while (first + 1 < packed->piece_count &&
           packed->pieces[first].sum.time <= moment - SMOOTHER_RECENT_DAYS)
        first++;
    size_t end = first;
    while (end < packed->piece_count &&
           (packed->pieces[end].first_time < moment + packed->lead || end == first ||
            packed->pieces[end - 1].sum.time <= moment))
        end++;
    *first_out = first;
    *end_out = end;
}

static void find_edges(const struct item *item, size_t first, size_t end,
                       struct smoother_edges *edges)
{
    size_t options = (size_t)item->knots->options;
    *edges = (struct smoother_edges){.has_before = first > 0,
                                     .has_after = end < item->knots->piece_count,
                                     .lead = item->knots->lead};
    if (edges->has_before) {
        edges->begun = packed_begun(item->knots, first);
        edges->time = edges->begun.time;
        memcpy(edges->forward, item->edges.forward + (first - 1) * options,
               options * sizeof(double));
    }
    if (edges->has_after)
        memcpy(edges->backward, item->edges.backward + (end - 1) * options,
               options * sizeof(double));
}

void item_read(const struct place *place, int question, double moment, struct reading *reading_out)
{
    const struct item *item = &place->items[question];
    size_t first = 0;
    size_t end = item->knots->piece_count;
    if (item->edges.forward != NULL)
        find_pieces(item->knots, moment, &first, &end);
    struct smoother_edges edges;
    struct knots knots;
    find_edges(item, first, end, &edges);
    packed_unpack(item->knots, first, end, &knots);
    struct smoother *smoother = smoother_create_part(
        &knots, rules_dynamics(place->rules, place->station, question), &edges);
    smoother_read(smoother, moment, reading_out);
    smoother_destroy(smoother);
    knots_finish(&knots);
}

size_t item_history(const struct place *place, int question, double now,
                    struct segment **segments_out)
{
    struct opened_item opened;
    item_open(place, question, &opened);
    size_t count = smoother_history(opened.smoother, now, segments_out);
    item_close(&opened);
    return count;
}
