#include "collector/pages/needs.h"

#include <math.h>

enum need need_of(const struct station_state *state)
{
    switch (state->standing) {
    case STANDING_CONFIRMED:
    case STANDING_LIKELY:
        return NEED_NONE;
    case STANDING_DISPUTED:
        return NEED_DISPUTED;
    case STANDING_STALE:
        return NEED_STALE;
    case STANDING_INFERRED:
    case STANDING_UNKNOWN:
        break;
    }
    return state->last_visit == DAY_NONE ? NEED_NEVER : NEED_INFERRED;
}

static double plogp(double p)
{
    return p > 0 ? -p * log2(p) : 0;
}

/* The entropy of the answer before it is given, less what stays open when the truth is known. */
static double question_bits(const double *p, int options, double accuracy)
{
    double error = (1 - accuracy) / (options - 1);
    double open = plogp(accuracy) + (options - 1) * plogp(error);
    double before = 0;
    for (int i = 0; i < options; i++)
        before += plogp(p[i] * accuracy + (1 - p[i]) * error);
    return fmax(before - open, 0);
}

double need_bits(const struct survey *survey, const struct station_state *state)
{
    double bits = 0;
    if (state->status == survey->status_not_open)
        return 0;
    for (int q = 0; q < survey->question_count; q++) {
        const struct survey_question *question = &survey->questions[q];
        if (question->for_status && question->option_count > 1)
            bits += question_bits(state->questions[q].p, question->option_count,
                                  survey->reporter_accuracy);
    }
    return bits;
}
