#ifndef ZHANJI_CONSENSUS_MIXTURE_H
#define ZHANJI_CONSENSUS_MIXTURE_H

#include <stddef.h>

/*
 * How accurate the reporters of a large set are, learned from all of them (empirical Bayes: Robbins,
 * Third Berkeley Symposium, 1956). The honest, the careless and the lying are no single Beta: their
 * accuracies have any distribution F over 16 points x_g, found by EM (Laird, JASA 73, 1978),
 *   p_r(g) ∝ F_g·x_g^c·(1 − x_g)^(n − c),  F_g ← (Σ_r p_r(g) + T·B_g)/(R + T),
 * for R reporters of whose n reports c = Σ correct are expected to be right; B is the prior
 * Beta(A·m, A·(1 − m)) at the points, worth T = 20 reporters. A reporter's accuracy is the mean of
 * x under p_r.
 * The points begin at 1/8. Who seems never to be right lies on purpose, mostly with others, and
 * many who tell one lie are not as many independent witnesses against it.
 * The points are too far apart for a record of more than 60 reports: of those as many count here
 * as its share, and the rest goes on from the Beta with the mean and the variance of p_r.
 */
enum {
    MIXTURE_POINTS = 16
};

#define MIXTURE_LEAST 0.125
#define MIXTURE_CELL  ((1 - MIXTURE_LEAST) / MIXTURE_POINTS)

struct mixture {
    double point[MIXTURE_POINTS];     /* x, the middles of equal cells */
    double log_right[MIXTURE_POINTS]; /* log x */
    double log_wrong[MIXTURE_POINTS]; /* log(1 − x) */
    double prior[MIXTURE_POINTS];     /* B */
    double share[MIXTURE_POINTS];     /* F */
};

/* A and m; F = B. */
void mixture_start(double weight, double mean, struct mixture *mixture_out);

/* The records of all reporters, and what follows from them. The last one is all the unnamed: they
 * are no reporter, and say nothing of F. */
struct records {
    size_t reporters; /* and one more in each of these */
    const double *correct, *all;
    double *accuracy; /* the mean of the posterior */
    double *trials;   /* α + β of the Beta with its mean and variance */
};

/* Accuracies from F as it is, and then F from them: one step of EM. */
void mixture_step(struct mixture *mixture, const struct records *records);

#endif
