#ifndef ZHANJI_PAGES_REFERENCE_H
#define ZHANJI_PAGES_REFERENCE_H

#include <jansson.h>

#include "collector/pages/page.h"

/* The description of the API (openapi.json) as pages show it; its own texts are English. */
json_t *reference_load(const struct app *app); /* NULL if it cannot be read; to be decref'd */
/* What a $ref names, or the value itself. */
const json_t *reference_resolve(const json_t *api, const json_t *value);
/* The columns of a CSV document, as a table; nothing where it has none. */
void reference_columns(struct page *page, const json_t *api, const json_t *operation);

#endif
