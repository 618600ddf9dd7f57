#ifndef ZHANJI_FIGURES_PRINT_H
#define ZHANJI_FIGURES_PRINT_H

#include "collector/figures/view.h"

/* The JSON forms of design §6. All append. */

void print_string(struct buffer *buffer, const char *text);
void print_text(struct buffer *buffer, const struct text *text); /* {"zh","en"} */
/* At most 4 decimals; null for NAN. */
void print_number(struct buffer *buffer, double value);
void print_day(struct buffer *buffer, int32_t day); /* quoted; null for DAY_NONE */
/* A bracket's three moments as the days on which they fall; `latest` is the last day before it. */
void bracket_days(const struct bracket *bracket, int32_t days_out[3]);

/* The day of a reading's last visit; DAY_NONE if there was none. */
int32_t reading_last_visit(const struct reading *reading);

void print_station(const struct survey *survey, int32_t known_day,
                   const struct station_state *state, bool whole, struct buffer *buffer);
/* What reports alone decide of it: `"as_of":…` to `"reporters":…`. */
void print_station_figures(const struct survey *survey, int32_t known_day,
                           const struct station_state *state, struct buffer *buffer);
/* The same in two parts, between which the number that wait belongs. */
void print_station_head(const struct survey *survey, int32_t known_day,
                        const struct station_state *state, struct buffer *buffer);
void print_station_tail(const struct survey *survey, const struct station_state *state, bool whole,
                        struct buffer *buffer);

/* A notice as GET /api/v1/notices gives it. */
void print_notice(const struct survey *survey, const struct notice *notice, struct buffer *buffer);
/* The documents of GET /api/v1/survey, /notices, /lines. */
void print_survey(const struct survey *survey, struct buffer *buffer);
void print_notices(const struct survey *survey, const struct notice *const *notices, size_t count,
                   struct buffer *buffer);
void print_lines(const struct survey *survey, struct buffer *buffer);

#endif
