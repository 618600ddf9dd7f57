#ifndef ZHANJI_MODERATION_SEARCH_H
#define ZHANJI_MODERATION_SEARCH_H

#include "collector/http/http.h"
#include "collector/publish/app.h"

/*
 * GET /api/v1/moderation/reports in the order of use, or through a filter (moderation/filter.h):
 * {"reports":[…],"next","total","waiting","settled"}, each report with "flags" and "effect":
 * {"from","to"} statuses without and with it, or null while that is not known.
 */
bool search_is_wanted(const struct http_request *request);
enum http_progress search_send(struct http_exchange *exchange, const struct app *app);

#endif
