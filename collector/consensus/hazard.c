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
    GATE_SIDE = 3 /* a week around a bin */
};

void timeline_gather(const struct timeline *timeline, struct sums *sums)
{
    size_t width = sums->options;
    double run[CONSENSUS_OPTIONS_MAX + 1] = {0};
    for (size_t b = 0; b < sums->bins; b++) {
        const double *target = timeline->chain.target + b * width;
        const double *edge = timeline_edge(timeline, b);
        const double *sum = timeline_sum(timeline, b);
        if (timeline->chain.pieces[b].block == b) {
            memset(run, 0, sizeof(run));
        }
        run[width] += sum[2 * width + 1];
        sums->exposure[b] = sum[width] + run[width];
        for (size_t l = 0; l < width; l++) {
            run[l] += sum[width + 1 + l];
            sums->restart[b * width + l] = target[l] * (sum[l] + run[l] * (edge[1] - edge[0]));
            sums->events[b] += sums->restart[b * width + l];
            sums->exposure[b] += run[l] * edge[2 + l];
        }
        sums->exposure[b] = fmax(sums->exposure[b], 0);
    }
}

static int real_compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median_rate(const struct sums *sums)
{
    auto_free double *rates = memory_zeroed(sums->bins, sizeof(*rates));
    size_t count = 0;
    for (size_t b = 0; b < sums->bins; b++) {
        if (sums->exposure[b] > 0) {
            rates[count++] = sums->events[b] / sums->exposure[b];
        }
    }
    qsort(rates, count, sizeof(*rates), real_compare);
    double median = count > 0 ? rates[count / 2] : prior_rate;
    return fmin(fmax(median, 0.1 * prior_rate), 3 * prior_rate);
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
    double pooled[CONSENSUS_OPTIONS_MAX] = {0};
    for (size_t b = 0; b < sums->bins; b++) {
        if (accepted[b]) {
            continue;
        }
        events += sums->events[b];
        exposure += sums->exposure[b];
        for (size_t l = 0; l < sums->options; l++) {
            pooled[l] += sums->restart[b * sums->options + l];
        }
    }
    for (size_t l = 0; l < sums->options; l++) {
        hazard->base_target[l] =
            (pooled[l] + pooled_weight / (double)sums->options) / (events + pooled_weight);
    }
    if (with_rate) {
        hazard->base_rate = (events + 1) / (exposure + 1 / prior_rate);
    }
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

void hazard_update(const struct timeline *timeline, int iteration, struct hazard *hazard)
{
    size_t width = (size_t)timeline->options;
    bool gated = iteration >= FIT_GATE;
    struct sums sums = {timeline->bins, width, NULL, NULL, NULL};
    auto_free double *restart = memory_zeroed(sums.bins * width, sizeof(double));
    auto_free double *exposure = memory_zeroed(sums.bins, sizeof(double));
    auto_free double *events = memory_zeroed(sums.bins, sizeof(double));
    sums.restart = restart;
    sums.exposure = exposure;
    sums.events = events;
    timeline_gather(timeline, &sums);
    for (size_t b = 0; b < sums.bins; b++) {
        hazard->accepted[b] = gated && passes_gate(&sums, b, hazard->base_rate);
    }
    if (!gated) {
        hazard->base_rate = median_rate(&sums);
    }
    pool_bins(&sums, hazard->accepted, gated, hazard);
    for (size_t b = 0; b < sums.bins; b++) {
        if (!gated || hazard->accepted[b]) {
            update_bin(&sums, b, hazard);
        } else {
            share_base(&sums, b, hazard);
        }
    }
}
