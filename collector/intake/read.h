#ifndef ZHANJI_INTAKE_READ_H
#define ZHANJI_INTAKE_READ_H

#include "collector/http/http.h"

/* The reading half of the public API (design §6): stations, reports, changes, summary,
 * declarations, exports, health. Their context is `const struct app *`. */
extern const struct http_route read_routes[];
extern const size_t read_routes_count;

#endif
