#ifndef ZHANJI_TESTS_BENCH_KNOWN_H
#define ZHANJI_TESTS_BENCH_KNOWN_H

#include "collector/aggregate/data.h"

/* What tests/bench/simulate wrote down about the reports in its folder. These read it for a bench:
 * they exit with a message if they can't. */

/* The accuracy of each reporter; NAN: of one who lies together with others. The caller's. */
double *known_accuracies(const char *folder, const struct data *data);
/* Restarts of truth, and π. hazard_finish it. */
void known_hazard(const char *folder, const struct data *data, struct hazard *hazard_out);

/*
 * What those know who were told the truth of every report but of the item in question: how often
 * each reporter was right elsewhere, and how accuracies are spread over all honest reporters.
 */
struct past;
struct past *past_create(const char *folder, const struct data *data, const double *accuracy);
void past_destroy(struct past *past);
/* The mean accuracy given the record elsewhere, for the reporters of an item; others and those who
 * lie together keep theirs. */
void past_expect(const struct past *past, size_t item, double *accuracy);

#endif
