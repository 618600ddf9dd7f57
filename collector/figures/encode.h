#ifndef ZHANJI_FIGURES_ENCODE_H
#define ZHANJI_FIGURES_ENCODE_H

#include "collector/consensus/smoother.h"
#include "collector/figures/observe.h"

/* Room for so many more. */
void knots_reserve(struct knots *knots, size_t count);
/* Pieces of knots and arrivals as bytes. Decoding appends; bytes that are no such piece are
 * refused. Options that a piece lacks count as least likely. */
void knots_encode(const struct knots *knots, size_t first, size_t count, struct buffer *buffer);
/* Rounds to what comes back from there. */
void knots_round(struct knots *knots);
NODISCARD bool knots_decode(const void *bytes, size_t length, struct knots *knots);
/* The same where there is room for them. */
NODISCARD bool knots_decode_reserved(const void *bytes, size_t length, struct knots *knots);
void arrivals_encode(const struct arrivals *arrivals, size_t first, size_t count,
                     struct buffer *buffer);
NODISCARD bool arrivals_decode(const void *bytes, size_t length, struct arrivals *arrivals);

#endif
