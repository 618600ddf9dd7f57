#ifndef ZHANJI_BENCH_CROWD_FAMILIES_H
#define ZHANJI_BENCH_CROWD_FAMILIES_H

#include <stddef.h>

/*
 * What crowds of labellers are like: a shape (items, reporters, labels, options; near that of a
 * set people know) and the ways of erring that the literature describes, alone or together.
 */
enum {
    OPTIONS_MAX = 200
};

/* How a reporter's errors are directed. */
enum way {
    ONE_COIN,  /* any wrong answer alike, one accuracy (Ghosh, Kale and McAfee, EC 2011) */
    DIRECTED,  /* the same usual wrong answers for everybody */
    CONFUSION, /* a confusion of one's own (Dawid and Skene 1979) */
    COMMUNITY, /* that of a community, nearly (Venanzi et al., WWW 2014) */
    BIASED,    /* a liking for some answers, whatever the truth (Welinder et al., NIPS 2010) */
    ORDERED    /* answers are grades: the nearer the likelier, some people strict, some lenient */
};

struct family {
    const char *name;
    size_t items, reporters;
    double each; /* labels an item, the mean */
    int options;
    double rarity; /* class k is as frequent as rarity^k: 1 for classes alike */
    double heavy;  /* labels a reporter fall as u^−heavy: 0 for all alike */
    enum way way;
    double accuracy, alike; /* the mean of a beta distribution and its weight */
    double difficulty; /* σ of the logarithm of an item's ease (Whitehill et al., NIPS 2009) */
    double traps;      /* share of items where most give one and the same wrong answer */
    double guessing, constant, contrary; /* shares of reporters who do not look, or lie */
    size_t questions; /* in turn, each with answers of its own; 0: one, without a column */
};

static const struct family families[] = {
    {"bluebird", 108, 39, 39, 2, 0.8, 0, BIASED, 0.7, 8, 0.5, 0, 0.05, 0, 0.05, 0},
    {"coin", 800, 160, 10, 2, 1, 0.6, ONE_COIN, 0.8, 6, 0, 0, 0.05, 0, 0.05, 0},
    {"coin-thin", 2000, 700, 3, 2, 1, 0.3, ONE_COIN, 0.75, 8, 0, 0, 0.1, 0, 0, 0},
    {"coin-many", 700, 50, 4.2, 10, 1, 0.6, ONE_COIN, 0.6, 5, 0, 0, 0.05, 0.02, 0, 0},
    {"directed-many", 700, 50, 4.2, 10, 1, 0.6, DIRECTED, 0.6, 5, 0, 0, 0.05, 0.02, 0, 0},
    {"confusion", 800, 50, 10, 4, 1, 0.6, CONFUSION, 0.65, 5, 0, 0, 0, 0, 0, 0},
    {"confusion-thin", 2000, 300, 4, 4, 0.8, 0.6, CONFUSION, 0.65, 5, 0, 0, 0.05, 0.02, 0, 0},
    {"confusion-many", 3000, 100, 5, 16, 0.9, 0.8, CONFUSION, 0.6, 5, 0, 0, 0.05, 0, 0, 0},
    {"forty", 1500, 100, 4, 40, 0.95, 0.6, DIRECTED, 0.45, 4, 0.5, 0, 0.1, 0.05, 0, 0},
    {"two-hundred", 1500, 60, 3, 200, 0.98, 0.8, DIRECTED, 0.45, 4, 0, 0, 0.1, 0.05, 0, 0},
    {"quiz", 1200, 100, 5, 4, 1, 0.5, ONE_COIN, 0.5, 3, 0, 0, 0.1, 0.05, 0, 400},
    {"quizzes", 1200, 100, 5, 4, 0.8, 0.5, CONFUSION, 0.5, 3, 0, 0, 0.1, 0.05, 0, 40},
    {"glad", 1000, 100, 8, 2, 1, 0.5, ONE_COIN, 0.75, 8, 1, 0, 0.05, 0, 0, 0},
    {"glad-web", 2600, 170, 6, 5, 1, 0.8, DIRECTED, 0.6, 5, 1, 0, 0.1, 0.02, 0, 0},
    {"biased", 1000, 100, 6, 2, 0.5, 0.6, BIASED, 0.75, 6, 0, 0, 0, 0, 0, 0},
    {"biased-many", 1000, 60, 6, 5, 0.8, 0.6, BIASED, 0.65, 6, 0, 0, 0, 0, 0, 0},
    {"community", 1500, 200, 5, 4, 0.8, 0.4, COMMUNITY, 0.6, 20, 0, 0, 0, 0, 0, 0},
    {"community-thin", 600, 400, 5, 5, 0.8, 0, COMMUNITY, 0.6, 20, 0, 0, 0, 0, 0, 0},
    {"spammed", 1000, 100, 6, 2, 1, 0.6, ONE_COIN, 0.85, 10, 0, 0, 0.4, 0.2, 0, 0},
    {"spammed-many", 1000, 100, 6, 5, 0.8, 0.6, DIRECTED, 0.75, 8, 0, 0, 0.3, 0.2, 0, 0},
    {"contrary", 1000, 100, 7, 2, 1, 0.6, ONE_COIN, 0.8, 10, 0, 0, 0.1, 0, 0.25, 0},
    {"traps", 2000, 75, 6, 2, 1, 0.8, ONE_COIN, 0.85, 8, 0, 0.12, 0.05, 0, 0.02, 0},
    {"traps-many", 2600, 170, 6, 5, 1, 0.8, ONE_COIN, 0.7, 6, 0.5, 0.12, 0.05, 0, 0, 0},
    {"single", 3000, 60, 1.3, 3, 0.8, 0.5, CONFUSION, 0.7, 6, 0, 0, 0, 0, 0, 0},
    {"rare", 8000, 170, 3, 2, 0.01, 0.6, BIASED, 0.9, 15, 0, 0, 0, 0, 0, 0},
    {"product", 8000, 170, 3, 2, 0.14, 0.6, CONFUSION, 0.85, 8, 0.3, 0, 0.02, 0.02, 0, 0},
    {"few-each", 300, 460, 5.7, 5, 0.8, 0, DIRECTED, 0.75, 8, 0.5, 0, 0.1, 0, 0, 0},
    {"few-each-own", 300, 460, 5.7, 5, 0.8, 0, CONFUSION, 0.75, 8, 0.5, 0, 0.1, 0, 0, 0},
    {"few-each-skewed", 300, 460, 5.7, 5, 0.4, 0.4, BIASED, 0.75, 8, 0.5, 0, 0.1, 0.05, 0, 0},
    {"relevance", 8000, 500, 4.8, 4, 0.7, 0.8, CONFUSION, 0.5, 4, 1, 0.05, 0.15, 0.05, 0.02, 0},
    {"adult", 4000, 300, 8, 4, 0.6, 0.9, DIRECTED, 0.7, 6, 0.5, 0.02, 0.1, 0.05, 0, 0},
    {"faces", 580, 27, 9, 4, 0.9, 0.3, DIRECTED, 0.6, 8, 0.8, 0.1, 0, 0, 0, 0},
    {"sentiment", 5000, 200, 5.5, 2, 1, 0.8, ONE_COIN, 0.8, 8, 0.5, 0.03, 0.05, 0.01, 0, 0},
    {"graded", 1500, 120, 6, 5, 0.8, 0.8, ORDERED, 0.6, 8, 0, 0, 0.1, 0.02, 0, 0},
    {"few-each-graded", 300, 460, 5.7, 5, 0.8, 0, ORDERED, 0.65, 8, 0, 0, 0.05, 0, 0, 0},
    {"tiny", 60, 12, 5, 3, 1, 0, DIRECTED, 0.7, 6, 0, 0, 0.1, 0, 0, 0},
    {"two-each", 3000, 150, 2, 4, 0.7, 0.6, DIRECTED, 0.7, 6, 0, 0, 0.1, 0, 0, 0},
    {"mostly-spam", 1000, 200, 8, 3, 1, 0.6, ONE_COIN, 0.9, 15, 0, 0, 0.5, 0.15, 0, 0},
    {"repeated", 500, 140, 20, 2, 1, 0.6, ONE_COIN, 0.75, 6, 0.8, 0.05, 0.1, 0.02, 0.02, 0},
};

#endif
