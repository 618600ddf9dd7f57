#ifndef ZHANJI_SURVEY_DECLARE_H
#define ZHANJI_SURVEY_DECLARE_H

#include "collector/survey/pool.h"
#include "collector/survey/reader.h"

/* The steps of survey_load, in their order. Each fills its members of the survey or gives the
 * fault with its place. */
NODISCARD bool declare_survey(struct survey *survey, const struct source *source,
                              struct error *error);
NODISCARD bool declare_statuses(struct survey *survey, struct reader *reader);
NODISCARD bool declare_conditions(struct survey *survey, struct reader *reader);
NODISCARD bool declare_texts(struct survey *survey, struct reader *reader);
NODISCARD bool declare_places(struct survey *survey, const struct source *source,
                              struct error *error);
NODISCARD bool declare_notices(struct survey *survey, const struct source *source,
                               struct error *error);

#endif
