#include "collector/consensus/fit_state.h"

#include <math.h>
#include <string.h>

static const double prior_rate = 0.1 / 365;
static const double prior_exposure = 10; /* n0, days at risk */
static const double target_weight = 2;
static const double pooled_weight = 5;
static const double most_probable = 0.98;
static const double gate_events = 8;
static const double gate_factor = 5;

enum {
    GATE_SIDE = 3,   /* a week around a bin */
    SMOOTH_SIDE = 30 /* two months around a bin */
};

static int real_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The median over the bins of R/M. */
static double median_rate(const struct sums *sums)
{
    auto_free double *rates = memory_zeroed(sums->bins, sizeof(*rates));
    size_t count = 0;
    for (size_t b = 0; b < sums->bins; b++)
        if (sums->exposure[b] > 0)
            rates[count++] = sums->events[b] / sums->exposure[b];
    qsort(rates, count, sizeof(*rates), real_compare);
    return count > 0 ? rates[count / 2] : prior_rate;
}

/* The 7 days around a bin have at least max(8, 5 × expected under λ0) restarts. */
static bool passes_gate(const struct sums *sums, size_t bin, double base_rate)
{
    size_t first = bin > GATE_SIDE ? bin - GATE_SIDE : 0;
    size_t last = bin + GATE_SIDE < sums->bins ? bin + GATE_SIDE : sums->bins - 1;
    double events = 0;
    double exposure = 0;
    for (size_t b = first; b <= last; b++) {
        events += sums->events[b];
        exposure += sums->exposure[b];
    }
    return events >= fmax(gate_events, gate_factor * base_rate * exposure);
}

/* λ0 and its target over the bins that are not accepted; g_q = (R + 5/K)/(R + 5). */
static void pool_bins(const struct sums *sums, const uint8_t *accepted, bool with_rate,
                      struct hazard *hazard)
{
    double events = 0;
    double exposure = 0;
    double *pooled = hazard->base_target;
    memset(pooled, 0, sums->options * sizeof(*pooled));
    for (size_t b = 0; b < sums->bins; b++) {
        if (accepted[b])
            continue;
        events += sums->events[b];
        exposure += sums->exposure[b];
        for (size_t l = 0; l < sums->options; l++)
            pooled[l] += sums->restart[b * sums->options + l];
    }
    for (size_t l = 0; l < sums->options; l++)
        pooled[l] = (pooled[l] + pooled_weight / (double)sums->options) / (events + pooled_weight);
    if (with_rate)
        hazard->base_rate = (events + 1) / (exposure + 1 / prior_rate);
}

static void update_bin(const struct sums *sums, size_t bin, struct hazard *hazard)
{
    double events = sums->events[bin];
    double probability =
        (events + prior_exposure * hazard->base_rate) / (sums->exposure[bin] + prior_exposure);
    hazard->rate[bin] = -log1p(-fmin(probability, most_probable));
    for (size_t l = 0; l < sums->options; l++) {
        size_t cell = bin * sums->options + l;
        hazard->target[cell] = (sums->restart[cell] + target_weight * hazard->base_target[l]) /
                               (events + target_weight);
    }
}

static void share_base(const struct sums *sums, size_t bin, struct hazard *hazard)
{
    hazard->rate[bin] = hazard->base_rate;
    memcpy(hazard->target + bin * sums->options, hazard->base_target,
           sums->options * sizeof(double));
}

/* Before the gate: every bin its own rate. */
static void learn_bins(const struct sums *sums, struct hazard *hazard)
{
    hazard->base_rate = fmin(fmax(median_rate(sums), 0.1 * prior_rate), 3 * prior_rate);
    pool_bins(sums, hazard->accepted, false, hazard);
    for (size_t b = 0; b < sums->bins; b++)
        update_bin(sums, b, hazard);
}

/* Running means over two months; what they replace is kept. */
static void smooth_bins(const struct sums *sums, struct rough *rough, struct hazard *hazard)
{
    size_t width = sums->options;
    struct sums window = {1, width, NULL, NULL, NULL};
    auto_free double *means = memory_zeroed(width + 2, sizeof(double));
    window.restart = means + 2;
    window.exposure = means;
    window.events = means + 1;
    *rough = (struct rough){TAKE(hazard->rate), TAKE(hazard->target)};
    hazard->rate = memory_zeroed(sums->bins, sizeof(double));
    hazard->target = memory_zeroed(sums->bins * width, sizeof(double));
    learn_bins(sums, hazard);
    for (size_t b = 0; b < sums->bins; b++) {
        size_t first = b > SMOOTH_SIDE ? b - SMOOTH_SIDE : 0;
        size_t last = b + SMOOTH_SIDE < sums->bins ? b + SMOOTH_SIDE : sums->bins - 1;
        memset(means, 0, (width + 2) * sizeof(double));
        for (size_t c = first; c <= last; c++) {
            means[0] += sums->exposure[c];
            means[1] += sums->events[c];
            for (size_t l = 0; l < width; l++)
                means[2 + l] += sums->restart[c * width + l];
        }
        struct hazard bin = *hazard;
        bin.rate += b;
        bin.target += b * width;
        update_bin(&window, 0, &bin);
    }
}

/* What passes the gate by the smooth rates gets back what it had learned. */
static void admit_bins(const struct sums *sums, struct rough *rough, struct hazard *hazard)
{
    size_t width = sums->options;
    double median = median_rate(sums);
    for (size_t b = 0; b < sums->bins; b++)
        hazard->accepted[b] = passes_gate(sums, b, median);
    pool_bins(sums, hazard->accepted, true, hazard);
    for (size_t b = 0; b < sums->bins; b++) {
        if (!hazard->accepted[b]) {
            share_base(sums, b, hazard);
            continue;
        }
        hazard->rate[b] = rough->rate[b];
        memcpy(hazard->target + b * width, rough->target + b * width, width * sizeof(double));
    }
    rough_finish(rough);
}

static void gate_bins(const struct sums *sums, struct hazard *hazard)
{
    for (size_t b = 0; b < sums->bins; b++)
        hazard->accepted[b] = passes_gate(sums, b, hazard->base_rate);
    pool_bins(sums, hazard->accepted, true, hazard);
    for (size_t b = 0; b < sums->bins; b++)
        if (hazard->accepted[b])
            update_bin(sums, b, hazard);
        else
            share_base(sums, b, hazard);
}

void rough_finish(struct rough *rough)
{
    free(rough->rate);
    free(rough->target);
    *rough = (struct rough){0};
}

void hazard_update(const struct timeline *timeline, int iteration, struct rough *rough,
                   struct hazard *hazard)
{
    size_t width = (size_t)timeline->options;
    struct sums sums = {timeline->bins, width, NULL, NULL, NULL};
    auto_free double *restart = memory_zeroed(sums.bins * width, sizeof(double));
    auto_free double *exposure = memory_zeroed(sums.bins, sizeof(double));
    auto_free double *events = memory_zeroed(sums.bins, sizeof(double));
    sums.restart = restart;
    sums.exposure = exposure;
    sums.events = events;
    timeline_gather(timeline, &sums);
    if (iteration < FIT_SMOOTH)
        learn_bins(&sums, hazard);
    else if (iteration == FIT_SMOOTH)
        smooth_bins(&sums, rough, hazard);
    else if (iteration == FIT_GATE)
        admit_bins(&sums, rough, hazard);
    else
        gate_bins(&sums, hazard);
}
