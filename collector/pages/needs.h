#ifndef ZHANJI_PAGES_NEEDS_H
#define ZHANJI_PAGES_NEEDS_H

#include "collector/figures/view.h"

/* Why a station waits for somebody to go there. */
enum need {
    NEED_NONE, /* known from visits that are young and agree */
    NEED_DISPUTED,
    NEED_STALE,
    NEED_NEVER,   /* nobody was ever there */
    NEED_INFERRED /* somebody was, but what holds now is inferred */
};

enum need need_of(const struct station_state *state);

/*
 * What one visit by a reporter of the survey's accuracy is expected to teach about the questions
 * that make the status, in bits: the sum over them of the mutual information of the answer that is
 * given and the one that is true (Lindley, "On a Measure of the Information Provided by an
 * Experiment", 1956), errors spread evenly. 0 where nothing is to be learned.
 */
double need_bits(const struct survey *survey, const struct station_state *state);

#endif
