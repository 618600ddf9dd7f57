/* Reading an item out of its packed knots. */
#include <string.h>

#include "collector/figures/place.h"

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
        edges->forward = item->edges.forward + (first - 1) * options;
    }
    if (edges->has_after)
        edges->backward = item->edges.backward + (end - 1) * options;
}

void item_open_part(const struct place *place, int question, size_t first, size_t end,
                    struct opened_item *opened_out)
{
    struct smoother_edges edges;
    find_edges(&place->items[question], first, end, &edges);
    packed_unpack(place->items[question].knots, first, end, &opened_out->knots);
    opened_out->first = first;
    opened_out->end = end;
    opened_out->smoother = smoother_create_part(
        &opened_out->knots, rules_dynamics(place->rules, place->station, question), &edges);
}

void item_open(const struct place *place, int question, struct opened_item *opened_out)
{
    item_open_part(place, question, 0, place->items[question].knots->piece_count, opened_out);
}

void item_close(struct opened_item *opened)
{
    smoother_destroy(opened->smoother);
    knots_finish(&opened->knots);
    *opened = (struct opened_item){0};
}

/* The pieces that a reading needs, as smoother_create_part says; `recent` days before the moment
 * are looked at. */
static void find_pieces(const struct packed_knots *packed, double moment, double recent,
                        size_t *first_out, size_t *end_out)
{
    size_t first = 0;
    while (first + 1 < packed->piece_count && packed->pieces[first].sum.time <= moment - recent)
        first++;
    size_t end = packed->piece_count;
    while (end > first + 1 && packed->pieces[end - 1].least >= moment &&
           packed->pieces[end - 2].sum.time > moment)
        end--;
    *first_out = first;
    *end_out = end;
}

static void read_recent(const struct place *place, int question, double moment, double recent,
                        struct reading *reading_out, double *p_out)
{
    const struct item *item = &place->items[question];
    size_t first = 0;
    size_t end = item->knots->piece_count;
    struct opened_item opened;
    if (item->edges.forward != NULL)
        find_pieces(item->knots, moment, recent, &first, &end);
    item_open_part(place, question, first, end, &opened);
    smoother_read(opened.smoother, moment, reading_out, p_out);
    item_close(&opened);
}

/* Where the answer is clear nobody asks who has spoken against it lately. */
void item_read(const struct place *place, int question, double moment, struct reading *reading_out,
               double *p_out)
{
    read_recent(place, question, moment, 0, reading_out, p_out);
    if (reading_out->confidence < SMOOTHER_CLEAR && place->items[question].edges.forward != NULL)
        read_recent(place, question, moment, SMOOTHER_RECENT_DAYS, reading_out, p_out);
}

bool item_tells(const struct packed_knots *knots, const struct opened_item *opened, double moment)
{
    const struct packed_piece *pieces = knots->pieces;
    if (opened->first > 0 && pieces[opened->first - 1].sum.time > moment)
        return false;
    if (opened->end < knots->piece_count && pieces[opened->end - 1].sum.time <= moment)
        return false;
    for (size_t piece = opened->end; piece < knots->piece_count; piece++)
        if (pieces[piece].least < moment)
            return false;
    return true;
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
