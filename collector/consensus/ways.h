#ifndef ZHANJI_CONSENSUS_WAYS_H
#define ZHANJI_CONSENSUS_WAYS_H

#include "collector/consensus/still_state.h"

/* The M step of static models, reporter by reporter: log θ of rows from their counts. */

/* What an accuracy is likely to be before anything is known of it: Beta(A·m, A·(1 − m)). */
struct accuracy_prior {
    double mean, weight;
};

/* What a reporter did in one difficulty; where nobody asks how difficult items are, with what is
 * known by other questions. */
static inline struct tally ways_tally(const struct still *still, size_t reporter, size_t difficulty)
{
    const uint32_t *first = still->labels->first_row + reporter;
    bool one = still->kind.difficulties == 1 && still->labels->of.elsewhere;
    struct tally tally = one ? still->labels->of.elsewhere[reporter] : (struct tally){0};
    for (size_t row = first[0]; row < first[1]; row++) {
        const double *count = still->counts + row * still->states + difficulty * still->options;
        tally.all = still_sum(tally.all, count, still->options, still->options > STILL_FEW);
        tally.correct += count[still->labels->answer[row]];
    }
    return tally;
}

/* Σ_r N into `pooled`. */
void ways_pool(struct still *still);
/* The logarithms of a table, which may be the same. */
void ways_log(const double *chance, size_t options, double *log_chance);
/* Of coins; the table of ν has its logarithms. */
void ways_coin(struct still *still, const struct accuracy_prior *prior);
/* Of confusions, in one difficulty. */
void ways_own(struct still *still, size_t difficulty, const struct accuracy_prior *prior);

#endif
