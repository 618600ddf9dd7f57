/* The edges of an item's pieces: kept once, and renewed where something changed. */
#include <string.h>

#include "collector/figures/place.h"

static void edges_create(const struct packed_knots *knots, struct item_edges *edges)
{
    size_t options = (size_t)knots->options;
    edges->forward = memory_zeroed(knots->piece_count + 1, options * sizeof(double));
    edges->backward = memory_zeroed(knots->piece_count + 1, options * sizeof(double));
}

/* Of the opened pieces. */
static void take_edges(struct item *item, const struct opened_item *opened)
{
    size_t options = (size_t)item->knots->options;
    size_t size = options * sizeof(double);
    size_t last = 0;
    for (size_t piece = opened->first; piece < opened->end; piece++) {
        last += item->knots->pieces[piece].count;
        const double *forward = opened->smoother->forward + (last - 1) * options;
        const double *backward = opened->smoother->backward + (last - 1) * options;
        memcpy(item->edges.forward + piece * options, forward, size);
        memcpy(item->edges.backward + piece * options, backward, size);
    }
}

void item_keep_edges(struct place *place, int question, const struct opened_item *opened)
{
    struct item *item = &place->items[question];
    if (item->edges.forward != NULL)
        return;
    edges_create(item->knots, &item->edges);
    take_edges(item, opened);
}

static bool is_same_piece(const struct packed_knots *left, size_t i,
                          const struct packed_knots *right, size_t j)
{
    size_t length = packed_piece_length(left, i);
    return left->pieces[i].number == right->pieces[j].number &&
           length == packed_piece_length(right, j) &&
           memcmp(left->bytes + left->pieces[i].offset, right->bytes + right->pieces[j].offset,
                  length) == 0;
}

/* The pieces of `after` that are not those of `before` at the beginning or at the end. */
static struct piece_range find_different(const struct packed_knots *before,
                                         const struct packed_knots *after)
{
    size_t least =
        before->piece_count < after->piece_count ? before->piece_count : after->piece_count;
    size_t same = 0;
    while (same < least && is_same_piece(before, same, after, same))
        same++;
    size_t tail = 0;
    while (tail < least - same && is_same_piece(before, before->piece_count - 1 - tail, after,
                                                after->piece_count - 1 - tail))
        tail++;
    return (struct piece_range){same, after->piece_count - tail};
}

static void copy_edges(const struct item *before, const struct piece_range *different,
                       struct item *item)
{
    size_t options = (size_t)item->knots->options;
    size_t begin = different->first * options * sizeof(double);
    size_t end = (item->knots->piece_count - different->end) * options * sizeof(double);
    size_t to = different->end * options;
    size_t from =
        (before->knots->piece_count - (item->knots->piece_count - different->end)) * options;
    edges_create(item->knots, &item->edges);
    memcpy(item->edges.forward, before->edges.forward, begin);
    memcpy(item->edges.backward, before->edges.backward, begin);
    memcpy(item->edges.forward + to, before->edges.forward + from, end);
    memcpy(item->edges.backward + to, before->edges.backward + from, end);
}

/* Whether the pass that leaves the opened pieces is what it was: then it stays so. */
static bool is_settled_after(const struct item *item, const struct opened_item *opened)
{
    size_t options = (size_t)item->knots->options;
    if (opened->end == item->knots->piece_count)
        return true;
    return memcmp(item->edges.forward + (opened->end - 1) * options,
                  opened->smoother->forward + (opened->knots.count - 1) * options,
                  options * sizeof(double)) == 0;
}

static bool is_settled_before(const struct item *item, const struct opened_item *opened)
{
    size_t options = (size_t)item->knots->options;
    if (opened->first == 0)
        return true;
    return memcmp(item->edges.backward + (opened->first - 1) * options, opened->smoother->back,
                  options * sizeof(double)) == 0;
}

/* Both passes converge soon: they are run over twice as much until they have. */
void item_reopen(struct place *place, int question, const struct item *before,
                 struct opened_item *opened_out, struct piece_range *different_out)
{
    struct item *item = &place->items[question];
    size_t count = item->knots->piece_count;
    struct piece_range different = find_different(before->knots, item->knots);
    copy_edges(before, &different, item);
    size_t less = 1;
    size_t more = 1;
    for (;;) {
        size_t first = different.first > less ? different.first - less : 0;
        size_t end = different.end + more < count ? different.end + more : count;
        item_open_part(place, question, first, end, opened_out);
        bool is_settled = is_settled_after(item, opened_out);
        more *= is_settled ? 1 : 2;
        less *= is_settled_before(item, opened_out) ? 1 : 2;
        if (is_settled && is_settled_before(item, opened_out))
            break;
        item_close(opened_out);
    }
    take_edges(item, opened_out);
    *different_out = different;
}
