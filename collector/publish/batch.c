/* Rows of versions that a publication writes. */
#include <math.h>
#include <string.h>

#include "collector/figures/encode.h"
#include "collector/publish/versions.h"

void batch_finish(struct batch *batch)
{
    free(batch->rows);
    buffer_finish(&batch->bodies);
    *batch = (struct batch){0};
}

void batch_add(struct batch *batch, const char *kind, int64_t major, int64_t minor,
               const struct buffer *body)
{
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity < 64 ? 64 : batch->capacity * 2;
        batch->rows = memory_resize_take(batch->rows, batch->capacity, sizeof *batch->rows);
    }
    batch->rows[batch->count++] =
        (struct batch_row){kind, major, minor, batch->bodies.length, body->length};
    buffer_bytes(&batch->bodies, body->data, body->length);
}

static bool same_bytes(const void *left, size_t left_length, const void *right, size_t length)
{
    return left_length == length && (length == 0 || memcmp(left, right, length) == 0);
}

static int64_t number_at(const struct packed_knots *knots, size_t piece)
{
    return knots != NULL && piece < knots->piece_count ? knots->pieces[piece].number : INT64_MAX;
}

/* The bytes of a piece if it has this number; else of none. */
static struct buffer take_knots(const struct packed_knots *knots, int64_t number, size_t *piece)
{
    if (number_at(knots, *piece) != number)
        return (struct buffer){0};
    size_t length = packed_piece_length(knots, *piece);
    /* Borrowed: it is only read. */
    return (struct buffer){.data = (char *)knots->bytes + knots->pieces[(*piece)++].offset,
                           .length = length};
}

static void add_knots(struct batch *batch, int64_t major, const struct packed_knots *before,
                      const struct packed_knots *after)
{
    size_t old_piece = 0;
    size_t new_piece = 0;
    for (;;) {
        int64_t old_number = number_at(before, old_piece);
        int64_t new_number = number_at(after, new_piece);
        int64_t number = old_number < new_number ? old_number : new_number;
        if (number == INT64_MAX)
            return;
        const struct buffer old_bytes = take_knots(before, number, &old_piece);
        const struct buffer new_bytes = take_knots(after, number, &new_piece);
        if (!same_bytes(old_bytes.data, old_bytes.length, new_bytes.data, new_bytes.length))
            batch_add(batch, "knots", major, number, &new_bytes);
    }
}

static int64_t arrival_number(const struct arrivals *arrivals, size_t row)
{
    return arrivals != NULL && row < arrivals->count
               ? (int64_t)floor((double)arrivals->at[row].first / CHUNK_DAYS)
               : INT64_MAX;
}

/* The arrivals of a piece if it has this number; else none. Borrowed. */
static struct arrivals take_arrivals(const struct arrivals *arrivals, int64_t number, size_t *next)
{
    size_t first = *next;
    while (arrival_number(arrivals, *next) == number)
        (*next)++;
    return *next == first ? (struct arrivals){0}
                          : (struct arrivals){arrivals->at + first, *next - first};
}

static void add_arrivals(struct batch *batch, int64_t major, const struct arrivals *before,
                         const struct arrivals *after)
{
    size_t old_next = 0;
    size_t new_next = 0;
    for (;;) {
        int64_t old_number = arrival_number(before, old_next);
        int64_t new_number = arrival_number(after, new_next);
        int64_t number = old_number < new_number ? old_number : new_number;
        if (number == INT64_MAX)
            return;
        const struct arrivals old = take_arrivals(before, number, &old_next);
        const struct arrivals new = take_arrivals(after, number, &new_next);
        if (same_bytes(old.at, old.count * sizeof *old.at, new.at, new.count * sizeof *new.at))
            continue;
        auto_buffer struct buffer bytes = {0};
        if (new.count > 0)
            arrivals_encode(&new, 0, new.count, &bytes);
        batch_add(batch, "visits", major, number, &bytes);
    }
}

void batch_add_place(struct batch *batch, const struct numbering *numbering,
                     const struct place *before, const struct place *place)
{
    int64_t station = numbering->stations[place->station];
    for (int q = 0; q < place->rules->survey->question_count; q++) {
        const struct packed_knots *old = before == NULL ? NULL : before->items[q].knots;
        if (old != place->items[q].knots)
            add_knots(batch, station * SURVEY_QUESTIONS_MAX + numbering->questions[q], old,
                      place->items[q].knots);
    }
    add_arrivals(batch, station, before == NULL ? NULL : &before->arrivals, &place->arrivals);
}

/* The rows that were added from one on and are not empty are taken away again. */
static void keep_empty(struct batch *batch, size_t first, size_t length)
{
    size_t kept = first;
    for (size_t i = first; i < batch->count; i++)
        if (batch->rows[i].length == 0)
            batch->rows[kept++] = batch->rows[i];
    batch->count = kept;
    /* What is empty has no bytes. */
    batch->bodies.length = length;
}

void batch_add_gone(struct batch *batch, const struct numbering *numbering,
                    const struct place *before, const struct place *place)
{
    size_t first = batch->count;
    size_t length = batch->bodies.length;
    batch_add_place(batch, numbering, before, place);
    keep_empty(batch, first, length);
}
