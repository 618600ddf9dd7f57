#ifndef ZHANJI_INTAKE_SHOWN_H
#define ZHANJI_INTAKE_SHOWN_H

#include "collector/store/session.h"
#include "collector/survey/report.h"

/* One report as JSON (design §6); each appends. */

/* {"id","station","visited","basis","answers","note","version","decided"} as everybody may read
 * it: the visit and the decision at day precision, a hidden note as null. */
void shown_published(const struct survey *survey, const struct stored_report *report,
                     struct buffer *buffer);

/* The whole as its reporter may read it: besides the above `status`, `reason`, `reason_note`,
 * `received`, `content_hash`, `nonce`, the visit as sent, and whether a private note is kept.
 * Of a withdrawn report what was erased is null. */
void shown_own(const struct survey *survey, const struct stored_report *report,
               const uint8_t nonce[SECRET_KEY_SIZE], struct buffer *buffer);

/* A time of visit at day precision, quoted: the day in the survey's offset, or the month or year
 * as it was sent. */
void shown_visited(const struct stored_report *report, struct buffer *buffer);

#endif
