#ifndef ZHANJI_PAGES_DATES_H
#define ZHANJI_PAGES_DATES_H

#include "collector/base/day.h"
#include "collector/consensus/consensus.h"
#include "collector/pages/html.h"

/* Days as people read them, appended as text (nothing in them needs escaping). */
void date_day(struct buffer *out, enum language language,
              int32_t day); /* 2023年7月1日, 1 Jul 2023 */
/* The hour that begins at an instant, where the survey is: 2023年7月1日8时, 1 Jul 2023, 8:00–9:00. */
void date_hour(struct buffer *out, enum language language, int64_t instant, int32_t offset_seconds);
/* A visit as it was sent (design §5), where the survey is: 2023年12月20日 8:30. */
void date_visit(struct buffer *out, enum language language, const char *visited,
                int32_t offset_seconds);
void date_month(struct buffer *out, enum language language, int year, int month);
/* An interval at the precision that it has: a year, a month, a day, or from and to. */
void date_interval(struct buffer *out, enum language language, int32_t first, int32_t last);
/* The last day of a visit whose own precision is not at hand: the end of a month or a year may
 * stand for the whole of it, and is never shown more exactly. */
void date_coarse(struct buffer *out, enum language language, int32_t day);
/* When a change lay: "between … and …" its 5 % and 95 % points, in months if they are far apart. */
void date_bracket(struct buffer *out, enum language language, const struct bracket *bracket);

#endif
