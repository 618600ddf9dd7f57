#ifndef ZHANJI_FIGURES_STATION_H
#define ZHANJI_FIGURES_STATION_H

#include "collector/figures/place.h"
#include "collector/figures/view.h"

/* The rules that make one station out of its questions (design §4, §6). */

struct verdict {
    int status;
    enum standing standing;
    double confidence; /* NAN where the status is unknown or not_open */
    bool visited;
};

/* Before a station has opened nothing is inferred about it. */
void station_limit(const struct place *place, int32_t as_of, struct reading *reading);
/* Readings of the status questions at the end of a day; the others are left as they are. */
void station_read_status(const struct place *place, int32_t as_of, struct reading *readings_out);
/* The status of the questions that are known; readings are by question. */
void station_judge(const struct survey *survey, int station, int32_t as_of,
                   const struct reading *readings, struct verdict *verdict_out);
void station_conditions(const struct survey *survey, const struct reading *readings,
                        enum truth *conditions_out, enum truth *all_out);
/* Everything but history and pending. */
void station_state(const struct place *place, int32_t as_of, struct station_state *state_out);
/* The same of readings that are there already, without p. */
void station_state_of(const struct place *place, int32_t as_of, const struct reading *readings,
                      struct station_state *state_out);
/* The status that known answers have together; -1 in `statuses` says nothing. */
int station_status(const struct survey *survey, const int *statuses, int count);

/* A question's history as timeline_merge takes it. */
struct question_history {
    const struct segment *segments;
    size_t count;
    double begins; /* where knowledge begins; NAN if nothing is known */
};

/* The station's history, made of its status questions' (design §6); as of
 * `now` in days; the caller frees it. */
size_t timeline_merge(const struct survey *survey, int station,
                      const struct question_history *histories, double now,
                      struct station_segment **segments_out);
#endif
