#include "collector/consensus/mixture.h"

#include <math.h>

#include "collector/consensus/kernel.h"
#include "collector/consensus/lanes.h"

/* The loop over the reporters, with four points side by side. */
enum {
    VECTORS = MIXTURE_POINTS / LANES
};

_Static_assert(MIXTURE_POINTS % LANES == 0, "points fill their vectors");

static const double prior_reporters = 20; /* T */
static const double most_reports = 60;
static const double least_log = -700;
static const double cell_variance = MIXTURE_CELL * MIXTURE_CELL / 12;

/* p_r, normalised. */
UNROLLED void read_record(const struct mixture *mixture, double right, double wrong, lanes *chance)
{
    lanes greatest = lanes_all(-HUGE_VAL);
    lanes sum = lanes_all(0);
    for (int v = 0; v < VECTORS; v++) {
        chance[v] = right * lanes_load(mixture->log_right + v * LANES) +
                    wrong * lanes_load(mixture->log_wrong + v * LANES);
        greatest = lanes_greater(greatest, chance[v]);
    }
    greatest = lanes_greater(greatest, __builtin_shufflevector(greatest, greatest, 2, 3, 0, 1));
    greatest = lanes_greater(greatest, __builtin_shufflevector(greatest, greatest, 1, 0, 3, 2));
    for (int v = 0; v < VECTORS; v++) {
        lanes exponent = lanes_greater(chance[v] - greatest, lanes_all(least_log));
        chance[v] = lanes_load(mixture->share + v * LANES) * lanes_exp(exponent);
        sum += chance[v];
    }
    lanes scale = 1 / lanes_sum(sum);
    for (int v = 0; v < VECTORS; v++)
        chance[v] *= scale;
}

/* The Beta that p_r is like, with the rest of the record. */
UNROLLED void finish_record(const struct mixture *mixture, const lanes *chance, double correct,
                            double all, double *accuracy, double *trials)
{
    lanes first = lanes_all(0);
    lanes second = lanes_all(0);
    for (int v = 0; v < VECTORS; v++) {
        lanes point = lanes_load(mixture->point + v * LANES);
        first += chance[v] * point;
        second += chance[v] * point * point;
    }
    double mean = lanes_sum(first)[0];
    double variance = fmax(0, lanes_sum(second)[0] - mean * mean) + cell_variance;
    double known = mean * (1 - mean) / variance - 1;
    *trials = known + all;
    *accuracy = fmax(MIXTURE_LEAST, (known * mean + correct) / *trials);
}

void KERNEL(mixture_step)(struct mixture *mixture, const struct records *records)
{
    lanes sums[VECTORS] = {lanes_all(0)};
    double sum = prior_reporters;
    for (size_t r = 0; r <= records->reporters; r++) {
        lanes chance[VECTORS];
        double all = records->all[r];
        double correct = fmin(records->correct[r], all);
        double part = all > most_reports ? most_reports / all : 1;
        read_record(mixture, part * correct, part * (all - correct), chance);
        finish_record(mixture, chance, (1 - part) * correct, (1 - part) * all,
                      &records->accuracy[r], &records->trials[r]);
        if (r == records->reporters || !(all > 0))
            continue;
        sum += 1;
        for (int v = 0; v < VECTORS; v++)
            sums[v] += chance[v];
    }
    for (int v = 0; v < VECTORS; v++) {
        sums[v] += prior_reporters * lanes_load(mixture->prior + v * LANES);
        lanes_store(mixture->share + v * LANES, sums[v] / sum);
    }
}
