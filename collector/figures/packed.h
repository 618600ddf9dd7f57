#ifndef ZHANJI_FIGURES_PACKED_H
#define ZHANJI_FIGURES_PACKED_H

#include <stdatomic.h>

#include "collector/base/buffer.h"
#include "collector/consensus/smoother.h"

/*
 * The knots of one item as they lie in memory and in the database: pieces of CHUNK_DAYS, each a
 * form, the number of options, and rows of
 *   first day since the row before (zigzag), days more than one, reports, fresh reporters, mask of
 *   log likelihoods that are not 0, those, mask of weights that are not 0, those.
 * Integers are LEB128. Real numbers are floats, little-endian: a knot of three options takes about
 * 25 bytes. (Form 1, read only, had 8 bytes each.) Every figure is read from these, so that what
 * was published and what anyone computes again are the same.
 */
enum {
    CHUNK_DAYS = 32
};

struct packed_piece {
    int64_t number;    /* its days / CHUNK_DAYS */
    size_t offset;     /* its first byte */
    uint32_t count;    /* knots */
    double first_time; /* of its first knot */
    double lead;       /* the greatest time − begin of its knots */
    double least;      /* the least begin */
    struct begun sum;  /* of its knots; time is that of the last */
};

/* Immutable and counted. */
struct packed_knots {
    atomic_uint references;
    int options;
    size_t count; /* knots */
    double lead;  /* the greatest time − begin of a knot */
    double begin; /* the least; NAN without any */
    size_t piece_count, length;
    struct packed_piece *pieces; /* and one more, whose offset is the length */
    uint8_t *bytes;
};

/* The number of the piece that a time lies in. */
int64_t packed_number(double time);
/* Rounds the knots to what they are packed as. */
NODISCARD struct packed_knots *packed_create(struct knots *knots);
struct packed_knots *packed_hold(struct packed_knots *packed);
void packed_drop(struct packed_knots *packed);
NODISCARD bool packed_equal(const struct packed_knots *left, const struct packed_knots *right);
/* The same with other knots, which are rounded too, in place of the pieces of these numbers. */
NODISCARD struct packed_knots *packed_replace(const struct packed_knots *packed, int64_t first,
                                              int64_t end, struct knots *knots);
/* What has begun by the end of the first `end` pieces. */
struct begun packed_begun(const struct packed_knots *packed, size_t end);
/* The knots of some pieces; knots_finish them. */
void packed_unpack(const struct packed_knots *packed, size_t first, size_t end,
                   struct knots *knots_out);
size_t packed_piece_length(const struct packed_knots *packed, size_t piece);

/* Gathers pieces that were stored, in order of their numbers. False if the bytes are none. */
struct packed_builder {
    struct packed_knots *packed; /* NULL: nothing yet */
    size_t capacity, piece_capacity;
};

NODISCARD bool packed_gather(struct packed_builder *builder, int options, int64_t number,
                             const void *bytes, size_t length);
/* The result, also of nothing; the builder is empty again. */
NODISCARD struct packed_knots *packed_gathered_take(struct packed_builder *builder, int options);

#endif
