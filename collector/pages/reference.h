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

/* A description: what stands between backticks is code. */
void reference_prose(struct page *page, const char *text);
/* What kind of value a schema allows, in a few words; what has a name links to its table. */
void reference_type(struct page *page, const json_t *schema);
/* Whether it is an object whose members are told. */
bool reference_has_fields(const json_t *schema);
/* They, as a table. */
void reference_fields(struct page *page, const json_t *schema);
/* Every schema that has a name. */
void reference_types(struct page *page, const json_t *api);

#endif
