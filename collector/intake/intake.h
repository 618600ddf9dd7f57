#ifndef ZHANJI_INTAKE_INTAKE_H
#define ZHANJI_INTAKE_INTAKE_H

#include "collector/http/http.h"

/* What reporters send and ask about their own reports (design §6): JSON, batches, forms. The
 * context of every handler is `const struct app *` (collector/publish/app.h). */
extern const struct http_route intake_routes[];
extern const size_t intake_routes_count;

#endif
