#ifndef ZHANJI_MODERATION_REPORTS_H
#define ZHANJI_MODERATION_REPORTS_H

#include "collector/http/http.h"
#include "collector/publish/app.h"
#include "collector/store/session.h"

/*
 * A report as a moderator reads it, without the private note: {"id","station","name":{zh,en},
 * "visited","basis","answers","note","version","state","received","content_hash","reporter",
 * "reason","reason_note","note_hidden","decided","entry","has_private_note"}. `reporter` is the
 * public pseudonym of this station; what a withdrawal erased, and what is not there, is null.
 * Without the closing brace, so that more may follow. Appends.
 */
void reports_print(const struct app *app, const struct stored_report *report,
                   struct buffer *buffer);

/* `,"key":` and the text, or null for "" and NULL. Appends. */
void reports_text(struct buffer *buffer, const char *key, const char *text);
/* The parameters `station` (-1 if absent) and `limit` of a list. */
NODISCARD bool reports_station(const struct survey *survey, const struct http_request *request,
                               struct report_filter *filter, struct error *error);
NODISCARD bool reports_limit(const struct http_request *request, uint32_t *limit_out,
                             struct error *error);
/* The 400 for a query that asks for what there is not, as in the public API: 404 is for a path,
 * 422 for a body. */
enum http_progress reports_refuse_query(struct http_exchange *exchange, const struct error *error);

#endif
