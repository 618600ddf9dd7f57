/* Rows of versions that a publication writes. */
#include <math.h>
#include <string.h>

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

/* A series that is stored in pieces: how long it is, to which piece a row belongs (rows are in
 * order of their pieces), and the bytes of some rows. */
struct series {
    const void *rows;
    size_t count;
    int64_t (*piece)(const void *rows, size_t row);
    void (*encode)(const void *rows, size_t first, size_t count, struct buffer *buffer);
};

static int64_t piece_of_day(double day)
{
    return (int64_t)floor(day / CHUNK_DAYS);
}

static int64_t knots_piece(const void *rows, size_t row)
{
    return piece_of_day(((const struct knots *)rows)->at[row].time);
}

static void knots_bytes(const void *rows, size_t first, size_t count, struct buffer *buffer)
{
    knots_encode(rows, first, count, buffer);
}

static int64_t arrivals_piece(const void *rows, size_t row)
{
    return piece_of_day(((const struct arrivals *)rows)->at[row].first);
}

static void arrivals_bytes(const void *rows, size_t first, size_t count, struct buffer *buffer)
{
    arrivals_encode(rows, first, count, buffer);
}

/* The bytes of one piece from row *next on; an empty buffer if the series has no such piece. */
static void take_piece(const struct series *series, int64_t piece, size_t *next,
                       struct buffer *bytes)
{
    size_t first = *next;
    while (*next < series->count && series->piece(series->rows, *next) == piece)
        (*next)++;
    buffer_clear(bytes);
    if (*next > first)
        series->encode(series->rows, first, *next - first, bytes);
}

static int64_t next_piece(const struct series *series, size_t next)
{
    return next < series->count ? series->piece(series->rows, next) : INT64_MAX;
}

static bool same_bytes(const struct buffer *left, const struct buffer *right)
{
    return left->length == right->length &&
           (left->length == 0 || memcmp(left->data, right->data, left->length) == 0);
}

static void add_series(struct batch *batch, const char *kind, int64_t major,
                       const struct series *before, const struct series *after)
{
    auto_buffer struct buffer old_bytes = {0};
    auto_buffer struct buffer new_bytes = {0};
    size_t old_next = 0;
    size_t new_next = 0;
    for (;;) {
        int64_t old_piece = next_piece(before, old_next);
        int64_t new_piece = next_piece(after, new_next);
        int64_t piece = old_piece < new_piece ? old_piece : new_piece;
        if (piece == INT64_MAX)
            return;
        take_piece(before, piece, &old_next, &old_bytes);
        take_piece(after, piece, &new_next, &new_bytes);
        if (!same_bytes(&old_bytes, &new_bytes))
            batch_add(batch, kind, major, piece, &new_bytes);
    }
}

static struct series knots_series(const struct place *place, int question)
{
    struct series series = {.piece = knots_piece, .encode = knots_bytes};
    if (place != NULL) {
        series.rows = &place->items[question].knots;
        series.count = place->items[question].knots.count;
    }
    return series;
}

static struct series arrivals_series(const struct place *place)
{
    struct series series = {.piece = arrivals_piece, .encode = arrivals_bytes};
    if (place != NULL) {
        series.rows = &place->arrivals;
        series.count = place->arrivals.count;
    }
    return series;
}

void batch_add_place(struct batch *batch, const struct numbering *numbering,
                     const struct place *before, const struct place *place)
{
    int64_t station = numbering->stations[place->station];
    for (int q = 0; q < place->rules->survey->question_count; q++) {
        struct series old_knots = knots_series(before, q);
        struct series new_knots = knots_series(place, q);
        add_series(batch, "knots", station * SURVEY_QUESTIONS_MAX + numbering->questions[q],
                   &old_knots, &new_knots);
    }
    struct series old_arrivals = arrivals_series(before);
    struct series new_arrivals = arrivals_series(place);
    add_series(batch, "visits", station, &old_arrivals, &new_arrivals);
}
