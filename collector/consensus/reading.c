#include "collector/consensus/smoother.h"

#include <math.h>

static const double least_known = 0.6;
static const double least_confirmed = SMOOTHER_CLEAR;
static const double least_weight = 0.5;
static const double stale_days = SMOOTHER_RECENT_DAYS;
static const double least_keep = 0.9;
static const double full_report = 1 - 1e-6; /* three thirds are one, however they were rounded */
static const double greatest_shown = 0.97;

const char *standing_name(enum standing standing)
{
    static const char *const names[] = {"confirmed", "likely",   "stale",
                                        "inferred",  "disputed", "unknown"};
    return names[standing];
}

/* Whether two sides have each a full report's weight in the last 180 days. */
static bool is_contradicted(const struct smoother *smoother, double moment, int best)
{
    const struct knots *knots = smoother->knots;
    double agree = 0;
    double against = 0;
    for (size_t j = smoother_after(smoother, moment - stale_days); j < knots->count; j++) {
        if (knots->at[j].time >= moment + smoother->lead)
            break;
        const double *weight = knots->weight + j * (size_t)knots->options;
        for (int k = 0; knots->at[j].begin < moment && k < knots->options; k++)
            *(k == best ? &agree : &against) += weight[k];
    }
    return agree >= full_report && against >= full_report;
}

/* Whether the answer rests on an assertion or a citywide change after the last visit: without it
 * the answer would differ or be unknown (consensus.md §6). */
static bool is_inferred(const struct smoother *smoother, double moment, const struct begun *seen,
                        const struct reading *reading, double p)
{
    const struct dynamics *dynamics = smoother->dynamics;
    if (p < least_known)
        return false;
    if (!seen)
        return true;
    if (dynamics->plain.count == 0 || seen->time > moment)
        return false;
    UNCLEARED double without[CONSENSUS_OPTIONS_MAX];
    smoother_posterior(smoother, dynamics_plain(dynamics), moment, without);
    int best = vector_best(without, dynamics->options);
    return best != reading->best || without[best] < least_known;
}

static bool is_stale(const struct smoother *smoother, double moment, const struct begun *seen)
{
    UNCLEARED double step[1 + CONSENSUS_OPTIONS_MAX];
    dynamics_step(smoother->dynamics, seen->time, fmax(moment, seen->time), step);
    return moment - seen->time > stale_days || step[0] < least_keep;
}

/* `seen` is NULL while there was no visit, but an assertion; p is the best answer's. */
static enum standing judge(const struct smoother *smoother, double moment, const struct begun *seen,
                           const struct reading *reading, double p)
{
    bool asserted = smoother->dynamics->first_assertion < moment;
    if (reading->effective_weight < least_weight && !asserted)
        return STANDING_UNKNOWN;
    if (is_inferred(smoother, moment, seen, reading, p))
        return STANDING_INFERRED;
    if (!seen) {
        /* An assertion has faded and nobody has ever looked: no record, and nothing to dispute. */
        return STANDING_UNKNOWN;
    }
    if (is_stale(smoother, moment, seen))
        return STANDING_STALE;
    if (p < least_confirmed && is_contradicted(smoother, moment, reading->best))
        return STANDING_DISPUTED;
    if (p >= least_confirmed && reading->reporters >= 2)
        return STANDING_CONFIRMED;
    return p >= least_known ? STANDING_LIKELY : STANDING_DISPUTED;
}

static void read_silence(int options, struct reading *reading, double *p)
{
    for (int k = 0; k < options; k++)
        p[k] = 1.0 / options;
    reading->confidence = p[0];
}

void smoother_read(const struct smoother *smoother, double moment, struct reading *reading_out,
                   double *p_out)
{
    const struct begun *seen = smoother_begun(smoother, moment);
    int options = smoother->dynamics->options;
    UNCLEARED double own[CONSENSUS_OPTIONS_MAX];
    double *posterior = p_out ? p_out : own;
    *reading_out = (struct reading){.standing = STANDING_UNKNOWN, .last_visit = (double)NAN};
    if (!seen && !(smoother->dynamics->first_assertion < moment)) {
        read_silence(options, reading_out, posterior);
        return;
    }
    smoother_posterior(smoother, &smoother->dynamics->chain, moment, posterior);
    reading_out->best = vector_best(posterior, options);
    double p = posterior[reading_out->best];
    reading_out->confidence = fmin(p, greatest_shown);
    if (seen) {
        reading_out->effective_weight = seen->weight;
        reading_out->reports = seen->reports;
        reading_out->reporters = seen->reporters;
        reading_out->last_visit = seen->end;
    }
    reading_out->standing = judge(smoother, moment, seen, reading_out, p);
    reading_out->known = reading_out->standing != STANDING_UNKNOWN && p >= least_known;
}
