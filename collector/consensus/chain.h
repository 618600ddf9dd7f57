#ifndef ZHANJI_CONSENSUS_CHAIN_H
#define ZHANJI_CONSENSUS_CHAIN_H

#include "collector/consensus/consensus.h"

/*
 * A restart chain in irregular time (consensus.md §2): at rate λ(t) the state is drawn anew from
 * g(t,·), both constant on pieces. With L(t) = ∫λ and G_l(t) = ∫ λ(s) g(s,l) e^{L(s)} ds, for
 * t1 < t2:  keep = e^{−(L2−L1)},  moved_l = e^{−L2}·(G_l(t2) − G_l(t1)).
 * (The solution of the Kolmogorov forward equation p' = λ(t)(g(t) − p); exact for any gap.)
 * So that e^{L} stays small, G starts anew at the first piece of each block of at most
 * CHAIN_BLOCK of hazard, and steps across blocks are composed:
 * keep = keep1·keep2, moved = keep2·moved1 + moved2.
 */
#define CHAIN_BLOCK 20.0

/* A stretch of time from `begin` to the next piece's; the last has no end. */
struct piece {
    double begin;
    double rate;    /* λ, per day */
    double hazard;  /* L at begin, from the first piece on */
    uint32_t block; /* the first piece of its block */
};

struct chain {
    int options;
    size_t count;
    struct piece *pieces;
    double *target; /* count × options: g */
    double *grown;  /* count × options: G at begin, from the block's beginning on */
};

void chain_finish(struct chain *chain);
/* Fills hazard, block and grown (which has its room) once begin, rate and target are set; a block
 * has at most `most` of hazard (CHAIN_BLOCK), or is a single piece. */
void chain_tabulate(struct chain *chain, double most);
/* The piece that holds a time; the first for all earlier times. */
size_t chain_piece(const struct chain *chain, double time);
/* L at a time; 0 before the first piece. */
double chain_hazard(const struct chain *chain, double time);
/* The time at which L reaches a value: the inverse of chain_hazard (first such time). */
double chain_time(const struct chain *chain, double hazard);
/* As dynamics_step. */
void chain_step(const struct chain *chain, double from, double to, double *step_out);

#endif
