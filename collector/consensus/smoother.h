#ifndef ZHANJI_CONSENSUS_SMOOTHER_H
#define ZHANJI_CONSENSUS_SMOOTHER_H

#include "collector/consensus/dynamics.h"

/*
 * Forward–backward over the knots of one item (Rabiner, "A tutorial on hidden Markov models",
 * Proc. IEEE 77(2), 1989, §III–V), for the chain's steps (keep, moved):
 *   x_k = (keep·α_{j−1,k} + moved_k)·Lik_j(k),  c_j = Σ x,  α_j = x/c_j
 *   b_k = Lik_j(k)·β_{j,k}/s_j,  β_{j−1,k} = keep·b_k + Σ_l moved_l b_l,  β_n = 1
 * s_j is chosen so that the greatest β is 1 (any scale will do: posteriors are normalised).
 * α, β and Lik have floors far below anything that shows in a figure, so that no contradiction,
 * however total, leaves nothing to normalise.
 */
#define SMOOTHER_FLOOR 1e-150

/* What has been seen once the knots up to one have begun (in order of beginning). */
struct begun {
    double begin;
    double time; /* the latest among them */
    double end;  /* of that one */
    double weight;
    uint32_t reports, reporters;
};

/* What lies beside a stretch of an item's knots, as the smoother of all of them has it. */
struct smoother_edges {
    bool has_before, has_after;
    double time;            /* of the knot before */
    const double *forward;  /* α there */
    const double *backward; /* β at the stretch's last knot */
    struct begun begun;     /* all before, of which all have begun */
    double lead;            /* of all */
};

enum {
    SMOOTHER_RECENT_DAYS = 180 /* how far back a reading looks (consensus.md §6) */
};

/* But only where p is below this. */
#define SMOOTHER_CLEAR 0.9

/* The smoother of a stretch: reads any moment that is more than SMOOTHER_RECENT_DAYS after the
 * knot before, not after the last knot (if there are others after it), and by which none after it
 * has begun; to the bit as the smoother of all, but for the order of the sums in `begun`. */
NODISCARD struct smoother *smoother_create_part(const struct knots *knots,
                                                const struct dynamics *dynamics,
                                                const struct smoother_edges *edges);

struct smoother {
    const struct knots *knots;
    const struct dynamics *dynamics;
    double *rows;       /* owned; the next seven lie in it */
    double *likelihood; /* count × options */
    double *forward;    /* count × options: α */
    double *backward;   /* count × options: β */
    double *scale;      /* count: s; none for the first of all */
    double *steps;      /* count × (1 + options): keep and moved of the step into each knot */
    double *entry;      /* α where the chain comes from */
    double *back;       /* β at the knot before, if there is one */
    struct begun *begun;
    double lead; /* the greatest time − begin of a knot */
    double from; /* where the chain comes from */
    struct begun before;
    bool has_before, has_after; /* it is a stretch's */
};

/* The vector carried over a step (keep, moved): keep·from + moved, and β before one that ends in
 * evidence: keep·b + Σ moved·b with b = likelihood·after. */
void smoother_carry(const double *step, const double *from, int options, double *carried);
void smoother_back(const double *step, const double *likelihood, const double *after, int options,
                   double *before);
/* The first knot later than a time; count if there is none. */
size_t smoother_after(const struct smoother *smoother, double time);
/* Posterior at any time over a given chain (the smoother's own, or the plain one): forward times
 * backward inside the gap. */
void smoother_posterior(const struct smoother *smoother, const struct chain *chain, double time,
                        double *posterior);
/* Rows for so many knots, to be filled by who asks for them. */
void smoother_reserve(struct smoother *smoother, size_t count, size_t options);
/* Fills `begun`. */
void smoother_count_begun(struct smoother *smoother);
/* The last of `begun` that began before a moment; NULL if none did. */
const struct begun *smoother_begun(const struct smoother *smoother, double moment);

/* As fmax, of numbers, and inlined. */
static inline double greater(double a, double b)
{
    return a > b ? a : b;
}

void vector_normalise(double *vector, int options);
int vector_best(const double *vector, int options);

#endif
