#include "collector/figures/packed.h"

#include <math.h>
#include <string.h>

#include "collector/figures/encode.h"

static struct packed_knots *create(int options)
{
    struct packed_knots *packed = memory_zeroed(1, sizeof *packed);
    atomic_init(&packed->references, 1);
    packed->options = options;
    packed->begin = nan("");
    return packed;
}

struct packed_knots *packed_hold(struct packed_knots *packed)
{
    atomic_fetch_add_explicit(&packed->references, 1, memory_order_relaxed);
    return packed;
}

void packed_drop(struct packed_knots *packed)
{
    if (packed == NULL ||
        atomic_fetch_sub_explicit(&packed->references, 1, memory_order_acq_rel) > 1)
        return;
    free(packed->pieces);
    free(packed->bytes);
    free(packed);
}

bool packed_equal(const struct packed_knots *left, const struct packed_knots *right)
{
    return left->length == right->length && left->piece_count == right->piece_count &&
           (left->length == 0 || memcmp(left->bytes, right->bytes, left->length) == 0);
}

size_t packed_piece_length(const struct packed_knots *packed, size_t piece)
{
    return packed->pieces[piece + 1].offset - packed->pieces[piece].offset;
}

static void sum_knot(struct begun *sum, const struct knot *knot, const double *weight, int options)
{
    bool is_latest = knot->time > sum->time || (knot->time >= sum->time && knot->end > sum->end);
    sum->begin = greater(sum->begin, knot->begin);
    sum->end = is_latest ? knot->end : sum->end;
    sum->time = greater(sum->time, knot->time);
    sum->reports += knot->reports;
    sum->reporters += knot->fresh_reporters;
    for (int k = 0; k < options; k++)
        sum->weight += weight[k];
}

static const struct begun nothing_begun = {.begin = -(double)INFINITY, .time = -(double)INFINITY};

struct begun packed_begun(const struct packed_knots *packed, size_t end)
{
    struct begun begun = nothing_begun;
    for (size_t piece = 0; piece < end; piece++) {
        const struct begun *sum = &packed->pieces[piece].sum;
        begun.begin = greater(begun.begin, sum->begin);
        begun.time = sum->time;
        begun.end = sum->end;
        begun.weight += sum->weight;
        begun.reports += sum->reports;
        begun.reporters += sum->reporters;
    }
    return begun;
}

static void measure(struct packed_piece *piece, const struct knots *knots, size_t first,
                    size_t count)
{
    piece->first_time = knots->at[first].time;
    piece->count = (uint32_t)count;
    piece->least = knots->at[first].begin;
    piece->sum = nothing_begun;
    for (size_t i = first; i < first + count; i++) {
        const struct knot *knot = &knots->at[i];
        sum_knot(&piece->sum, knot, knots->weight + i * (size_t)knots->options, knots->options);
        piece->lead = greater(piece->lead, knot->time - knot->begin);
        piece->least = fmin(piece->least, knot->begin);
    }
}

/* What a piece adds to what is known of the whole. */
static void count_piece(struct packed_knots *packed, const struct packed_piece *piece)
{
    packed->lead = greater(packed->lead, piece->lead);
    packed->begin = fmin(packed->begin, piece->least);
    packed->count += piece->count;
}

static void reserve(struct packed_builder *builder, size_t length)
{
    struct packed_knots *packed = builder->packed;
    if (packed->piece_count + 2 > builder->piece_capacity) {
        builder->piece_capacity = builder->piece_capacity * 2 + 8;
        packed->pieces =
            memory_resize_take(packed->pieces, builder->piece_capacity, sizeof *packed->pieces);
    }
    if (packed->length + length > builder->capacity) {
        builder->capacity = (packed->length + length) * 2;
        packed->bytes = memory_resize_take(packed->bytes, builder->capacity, 1);
    }
}

/* Appends a piece that says what these knots are. */
static void append(struct packed_builder *builder, int64_t number, const void *bytes, size_t length,
                   const struct knots *knots, size_t first, size_t count)
{
    struct packed_knots *packed = builder->packed;
    reserve(builder, length);
    struct packed_piece *piece = &packed->pieces[packed->piece_count++];
    *piece = (struct packed_piece){.number = number, .offset = packed->length};
    memcpy(packed->bytes + packed->length, bytes, length);
    packed->length += length;
    piece[1] = (struct packed_piece){.offset = packed->length};
    measure(piece, knots, first, count);
    count_piece(packed, piece);
}

/* Appends pieces of another as they are. */
static void append_kept(struct packed_builder *builder, const struct packed_knots *from,
                        size_t first, size_t end)
{
    struct packed_knots *packed = builder->packed;
    if (first == end)
        return;
    size_t begin = from->pieces[first].offset;
    size_t length = from->pieces[end].offset - begin;
    for (size_t i = first; i < end; i++) {
        reserve(builder, i == first ? length : 0);
        struct packed_piece *piece = &packed->pieces[packed->piece_count++];
        *piece = from->pieces[i];
        piece->offset = packed->length + (piece->offset - begin);
        count_piece(packed, piece);
    }
    memcpy(packed->bytes + packed->length, from->bytes + begin, length);
    packed->length += length;
    packed->pieces[packed->piece_count] = (struct packed_piece){.offset = packed->length};
}

bool packed_gather(struct packed_builder *builder, int options, int64_t number, const void *bytes,
                   size_t length)
{
    struct knots knots = {.options = options};
    if (builder->packed == NULL)
        builder->packed = create(options);
    bool is_read = knots_decode(bytes, length, &knots) && knots.count > 0;
    if (is_read)
        append(builder, number, bytes, length, &knots, 0, knots.count);
    knots_finish(&knots);
    return is_read;
}

struct packed_knots *packed_gathered_take(struct packed_builder *builder, int options)
{
    struct packed_knots *packed = builder->packed == NULL ? create(options) : builder->packed;
    if (packed->length > 0) {
        packed->bytes = memory_resize_take(packed->bytes, packed->length, 1);
        packed->pieces =
            memory_resize_take(packed->pieces, packed->piece_count + 1, sizeof *packed->pieces);
    }
    *builder = (struct packed_builder){0};
    return packed;
}

int64_t packed_number(double time)
{
    return (int64_t)floor(time / CHUNK_DAYS);
}

static void append_knots(struct packed_builder *builder, struct knots *knots)
{
    auto_buffer struct buffer bytes = {0};
    knots_round(knots);
    for (size_t first = 0, end; first < knots->count; first = end) {
        int64_t number = packed_number(knots->at[first].time);
        for (end = first + 1; end < knots->count && packed_number(knots->at[end].time) == number;)
            end++;
        buffer_clear(&bytes);
        knots_encode(knots, first, end - first, &bytes);
        append(builder, number, bytes.data, bytes.length, knots, first, end - first);
    }
}

struct packed_knots *packed_create(struct knots *knots)
{
    struct packed_builder builder = {.packed = create(knots->options)};
    append_knots(&builder, knots);
    return packed_gathered_take(&builder, knots->options);
}

struct packed_knots *packed_replace(const struct packed_knots *packed, int64_t first, int64_t end,
                                    struct knots *knots)
{
    struct packed_builder builder = {.packed = create(packed->options)};
    size_t from = 0;
    while (from < packed->piece_count && packed->pieces[from].number < first)
        from++;
    size_t to = from;
    while (to < packed->piece_count && packed->pieces[to].number < end)
        to++;
    append_kept(&builder, packed, 0, from);
    append_knots(&builder, knots);
    append_kept(&builder, packed, to, packed->piece_count);
    return packed_gathered_take(&builder, packed->options);
}

void packed_unpack(const struct packed_knots *packed, size_t first, size_t end,
                   struct knots *knots_out)
{
    size_t count = 0;
    bool is_whole = true;
    for (size_t piece = first; piece < end; piece++)
        count += packed->pieces[piece].count;
    *knots_out = (struct knots){.options = packed->options};
    knots_reserve(knots_out, count);
    /* They were read when they were gathered. */
    for (size_t piece = first; piece < end && is_whole; piece++)
        is_whole = knots_decode_reserved(packed->bytes + packed->pieces[piece].offset,
                                         packed_piece_length(packed, piece), knots_out);
}
